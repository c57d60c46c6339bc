import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createKernel } from '../../src/kernel/index.ts';
import {
  type LoadedObject,
  LoaderError,
  loadObject,
  PerfBuffer,
  type PerfRecord,
  ProgramLoadError,
  RingBuffer,
  SyscallError,
} from '../../src/loader/index.ts';
import { type BpfObject, openObject } from '../../src/object/index.ts';
import type { System } from '../../src/syscall/index.ts';
import { bpf_map_type } from '../../src/uapi/index.ts';
import { sampleObject, sampleObjects, shippedKernelBtf } from '../support/samples.ts';

const btf = shippedKernelBtf();
const FOLDER = 'clang-19/el';

function process(config: readonly (readonly [string, string])[] = []): System {
  const profile = {
    version: '6.12.117',
    arch: 'x86_64',
    endian: 'little' as const,
    pageSize: 4096,
    cpus: 2,
    btf: () => btf,
    config: new Map(config),
  };
  return createKernel({ profile }).openProcess();
}

const open = (name: string) => openObject(sampleObject(`${FOLDER}/${name}.bpf.o`), { name });
const packet = (name: string) => readFileSync(new URL(`../../samples/packets/${name}.bin`, import.meta.url));

/** Loads an object, or says why the emulated kernel refuses a program: it lacks a function. */
function loadOrMissing(system: System, object: BpfObject): LoadedObject | string {
  try {
    return loadObject(system, object);
  } catch (error) {
    if (error instanceof ProgramLoadError) return error.log;
    throw error;
  }
}

describe('an object is loaded', () => {
  // One kernel for all of them: what one leaves behind would trouble the next.
  const system = process([
    ['CONFIG_HZ', '250'],
    ['CONFIG_BPF_SYSCALL', 'y'],
  ]);
  test.for(sampleObjects(FOLDER))('%s, and nothing is left when it is closed', (path) => {
    const name = path.slice(FOLDER.length + 1).split('.', 1)[0];
    const object = openObject(sampleObject(path), { name });
    const loaded = loadOrMissing(system, object);
    if (typeof loaded === 'string') {
      expect(loaded).toMatch(/not supported yet: (helper|kernel function)/);
      expect(system.objGetNextId('map', 0)).toBeLessThan(0);
      return;
    }
    expect(loaded.programs.map((program) => program.name)).toEqual(
      object.programs.filter(({ autoload }) => autoload).map((program) => program.name),
    );
    expect(loaded.maps.map((map) => map.spec)).toEqual(object.maps.filter(({ autocreate }) => autocreate));
    loaded.close();
    for (const map of loaded.maps) if (map.pinPath !== undefined) system.unlink(map.pinPath);
    expect(system.objGetNextId('prog', 0)).toBeLessThan(0);
    expect(system.objGetNextId('map', 0)).toBeLessThan(0);
  });
});

describe('maps', () => {
  test('of constants are frozen and hold what the object says', () => {
    const loaded = loadObject(process(), open('xdp_ssh_firewall'));
    const rodata = loaded.dataMap('.rodata');
    expect(rodata?.info().frozen).toBe(true);
    expect(rodata?.lookup(new Uint8Array(4))).toEqual(Uint8Array.of(22, 0));
    expect(() => rodata?.update(new Uint8Array(4), Uint8Array.of(23, 0))).toThrow(SyscallError);
  });

  test('carry the types of the object where the kernel takes them', () => {
    const loaded = loadObject(process(), open('xdp_ssh_firewall'));
    expect(loaded.map('allowed').info().btfValueTypeId).toBeGreaterThan(0);
    const events = loadObject(process(), open('ringbuf_packets')).map('events').info();
    expect(events).toMatchObject({ type: bpf_map_type.BPF_MAP_TYPE_RINGBUF, keySize: 0, valueSize: 0 });
  });

  test('that are given are used instead of new ones', () => {
    const system = process();
    const first = loadObject(system, open('xdp_ssh_firewall'));
    const allowed = first.map('allowed');
    allowed.update(Uint8Array.of(1, 2, 3, 4), Uint8Array.of(1));
    const object = open('xdp_ssh_firewall');
    const spec = object.maps.find(({ name }) => name === 'allowed')!;
    const second = loadObject(system, object, { reuse: new Map([[spec, allowed.fd]]) });
    expect(second.map('allowed').reused).toBe(true);
    expect(second.map('allowed').info().id).toBe(allowed.info().id);
    expect([...second.map('allowed').entries()]).toEqual([[Uint8Array.of(1, 2, 3, 4), Uint8Array.of(1)]]);
  });

  test('that are pinned by name are found again, and refused where they differ', () => {
    const system = process();
    const pinned = () => {
      const object = open('xdp_ssh_firewall');
      const spec = object.maps.find(({ name }) => name === 'allowed')!;
      spec.pinning = 'by_name';
      return { object, spec };
    };
    const first = loadObject(system, pinned().object);
    expect(first.map('allowed').pinPath).toBe('/sys/fs/bpf/allowed');
    const second = loadObject(system, pinned().object);
    expect(second.map('allowed').info().id).toBe(first.map('allowed').info().id);
    const other = pinned();
    other.spec.maxEntries = 7;
    expect(() => loadObject(system, other.object)).toThrow(
      "map 'allowed': what is pinned at /sys/fs/bpf/allowed has max_entries 1024, the object wants 7",
    );
  });
});

