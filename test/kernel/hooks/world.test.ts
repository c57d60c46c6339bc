import { describe, expect, test } from 'vitest';
import { ByteReader, decodeUtf8, encodeUtf8 } from '../../../src/base/index.ts';
import type { LoadedObject } from '../../../src/loader/index.ts';
import type { System } from '../../../src/syscall/index.ts';
import { bpf_attach_type } from '../../../src/uapi/index.ts';
import { loadPrograms, runtimeKernel } from '../../support/runtime-kernel.ts';
import { sampleObject } from '../../support/samples.ts';

const kernel = runtimeKernel();
const { world } = kernel;

function load(system: System, name: string): LoadedObject {
  return loadPrograms(system, sampleObject(`clang-19/el/${name}.bpf.o`));
}

function fdOf(loaded: LoadedObject, name: string): number {
  return loaded.programs.find((program) => program.name === name)?.fd ?? -1;
}

function mapOf(loaded: LoadedObject, name: string): number {
  return loaded.maps.find((map) => map.name === name)?.fd ?? -1;
}

function u32(...values: number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(values).buffer);
}

const frame = new Uint8Array(64).fill(2, 0, 12);

describe('a packet comes in on a device', () => {
  test('it passes where nothing is attached, and there is no outcome where no device is', () => {
    const ifindex = world.addDevice({ name: 'plain' });
    expect(world.deliverPacket(ifindex, frame)).toEqual({ verdict: 'pass', packet: frame });
    expect(world.deliverPacket(4711, frame)).toBeUndefined();
  });

  test('an XDP program drops it while its link is there', () => {
    const system = kernel.openProcess();
    const ifindex = world.addDevice({ name: 'in' });
    const progFd = fdOf(load(system, 'xdp_drop'), 'xdp_drop');
    const link = system.linkCreate({ progFd, attachType: bpf_attach_type.BPF_XDP, target: ifindex });
    expect(link).toBeGreaterThanOrEqual(0);
    expect(world.deliverPacket(ifindex, frame)?.verdict).toBe('drop');
    system.close(link);
    expect(world.deliverPacket(ifindex, frame)?.verdict).toBe('pass');
    system.exit();
  });

  test('it is redirected through a device map, and the program of the entry writes into it', () => {
    const system = kernel.openProcess();
    const from = world.addDevice({ name: 'from' });
    const to = world.addDevice({ name: 'to' });
    const loaded = load(system, 'xdp_redirect');
    const progFd = fdOf(loaded, 'xdp_redirect');
    expect(system.linkCreate({ progFd, attachType: bpf_attach_type.BPF_XDP, target: from })).toBeGreaterThanOrEqual(0);
    expect(world.deliverPacket(from, frame)?.verdict).toBe('pass');
    const entry = u32(to, fdOf(loaded, 'xdp_at_egress'));
    expect(system.mapUpdateElem(mapOf(loaded, 'tx_ports'), u32(from), entry)).toBe(0);
    const outcome = world.deliverPacket(from, frame);
    expect(outcome?.verdict).toBe('redirect');
    expect(outcome?.ifindex).toBe(to);
    expect(outcome?.packet[11]).toBe(to);
    system.exit();
  });
});

