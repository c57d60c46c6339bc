import { describe, expect, test } from 'vitest';
import { createKernel } from '../../../src/kernel/index.ts';
import { errnoName, type System } from '../../../src/syscall/index.ts';
import { bpf_attach_type, bpf_map_type, bpf_prog_type } from '../../../src/uapi/index.ts';
import { tinyProfile } from '../../support/tiny-kernel.ts';

const u32 = (value: number) => new Uint8Array(new Uint32Array([value]).buffer);
const nameOf = (result: unknown) => (typeof result === 'number' && result < 0 ? errnoName(result) : result);

function newKernel() {
  return createKernel({ profile: tinyProfile() });
}

function mapOf(system: System, changes = {}): number {
  const attr = { mapType: bpf_map_type.BPF_MAP_TYPE_ARRAY, keySize: 4, valueSize: 4, maxEntries: 2 };
  return system.mapCreate({ ...attr, ...changes });
}

/** `r1 = map; r0 = 0; exit` */
function progOf(system: System, mapFd: number, changes = {}): number {
  const insns = Uint8Array.of(
    0x18,
    0x11,
    0,
    0,
    mapFd,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0xb7,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0x95,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
  );
  return system.progLoad({ progType: bpf_prog_type.BPF_PROG_TYPE_SOCKET_FILTER, insns, license: 'GPL', ...changes });
}

function ids(system: System, kind: 'prog' | 'map' | 'btf' | 'link'): number[] {
  const list = [];
  for (let id = system.objGetNextId(kind, 0); id > 0; id = system.objGetNextId(kind, id)) list.push(id);
  return list;
}

describe('file descriptors', () => {
  test('begin at 3 and take the lowest free number', () => {
    const system = newKernel().openProcess();
    expect([mapOf(system), mapOf(system), mapOf(system)]).toEqual([3, 4, 5]);
    system.close(4);
    system.close(3);
    expect([system.dup(5), mapOf(system), mapOf(system)]).toEqual([3, 4, 6]);
  });

  test('keep their object until the last one is closed', () => {
    const system = newKernel().openProcess();
    const fd = mapOf(system);
    const copy = system.dup(fd);
    system.close(fd);
    expect(ids(system, 'map')).toEqual([1]);
    expect(nameOf(system.close(fd))).toBe('EBADF');
    system.close(copy);
    expect(ids(system, 'map')).toEqual([]);
  });

  test('are those of one process, and go with it', () => {
    const kernel = newKernel();
    const [one, other] = [kernel.openProcess(), kernel.openProcess()];
    mapOf(one);
    expect(nameOf(other.mapLookupElem(3, u32(0)))).toBe('EBADF');
    expect(ids(other, 'map')).toEqual([1]);
    one.exit();
    expect(ids(other, 'map')).toEqual([]);
  });
});

describe('ids', () => {
  test('go up, and do not come back when an object goes', () => {
    const system = newKernel().openProcess();
    const fd = mapOf(system);
    system.close(fd);
    mapOf(system);
    expect(ids(system, 'map')).toEqual([2]);
  });

  test('of BTF begin with that of the kernel', () => {
    const system = newKernel().openProcess();
    expect(ids(system, 'btf')).toEqual([1]);
    expect(system.objGetInfoByFd(system.objGetFdById('btf', 1))).toMatchObject({ name: 'vmlinux', kernelBtf: true });
  });

  test.each([
    ['an id that nobody has', () => newKernel().openProcess().objGetFdById('prog', 9), 'ENOENT'],
    ['the id after the largest', () => newKernel().openProcess().objGetNextId('map', 0x7fff_ffff), 'EINVAL'],
    ['the info of a closed fd', () => newKernel().openProcess().objGetInfoByFd(99), 'EBADFD'],
  ])('%s is refused', (_name, call, wanted) => {
    expect(nameOf(call())).toBe(wanted);
  });
});

test('a program holds the maps that it names', () => {
  const system = newKernel().openProcess();
  const map = mapOf(system);
  const prog = progOf(system, map);
  system.close(map);
  expect(ids(system, 'map')).toEqual([1]);
  system.close(prog);
  expect(ids(system, 'map')).toEqual([]);
});

test('a map that is bound to a program goes with it', () => {
  const system = newKernel().openProcess();
  const [used, bound] = [mapOf(system), mapOf(system)];
  const prog = progOf(system, used);
  expect(system.progBindMap(prog, bound)).toBe(0);
  system.close(bound);
  expect(ids(system, 'map')).toEqual([1, 2]);
  expect(system.objGetInfoByFd(prog)).toMatchObject({ mapIds: [1, 2] });
  system.close(prog);
  expect(ids(system, 'map')).toEqual([1]);
});