describe('programs', () => {
  test('run', () => {
    const loaded = loadObject(process(), open('xdp_ssh_firewall'));
    const run = (name: string) => loaded.program('xdp_ssh_firewall').testRun({ dataIn: packet(name) }).retval;
    expect([run('tcp-syn-22'), run('tcp-syn-80')]).toEqual([1, 2]);
    expect([...loaded.map('refused').keys()]).toEqual([Uint8Array.of(192, 0, 2, 10)]);
  });

  test('fill their arrays', () => {
    const loaded = loadObject(process(), open('tail_calls'));
    expect([...loaded.map('steps').entries()]).toHaveLength(2);
  });

  test('that are newer than the kernel say so', () => {
    const object = open('fentry_unlink');
    // BPF_TRACE_FSESSION
    for (const program of object.programs) program.expectedAttachType = 58;
    expect(() => loadObject(process(), object)).toThrow('such programs came after Linux 6.18');
  });

  test('that are refused name themselves, and say why', () => {
    const object = open('xdp_ssh_firewall');
    const [program] = object.programs;
    program.insns.setImm(program.insns.length - 1, 0);
    program.insns.setCode(program.insns.length - 1, 0xff);
    expect(() => loadObject(process(), object)).toThrow(
      /^program 'xdp_ssh_firewall' \(xdp\) was refused: Invalid argument \(EINVAL\)\n.*: error: .* \[\w+\]\n(.*\n)* {2}= verifier: /,
    );
  });

  test('without a type are refused before the kernel is asked', () => {
    const object = open('xdp_drop');
    object.programs[0].progType = 0;
    expect(() => loadObject(process(), object)).toThrow("missing BPF prog type, check ELF section name 'xdp'");
  });

  test('that do not exist are an error of their own', () => {
    const loaded = loadObject(process(), open('xdp_drop'));
    expect(() => loaded.program('other')).toThrow(LoaderError);
    expect(() => loaded.map('other')).toThrow("the object has no map 'other'");
  });
});

describe('attaching', () => {
  test.for([
    ['fentry_unlink', 2],
    ['kprobe_unlink', 2],
    ['raw_tp_syscalls', 1],
    ['tp_btf_sched_switch', 1],
    ['tracepoint_openat', 1],
    ['lsm_socket_bind', 1],
    ['iter_task', 1],
    ['xdp_drop', 0],
  ] as const)('%s makes %i links, which closing takes back', ([name, count]) => {
    const system = process();
    const loaded = loadObject(system, open(name));
    expect(loaded.attach()).toHaveLength(count);
    loaded.close();
    expect(system.objGetNextId('link', 0)).toBeLessThan(0);
  });

  test('without the binary that it is for says where it was looked for', () => {
    const loaded = loadObject(process(), open('usdt_setjmp'));
    expect(() => loaded.attach()).toThrow(
      "failed to resolve full path for 'libc.so.6': it is in none of /usr/lib64, /usr/lib, /lib/x86_64-linux-gnu, /lib64, /lib",
    );
  });
});

describe('what programs write is read', () => {
  test('from a ring buffer, each record once', async () => {
    const loaded = loadObject(process(), open('ringbuf_packets'));
    using ring = disposable(new RingBuffer(loaded.map('events')));
    const { value: buffer } = ring;
    expect([...buffer.read()]).toEqual([]);
    for (const name of ['udp-53', 'tcp-syn-80']) loaded.programs[0].testRun({ dataIn: packet(name) });
    const records = [...buffer.read()];
    expect(records).toHaveLength(2);
    expect(records[0]).not.toEqual(records[1]);
    expect([...buffer.read()]).toEqual([]);
    const later = buffer.records(AbortSignal.timeout(5000));
    setTimeout(() => loaded.programs[0].testRun({ dataIn: packet('udp-53') }), 5);
    expect((await later.next()).value).toHaveLength(records[0].length);
    await later.return(undefined);
  });

  test('from a perf event array, with CPU and time', () => {
    const loaded = loadObject(process(), open('perf_output_packets'));
    using ring = disposable(new PerfBuffer(loaded.map('packets')));
    loaded.programs[0].testRun({ dataIn: packet('udp-53') });
    const records: PerfRecord[] = [...ring.value.read()];
    expect(records).toHaveLength(1);
    const udp = packet('udp-53');
    const [record] = records;
    if (record.kind !== 'sample') expect.unreachable();
    expect(record).toMatchObject({ cpu: 0, index: 0 });
    expect(record.data.subarray(12, 12 + udp.length)).toEqual(new Uint8Array(udp));
    expect([...ring.value.read()]).toEqual([]);
  });
});

function disposable<T extends { close(): void }>(value: T): Disposable & { readonly value: T } {
  return { value, [Symbol.dispose]: () => value.close() };
}
