import { expect, test } from 'vitest';
import type { BpfMap } from '../../../src/kernel/maps/map.ts';
import type { PerfEventArrayMap } from '../../../src/kernel/maps/perf-event-array.ts';
import type { ProgArrayMap } from '../../../src/kernel/maps/prog-array.ts';
import type { MapCreateAttr } from '../../../src/syscall/index.ts';
import { bpf_map_type, errno } from '../../../src/uapi/index.ts';
import { TestMapHost } from '../../support/map-host.ts';

const {
  BPF_MAP_TYPE_ARRAY: ARRAY,
  BPF_MAP_TYPE_HASH: HASH,
  BPF_MAP_TYPE_PROG_ARRAY: PROG_ARRAY,
  BPF_MAP_TYPE_PERF_EVENT_ARRAY: PERF_EVENT_ARRAY,
  BPF_MAP_TYPE_ARRAY_OF_MAPS: ARRAY_OF_MAPS,
  BPF_MAP_TYPE_HASH_OF_MAPS: HASH_OF_MAPS,
  BPF_MAP_TYPE_DEVMAP: DEVMAP,
  BPF_MAP_TYPE_DEVMAP_HASH: DEVMAP_HASH,
  BPF_MAP_TYPE_CPUMAP: CPUMAP,
} = bpf_map_type;
const XDP = 6;
const SOCKET_FILTER = 1;
const BPF_XDP_DEVMAP = 33;
const BPF_XDP_CPUMAP = 35;

function u32(...values: number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(values).buffer);
}

function hostWithPrograms(): TestMapHost {
  const host = new TestMapHost();
  const common = { jited: true, xdpHasFrags: false };
  host.owners.set(501, { type: SOCKET_FILTER, expectedAttachType: 0, ...common });
  host.owners.set(502, { type: XDP, expectedAttachType: 37, ...common });
  host.owners.set(503, { type: XDP, expectedAttachType: BPF_XDP_DEVMAP, ...common });
  host.owners.set(504, { type: XDP, expectedAttachType: BPF_XDP_CPUMAP, ...common });
  return host;
}

function create(host: TestMapHost, mapType: number, more: Partial<MapCreateAttr> = {}, innerMap?: BpfMap): BpfMap {
  return host.create({ mapType, keySize: 4, valueSize: 4, maxEntries: 10, ...more }, { innerMap });
}

test('a program array takes programs like its first one, and shows their ids', () => {
  const host = hostWithPrograms();
  const map = create(host, PROG_ARRAY) as ProgArrayMap;
  const put = (index: number, fd: number, flags = 0n) => map.sysUpdate(u32(index), u32(fd), flags, host);
  expect(map.owner).toBe(undefined);
  expect(put(1, 501)).toBe(0);
  expect(map.owner?.type).toBe(SOCKET_FILTER);
  expect(put(1, 502)).toBe(-errno.EINVAL);
  expect(put(1, 999)).toBe(-errno.EINVAL);
  expect(put(1, 2000)).toBe(-errno.EBADF);
  expect(put(10, 501)).toBe(-errno.E2BIG);
  expect(put(10, 501, 1n)).toBe(-errno.EINVAL);
  expect(map.sysLookup(u32(1), 0n)).toEqual(u32(501));
  expect(map.sysLookup(u32(2), 0n)).toBe(-errno.ENOENT);
  expect(map.sysLookup(u32(10), 0n)).toBe(-errno.ENOENT);
  expect(map.sysLookupAndDelete(u32(1), 0n)).toBe(-errno.ENOTSUPP);
  expect(map.idAt(1)).toBe(501);
  expect(host.held.get('prog 501')).toBe(1);
  expect(map.sysDelete(u32(1))).toBe(0);
  expect(map.sysDelete(u32(1))).toBe(-errno.ENOENT);
  expect(map.sysDelete(u32(10))).toBe(-errno.E2BIG);
  expect(host.held.get('prog 501')).toBe(0);
  expect(map.owner?.type).toBe(SOCKET_FILTER);
});

test('a program array is emptied with its last fd', () => {
  const host = hostWithPrograms();
  const map = create(host, PROG_ARRAY) as ProgArrayMap;
  map.sysUpdate(u32(3), u32(501), 0n, host);
  map.userReferencesGone();
  expect(host.held.get('prog 501')).toBe(0);
  expect(map.idAt(3)).toBe(0);
});

test('a perf event array names its events, but does not show them', () => {
  const host = hostWithPrograms();
  const map = create(host, PERF_EVENT_ARRAY) as PerfEventArrayMap;
  expect(map.sysUpdate(u32(1), u32(7), 0n, host)).toBe(0);
  expect(map.idAt(1)).toBe(7);
  expect(map.sysLookup(u32(1), 0n)).toBe(-errno.ENOTSUPP);
  expect(map.sysGetNextKey(u32(9))).toBe(-errno.ENOENT);
});