test('the instructions of a program are shown with ids in the place of addresses', () => {
  const system = newKernel().openProcess();
  mapOf(system);
  const info = system.objGetInfoByFd(progOf(system, mapOf(system)));
  if (typeof info === 'number' || info.kind !== 'prog') expect.unreachable();
  expect([...info.xlated.slice(0, 8)]).toEqual([0x18, 0x11, 0, 0, 2, 0, 0, 0]);
  expect(info.xlatedLen).toBe(info.xlated.length);
});

describe('the mode of a map fd', () => {
  const open = (flags: number) => {
    const system = newKernel().openProcess();
    system.objPin(mapOf(system), '/sys/fs/bpf/m');
    return { system, fd: system.objGet('/sys/fs/bpf/m', flags) };
  };
  const RDONLY = 8;
  const WRONLY = 16;
  // As Linux 6.18 answered.
  test.each([
    ['look-up', RDONLY, 'ok', (s: System, fd: number) => s.mapLookupElem(fd, u32(0))],
    ['update', RDONLY, 'EPERM', (s: System, fd: number) => s.mapUpdateElem(fd, u32(0), u32(0))],
    ['delete', RDONLY, 'EPERM', (s: System, fd: number) => s.mapDeleteElem(fd, u32(0))],
    ['next key', RDONLY, 'ok', (s: System, fd: number) => s.mapGetNextKey(fd, undefined)],
    ['freeze', RDONLY, 'EPERM', (s: System, fd: number) => s.mapFreeze(fd)],
    ['look-up and delete', RDONLY, 'EPERM', (s: System, fd: number) => s.mapLookupAndDeleteElem(fd, u32(0))],
    ['look-up', WRONLY, 'EPERM', (s: System, fd: number) => s.mapLookupElem(fd, u32(0))],
    ['update', WRONLY, 'ok', (s: System, fd: number) => s.mapUpdateElem(fd, u32(0), u32(0))],
    ['next key', WRONLY, 'EPERM', (s: System, fd: number) => s.mapGetNextKey(fd, undefined)],
  ])('%s with flags %i: %s', (_name, flags, wanted, call) => {
    const { system, fd } = open(flags);
    const result = call(system, fd);
    expect(typeof result === 'number' && result < 0 ? errnoName(result) : 'ok').toBe(wanted);
  });

  test('a frozen map takes no more writes, and is not frozen twice', () => {
    const system = newKernel().openProcess();
    const fd = mapOf(system);
    expect(system.mapFreeze(fd)).toBe(0);
    expect(
      [system.mapFreeze(fd), system.mapUpdateElem(fd, u32(0), u32(0)), system.mapDeleteElem(fd, u32(0))].map(nameOf),
    ).toEqual(['EPERM', 'EPERM', 'EPERM']);
  });
});

