// Programs on places of user programs: what the loader asks of a kernel is what libbpf asks.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { EbpftsError } from '../../src/base/index.ts';
import { createKernel } from '../../src/kernel/index.ts';
import { type LoadedObject, type LoadedProgram, loadObject } from '../../src/loader/index.ts';
import { openObject } from '../../src/object/index.ts';
import type { LinkCreateAttr, LinkInfo, PerfEventAttr, System } from '../../src/syscall/index.ts';
import { binaryFiles } from '../support/binaries.ts';
import { shippedKernelBtf } from '../support/samples.ts';

const btf = shippedKernelBtf();
const object = readFileSync(new URL('../fixtures/objects/user_probes.bpf.o', import.meta.url));
const binaries = binaryFiles(
  { '/home/lib/libprobes.so.1': 'libprobes.so.1', '/home/bin/probes': 'probes' },
  { LD_LIBRARY_PATH: '/nowhere:/home/lib', PATH: '/home/bin' },
);

function kernel(version = '6.12.117'): System {
  const profile = {
    version,
    arch: 'x86_64',
    endian: 'little' as const,
    pageSize: 4096,
    cpus: 2,
    btf: () => btf,
    config: new Map<string, string>(),
  };
  return createKernel({ profile }).openProcess();
}

function load(system: System): LoadedObject {
  const opened = openObject(object, { name: 'user_probes' });
  for (const program of opened.programs) program.autoload = true;
  return loadObject(system, opened, { binaries });
}

interface Row {
  readonly name: string;
  readonly does: readonly string[];
}

function recorded(): Row[] {
  const text = readFileSync(new URL('../data/user-probes-libbpf-1.5.txt', import.meta.url), 'utf8');
  const rows: { name: string; does: string[] }[] = [];
  for (const line of text.split('\n').filter((each) => each !== '' && !each.startsWith('#'))) {
    if (line.startsWith('  ')) rows.at(-1)?.does.push(line.trim());
    else rows.push({ name: line.split(' ', 1)[0], does: [] });
  }
  return rows;
}

const hex = (value: bigint | undefined) => `0x${(value ?? 0n).toString(16)}`;
const fileName = (path: string) => path.slice(path.lastIndexOf('/') + 1);