for (const [name, outerType] of Object.entries({ ARRAY_OF_MAPS, HASH_OF_MAPS })) {
  test(`${name}: takes maps like the template, and gives programs their place`, () => {
    const host = hostWithPrograms();
    const template = create(host, ARRAY, { maxEntries: 1 });
    const same = create(host, ARRAY, { maxEntries: 1 });
    const map = create(host, outerType, {}, template);
    const put = (key: number, inner: BpfMap, flags = 0n) => map.sysUpdate(u32(key), u32(inner.id), flags, host);
    const others: Partial<MapCreateAttr>[] = [
      { maxEntries: 2 },
      { valueSize: 8 },
      { mapFlags: 0x80 },
      { mapFlags: 0x1000 },
    ];
    for (const other of others) expect(put(1, create(host, ARRAY, { maxEntries: 1, ...other }))).toBe(-errno.EINVAL);
    expect(put(1, create(host, HASH, { maxEntries: 1 }))).toBe(-errno.EINVAL);
    expect(map.sysUpdate(u32(1), u32(2000), 0n, host)).toBe(-errno.EBADF);
    expect(put(1, same)).toBe(0);
    expect(host.held.get(`map ${same.id}`)).toBe(1);
    expect(map.sysLookup(u32(1), 0n)).toEqual(u32(same.id));
    const key = host.memory.alloc(8, { kind: 'stack', name: 'key' }).offset;
    host.memory.view().setUint32(key, 1, true);
    expect(map.lookupElem(key, 0)).toBe(same.region.offset);
    expect(put(1, template)).toBe(0);
    expect(host.held.get(`map ${same.id}`)).toBe(0);
    map.release();
    expect(host.held.get(`map ${template.id}`)).toBe(0);
  });
}

test('a map of hashes does not mind how many entries they have', () => {
  const host = hostWithPrograms();
  const map = create(host, ARRAY_OF_MAPS, {}, create(host, HASH, { maxEntries: 5 }));
  expect(map.sysUpdate(u32(0), u32(create(host, HASH, { maxEntries: 50 }).id), 0n, host)).toBe(0);
});

test('a hash of maps says EEXIST, ENOENT and E2BIG as a hash does', () => {
  const host = hostWithPrograms();
  const inner = create(host, ARRAY, { maxEntries: 1 });
  const map = create(host, HASH_OF_MAPS, { maxEntries: 2 }, inner);
  const put = (key: number, flags = 0n) => map.sysUpdate(u32(key), u32(inner.id), flags, host);
  expect([put(1, 2n), put(1), put(1, 1n), put(1, 2n), put(1, 3n), put(2), put(3)]).toEqual([
    -errno.ENOENT,
    0,
    -errno.EEXIST,
    0,
    -errno.EINVAL,
    0,
    -errno.E2BIG,
  ]);
});

test('DEVMAP answers as Linux does', () => {
  const host = hostWithPrograms();
  const map = create(host, DEVMAP, { valueSize: 8, maxEntries: 4 });
  const put = (key: number, value: Uint8Array, flags = 0n) => map.sysUpdate(u32(key), value, flags, host);
  expect(put(1, u32(1, 0))).toBe(0);
  expect([1n, 2n, 3n, 4n].map((flags) => put(1, u32(1, 0), flags))).toEqual([
    -errno.EEXIST,
    0,
    -errno.EINVAL,
    -errno.EINVAL,
  ]);
  expect([u32(1, 502), u32(9999, 0), u32(0, 502), u32(1, 999)].map((value) => put(1, value))).toEqual(
    Array(4).fill(-errno.EINVAL),
  );
  expect(map.sysLookup(u32(1), 0n)).toEqual(u32(1, 0));
  expect(put(1, u32(1, 503))).toBe(0);
  expect(map.sysLookup(u32(1), 0n)).toEqual(u32(1, 503));
  expect(host.held.get('prog 503')).toBe(1);
  expect(put(1, u32(0, 0))).toBe(0);
  expect(host.held.get('prog 503')).toBe(0);
  expect(map.sysLookup(u32(1), 0n)).toBe(-errno.ENOENT);
  expect(put(100, u32(1, 0), 1n)).toBe(-errno.E2BIG);
  expect([map.sysDelete(u32(1)), map.sysDelete(u32(1)), map.sysDelete(u32(100))]).toEqual([0, 0, -errno.EINVAL]);
});

test('DEVMAP_HASH keeps keys in the order of Linux, its buckets chosen by the key', () => {
  const host = hostWithPrograms();
  const map = create(host, DEVMAP_HASH, { maxEntries: 64 });
  for (const key of [5, 70, 6, 300, 64, 134, 0]) expect(map.sysUpdate(u32(key), u32(1), 0n, host)).toBe(0);
  const keys: number[] = [];
  for (let key = map.sysGetNextKey(undefined); typeof key !== 'number'; key = map.sysGetNextKey(key)) {
    keys.push(key[0] | (key[1] << 8));
  }
  expect(keys).toEqual([0, 64, 5, 134, 6, 70, 300]);
  expect(map.sysUpdate(u32(5), u32(0), 1n, host)).toBe(-errno.EINVAL);
  expect(map.sysUpdate(u32(5), u32(1), 1n, host)).toBe(-errno.EEXIST);
  expect([map.sysDelete(u32(5)), map.sysDelete(u32(5))]).toEqual([0, -errno.ENOENT]);
});

test('CPUMAP answers as Linux does', () => {
  const host = hostWithPrograms();
  const map = create(host, CPUMAP, { valueSize: 8, maxEntries: 4 });
  const put = (key: number, value: Uint8Array, flags = 0n) => map.sysUpdate(u32(key), value, flags, host);
  expect(put(1, u32(192, 0))).toBe(0);
  expect(put(1, u32(16385, 0))).toBe(-errno.EOVERFLOW);
  expect(put(1, u32(192, 0), 1n)).toBe(-errno.EEXIST);
  expect(put(2, u32(192, 0))).toBe(-errno.ENODEV);
  expect(put(4, u32(192, 0))).toBe(-errno.E2BIG);
  expect(put(1, u32(192, 503))).toBe(-errno.ENOMEM);
  expect(put(1, u32(192, 504))).toBe(0);
  expect(map.sysLookup(u32(1), 0n)).toEqual(u32(192, 504));
  map.release();
  expect(host.held.get('prog 504')).toBe(0);
});