describe('something happens at a hook', () => {
  test('sys_enter_openat reads the path from the memory of the task', () => {
    const system = kernel.openProcess();
    const loaded = load(system, 'tracepoint_openat');
    const perfEventFd = system.perfEventOpen({ event: { type: 'tracepoint', name: 'syscalls/sys_enter_openat' } });
    const link = system.linkCreate({
      progFd: fdOf(loaded, 'sys_enter_openat'),
      attachType: bpf_attach_type.BPF_PERF_EVENT,
      perfEventFd,
    });
    expect(link).toBeGreaterThanOrEqual(0);
    world.addTask({ pid: 77, comm: 'reader', uid: 5 });
    const path = world.putUserMemory(77, encodeUtf8('/etc/hosts\0')) ?? 0n;
    const record = new Uint8Array(64);
    const view = new DataView(record.buffer);
    view.setBigUint64(24, path, true);
    view.setBigUint64(32, 2n, true);
    const name = 'sys_enter_openat';
    const info = system.objGetInfoByFd(link);
    const event = typeof info === 'object' && info.kind === 'link' ? info.attach.perfEvent : undefined;
    const runs = world.fire({ hook: 'tracepoint', name: event?.type === 'tracepoint' ? event.name : name, record }, 77);
    expect(runs.length).toBe(1);
    const ring = system.mmap(mapOf(loaded, 'events'), 8192, 4096, { write: false });
    expect(typeof ring).toBe('object');
    if (typeof ring !== 'object') return;
    const reader = new ByteReader(ring.bytes(), 'little');
    expect(reader.u32(8)).toBe(77);
    expect(reader.u32(12)).toBe(5);
    expect(reader.cString(20)).toBe('reader');
    expect(reader.cString(36)).toBe('/etc/hosts');
    system.exit();
  });
});

describe('time passes', () => {
  test('a timer in a map value fires each second until its flow is idle', () => {
    const system = kernel.openProcess();
    const loaded = load(system, 'timer_heartbeat');
    const fd = fdOf(loaded, 'timer_heartbeat');
    const flows = mapOf(loaded, 'flows');
    const begin = 10_000_000_000n;
    kernel.advanceTo(begin);
    expect(system.progTestRun(fd, { dataIn: frame })).toMatchObject({ retval: 0 });
    const ticks = () => {
      const value = system.mapLookupElem(flows, u32(0));
      return typeof value === 'number' ? value : new ByteReader(value, 'little').u32(16);
    };
    expect(ticks()).toBe(0);
    kernel.advanceTo(begin + 999_999_999n);
    expect(ticks()).toBe(0);
    kernel.advanceTo(begin + 1_000_000_000n);
    expect(ticks()).toBe(1);
    system.progTestRun(fd, { dataIn: frame });
    kernel.advanceTo(begin + 2_500_000_000n);
    expect(ticks()).toBe(2);
    kernel.advanceTo(begin + 3_000_000_000n);
    expect(ticks()).toBe(-2);
    system.exit();
  });
});

describe('an iterator is read', () => {
  test('of tasks: each has a line, with its parent by a BTF pointer', () => {
    const system = kernel.openProcess({ task: { pid: 300, tgid: 300, comm: 'lister' } });
    const loaded = load(system, 'iter_task');
    const link = system.linkCreate({ progFd: fdOf(loaded, 'iter_task'), attachType: bpf_attach_type.BPF_TRACE_ITER });
    const file = system.iterCreate(link);
    const text = system.read(file, 4096);
    const lines = typeof text === 'number' ? [String(text)] : decodeUtf8(text).split('\n');
    expect(lines[0]).toBe('    TGID      PID   PARENT COMM');
    expect(lines).toContain('       1        1        0 init');
    expect(lines).toContain('     300      300        1 lister');
    expect(lines.at(-2)).toBe(`${lines.length - 3} tasks`);
    system.exit();
  });

  test('of the elements of a map: those over a threshold, and their sum', () => {
    const system = kernel.openProcess();
    const loaded = load(system, 'iter_map_elem');
    const totals = mapOf(loaded, 'totals');
    for (const [key, value] of [
      [1, 5],
      [2, 2000],
    ]) {
      system.mapUpdateElem(totals, u32(key), u32(value, 0));
    }
    const link = system.linkCreate({
      progFd: fdOf(loaded, 'iter_map_elem'),
      attachType: bpf_attach_type.BPF_TRACE_ITER,
      iter: { mapFd: totals },
    });
    expect(link).toBeGreaterThanOrEqual(0);
    const text = system.read(system.iterCreate(link), 4096);
    const info = system.objGetInfoByFd(totals);
    const id = typeof info === 'object' ? (info as { id: number }).id : 0;
    expect(typeof text === 'number' ? text : decodeUtf8(text)).toBe(`map ${id}: 2 has 2000\nsum 2005\n`);
    system.exit();
  });
});