describe('links', () => {
  const rawTracepoint = (system: System) => {
    const progFd = progOf(system, mapOf(system), { progType: bpf_prog_type.BPF_PROG_TYPE_RAW_TRACEPOINT });
    return { progFd, link: system.linkCreate({ progFd, attachType: 0, tpName: 'sched_switch', cookie: 7n }) };
  };

  test('hold their program, are pinned and shown', () => {
    const system = newKernel().openProcess();
    const { progFd, link } = rawTracepoint(system);
    expect(system.objPin(link, '/sys/fs/bpf/link')).toBe(0);
    system.close(progFd);
    system.close(link);
    expect([ids(system, 'link'), ids(system, 'prog')]).toEqual([[1], [1]]);
    expect(system.objGetInfoByFd(system.objGet('/sys/fs/bpf/link'))).toEqual({
      kind: 'link',
      type: 1,
      id: 1,
      progId: 1,
      attach: { tpName: 'sched_switch', cookie: 7n },
    });
    system.unlink('/sys/fs/bpf/link');
  });

  test('on a tracepoint that the kernel has not are refused', () => {
    const system = newKernel().openProcess();
    const progFd = progOf(system, mapOf(system), { progType: bpf_prog_type.BPF_PROG_TYPE_RAW_TRACEPOINT });
    expect(nameOf(system.linkCreate({ progFd, attachType: 0, tpName: 'no_such' }))).toBe('ENOENT');
  });

  test('on a kprobe hold its perf event', () => {
    const system = newKernel().openProcess();
    const progFd = progOf(system, mapOf(system), { progType: bpf_prog_type.BPF_PROG_TYPE_KPROBE });
    const event = { type: 'kprobe', func: 'do_unlinkat', offset: 4, address: 0n } as const;
    const perfEventFd = system.perfEventOpen({ event });
    const link = system.linkCreate({ progFd, attachType: bpf_attach_type.BPF_PERF_EVENT, perfEventFd });
    system.close(perfEventFd);
    const info = system.objGetInfoByFd(link);
    expect(info).toMatchObject({ type: 7, attach: { perfEvent: { type: 'kprobe', func: 'do_unlinkat', offset: 4 } } });
    expect(nameOf(system.perfEventOpen({ event: { ...event, func: 'no_such' } }))).toBe('ENOENT');
  });

  test('of a cgroup are updated, detached, and then updated no more', () => {
    const system = newKernel().openProcess();
    const progType = bpf_prog_type.BPF_PROG_TYPE_CGROUP_SKB;
    const [one, two] = [progOf(system, mapOf(system), { progType }), progOf(system, mapOf(system), { progType })];
    const target = system.openCgroup('/sys/fs/cgroup');
    const link = system.linkCreate({ progFd: one, attachType: bpf_attach_type.BPF_CGROUP_INET_EGRESS, target });
    expect(system.linkUpdate(link, two)).toBe(0);
    expect(system.objGetInfoByFd(link)).toMatchObject({ progId: 2, attach: { cgroupId: 1n, attachType: 1 } });
    expect(system.linkDetach(link)).toBe(0);
    expect(system.objGetInfoByFd(link)).toMatchObject({ attach: { cgroupId: 0n } });
    expect(nameOf(system.linkUpdate(link, one))).toBe('ENOLINK');
  });

  test('of a network namespace are there once for a flow dissector, and anew after a detach', () => {
    const system = newKernel().openProcess();
    const target = system.openNetns('/proc/self/ns/net');
    const progFd = progOf(system, mapOf(system), { progType: bpf_prog_type.BPF_PROG_TYPE_FLOW_DISSECTOR });
    const attr = { progFd, attachType: bpf_attach_type.BPF_FLOW_DISSECTOR, target };
    const link = system.linkCreate(attr);
    expect(system.objGetInfoByFd(link)).toMatchObject({ type: 5, attach: { netnsIno: 4026531840 } });
    expect(nameOf(system.linkCreate(attr))).toBe('EEXIST');
    system.linkDetach(link);
    expect(system.linkCreate(attr)).toBeGreaterThan(link);
  });

  test('of a tracepoint cannot be detached', () => {
    const system = newKernel().openProcess();
    expect(nameOf(system.linkDetach(rawTracepoint(system).link))).toBe('ENOTSUP');
  });
});

describe('programs on a cgroup', () => {
  const attachType = bpf_attach_type.BPF_CGROUP_INET_EGRESS;
  const OVERRIDE = 1;
  const MULTI = 2;
  const setup = () => {
    const system = newKernel().openProcess();
    system.mkdir('/sys/fs/cgroup/child');
    const load = () => progOf(system, mapOf(system), { progType: bpf_prog_type.BPF_PROG_TYPE_CGROUP_SKB });
    const [root, child] = ['/sys/fs/cgroup', '/sys/fs/cgroup/child'].map((path) => system.openCgroup(path));
    return { system, root, child, one: load(), two: load() };
  };

  test('forbid others below, unless they may be overridden or stand beside each other', () => {
    const { system, root, child, one, two } = setup();
    expect(system.progAttach({ target: root, progFd: one, attachType })).toBe(0);
    expect(nameOf(system.progAttach({ target: child, progFd: two, attachType }))).toBe('EPERM');
    expect(system.progDetach({ target: root, attachType })).toBe(0);
    expect(system.progAttach({ target: root, progFd: one, attachType, attachFlags: OVERRIDE })).toBe(0);
    expect(system.progAttach({ target: child, progFd: two, attachType })).toBe(0);
  });

  test('of one kind of flags do not mix with others, and one program stands there once', () => {
    const { system, root, one, two } = setup();
    expect(system.progAttach({ target: root, progFd: one, attachType, attachFlags: MULTI })).toBe(0);
    expect(nameOf(system.progAttach({ target: root, progFd: one, attachType, attachFlags: MULTI }))).toBe('EINVAL');
    expect(nameOf(system.progAttach({ target: root, progFd: two, attachType }))).toBe('EPERM');
    expect(nameOf(system.progDetach({ target: root, progFd: two, attachType }))).toBe('ENOENT');
    expect(system.progDetach({ target: root, progFd: one, attachType })).toBe(0);
    system.close(one);
    expect(ids(system, 'prog')).toEqual([2]);
  });
});