/** What a loader asks of a kernel, as the recorded facts write it. */
function watch(system: System): { asked: string[]; system: System } {
  const asked: string[] = [];
  const perfEventOpen = (attr: PerfEventAttr) => {
    const { event } = attr;
    if (event.type !== 'uprobe' && event.type !== 'uretprobe') throw new TypeError(event.type);
    asked.push(`${event.type} ${fileName(event.file)} ${hex(event.offset)}/${hex(event.refCtrOffset)}`);
    return system.perfEventOpen(attr);
  };
  const linkCreate = (attr: LinkCreateAttr) => {
    const { uprobeMulti: multi } = attr;
    if (multi) {
      const places = multi.offsets.map((offset, i) =>
        [offset, multi.refCtrOffsets?.[i], multi.cookies?.[i]]
          .flatMap((value, at) => (value === undefined ? [] : [at === 2 ? String(value) : hex(value)]))
          .join('/'),
      );
      asked.push([`${multi.flags ? 'uretprobe' : 'uprobe'}.multi`, fileName(multi.path), ...places].join(' '));
    }
    return system.linkCreate(attr);
  };
  const handler: ProxyHandler<System> = {
    get(target, key) {
      if (key === 'perfEventOpen') return perfEventOpen;
      if (key === 'linkCreate') return linkCreate;
      const value = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  };
  return { asked, system: new Proxy(system, handler) };
}

/** The spec of a static probe as it stands in the object's map (which knows no index registers). */
function specText(loaded: LoadedObject, id: number): string {
  const value = loaded.map('__bpf_usdt_specs').lookup(Uint8Array.of(id, 0, 0, 0));
  const view = new DataView((value as Uint8Array).buffer, (value as Uint8Array).byteOffset);
  const args = Array.from({ length: view.getInt16(200, true) }, (_, i) => {
    const at = 16 * i;
    const kind = ['const', 'reg', 'deref'][view.getUint32(at + 8, true)];
    const place = `${view.getBigInt64(at, true)}:${view.getInt16(at + 12, true)}:0:0`;
    return `${kind}:${place}:${view.getUint8(at + 14) ? 's' : 'u'}:${view.getUint8(at + 15)}`;
  });
  return ['spec', id, ...args].join(' ');
}

function attach(program: LoadedProgram): string | undefined {
  try {
    program.attach();
    return undefined;
  } catch (error) {
    if (!(error instanceof EbpftsError)) throw error;
    return error.message.replace(`program '${program.name}': `, '');
  }
}

/** Where libbpf refuses, what we say. */
const REFUSALS: Readonly<Record<string, string>> = {
  no_such_function: "failed to find symbol 'works' in '/home/lib/libprobes.so.1' (nearest there: work)",
  ambiguous: "ambiguous match for 'work', 'work' in '/home/lib/libprobes.so.1'",
  no_such_program: "failed to resolve full path for 'nowhere': it is in none of /home/bin, /usr/bin, /usr/sbin",
  no_function: "section 'uprobe/libprobes.so.1' missing ':function[+offset]' specification",
  return_with_offset: 'uretprobes do not support offset specification',
  no_match: "no function of '/home/lib/libprobes.so.1' matches 'x*'",
  no_such_probe: "'/home/lib/libprobes.so.1' has no USDT 'probes:counter' (nearest there: counted)",
  unknown_register: "USDT arguments '8@%xmm0': arg #0 (spec '8@%xmm0'): unrecognized register 'xmm0'",
  unknown_size: "USDT arguments '16@%rax': arg #0 (spec '16@%rax'): unsupported size: 16",
};
/** The object is built with a libbpf that knows no index registers; the recorded facts are of one that does. */
const INDEX = 'index_registers';

describe('as libbpf does, attaches', () => {
  const { asked, system } = watch(kernel());
  const loaded = load(system);
  test.for(recorded().filter(({ name }) => name !== INDEX))('$name', ({ name, does }) => {
    asked.length = 0;
    const message = attach(loaded.program(name));
    if (does[0] === 'refused') {
      expect(message).toBe(REFUSALS[name]);
      expect(asked).toEqual([]);
      return;
    }
    expect(message).toBeUndefined();
    expect(asked).toEqual(does.filter((line) => !line.startsWith('spec')));
    const specs = does.filter((line) => line.startsWith('spec'));
    expect(specs.map((line) => specText(loaded, Number(line.split(' ')[1])))).toEqual(specs);
  });
});

describe('static probes', () => {
  test('with an index register are refused where the object has no room for one', () => {
    const loaded = load(kernel());
    expect(attach(loaded.program(INDEX))).toBe(
      "an argument has an index register, which the object's bpf/usdt.bpf.h does not know",
    );
  });

  test('take the ids of those that were given up, and hand out cookies', () => {
    const system = kernel();
    const loaded = load(system);
    const first = loaded.program('counted').attach({ cookie: 5n });
    loaded.program('registers').attach();
    first?.close();
    const link = loaded.program('places').attach({ cookie: -1n });
    const info = system.objGetInfoByFd(link?.fd ?? -1) as LinkInfo;
    expect(info.attach.multi?.funcs.map(({ cookie }) => cookie)).toEqual([1n]);
    const spec = loaded.map('__bpf_usdt_specs').lookup(Uint8Array.of(1, 0, 0, 0));
    expect(new DataView(spec?.buffer as ArrayBuffer).getBigInt64(192, true)).toBe(-1n);
  });

  test('get a link each where a kernel has no links of many', () => {
    const { asked, system } = watch(kernel('6.1.0'));
    const loaded = load(system);
    const link = loaded.program('counted').attach();
    expect(asked).toEqual([
      'uprobe libprobes.so.1 0x1030/0x3000',
      'uprobe libprobes.so.1 0x1034/0x3000',
      'uprobe libprobes.so.1 0x1035/0x3000',
    ]);
    expect(() => link?.pin('/sys/fs/bpf/counted')).toThrow('not supported yet: pinning 3 links as one');
    link?.close();
    expect(system.objGetNextId('link', 0)).toBeLessThan(0);
  });
});
