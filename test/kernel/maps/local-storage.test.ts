import { expect, test } from 'vitest';
import type { CgroupStorageMap } from '../../../src/kernel/maps/cgroup-storage.ts';
import type { LocalStorageMap } from '../../../src/kernel/maps/local-storage.ts';
import { bpf_map_type, errno } from '../../../src/uapi/index.ts';
import { recordedBtf, TestMapHost } from '../../support/map-host.ts';

const NO_PREALLOC = 1;
const VALUE = Uint8Array.from('abcdefgh', (char) => char.charCodeAt(0));
const { BPF_MAP_TYPE_SK_STORAGE, BPF_MAP_TYPE_INODE_STORAGE, BPF_MAP_TYPE_TASK_STORAGE, BPF_MAP_TYPE_CGRP_STORAGE } =
  bpf_map_type;

function u32(value: number): Uint8Array {
  return Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24);
}

function createStorage(host: TestMapHost, mapType: number, valueType: number): LocalStorageMap {
  const attr = { mapType, keySize: 4, valueSize: 8, maxEntries: 0, mapFlags: NO_PREALLOC };
  const types = { btfKeyTypeId: 1, btfValueTypeId: valueType };
  return host.create({ ...attr, ...types }, { btf: recordedBtf(1, valueType) }) as LocalStorageMap;
}

/** What Linux 6.18 answered to updates with these flags, one after the other, of an owner without a value. */
const UPDATES: Record<number, readonly (readonly [flags: bigint, result: number])[]> = {
  2: [
    [2n, -errno.ENOENT],
    [3n, -errno.EINVAL],
    [1n, 0],
    [1n, -errno.EEXIST],
    [0n, 0],
    [2n, 0],
    [4n, -errno.EINVAL],
    [5n, -errno.EINVAL],
    [8n, -errno.EINVAL],
  ],
  4: [
    [2n, -errno.ENOENT],
    [1n, 0],
    [4n, 0],
    [5n, -errno.EEXIST],
    [6n, 0],
    [8n, -errno.EINVAL],
  ],
};

for (const [name, type] of Object.entries({
  BPF_MAP_TYPE_SK_STORAGE,
  BPF_MAP_TYPE_INODE_STORAGE,
  BPF_MAP_TYPE_TASK_STORAGE,
  BPF_MAP_TYPE_CGRP_STORAGE,
})) {
  test(`${name} answers processes as Linux does`, () => {
    for (const [valueType, updates] of Object.entries(UPDATES)) {
      const host = new TestMapHost();
      const map = createStorage(host, type, Number(valueType));
      const fds = host;
      for (const [flags, result] of updates) expect(map.sysUpdate(u32(7), VALUE, flags, fds)).toBe(result);
      const shown = valueType === '4' ? Uint8Array.of(0, 0, 0, 0, ...VALUE.subarray(4)) : VALUE;
      expect(map.sysLookup(u32(7), 0n, { fds })).toEqual(shown);
      expect(map.sysLookup(u32(8), 0n, { fds })).toBe(-errno.ENOENT);
      expect(map.sysLookup(u32(2000), 0n, { fds })).toBe(-errno.EBADF);
      expect(map.sysLookup(u32(7), 4n, { fds })).toEqual(valueType === '4' ? shown : -errno.EINVAL);
      expect(map.sysGetNextKey(undefined)).toBe(-errno.ENOTSUPP);
      expect(map.sysLookupAndDelete(u32(7), 0n)).toBe(-errno.ENOTSUPP);
      expect([map.sysDelete(u32(7), fds), map.sysDelete(u32(7), fds)]).toEqual([0, -errno.ENOENT]);
    }
  });
}

test('a program makes, finds and deletes the value of an owner', () => {
  const host = new TestMapHost();
  const map = createStorage(host, BPF_MAP_TYPE_TASK_STORAGE, 2);
  expect(map.storageOf(5)).toBe(0);
  const place = map.createStorage(5);
  expect(map.storageOf(5)).toBe(place);
  host.memory.view().setBigUint64(place, 99n, true);
  map.createStorage(6, VALUE);
  expect(host.memory.view().getBigUint64(map.storageOf(5), true)).toBe(99n);
  expect([map.deleteStorage(5), map.deleteStorage(5)]).toEqual([0, -errno.ENOENT]);
  expect(host.memory.view().getBigUint64(map.createStorage(9), true)).toBe(0n);
});

test('storage of cgroups has elements only while programs are attached', () => {
  const host = new TestMapHost();
  for (const mapType of [bpf_map_type.BPF_MAP_TYPE_CGROUP_STORAGE, bpf_map_type.BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE]) {
    const map = host.create({ mapType, keySize: 16, valueSize: 8, maxEntries: 0 }) as CgroupStorageMap;
    const key = new Uint8Array(16).fill(1);
    const value = new Uint8Array(map.sysValueSize).fill(3);
    expect(map.sysLookup(key, 0n)).toBe(-errno.ENOENT);
    expect(map.sysUpdate(key, value, 0n, host)).toBe(-errno.ENOENT);
    expect(map.sysUpdate(key, value, 1n, host)).toBe(-errno.EINVAL);
    expect(map.sysDelete(key)).toBe(-errno.EINVAL);
    expect(map.attached(key)).toBe(0);
    expect(map.sysUpdate(key, value, 2n, host)).toBe(0);
    expect(map.sysLookup(key, 0n)).toEqual(value);
    expect(map.sysGetNextKey(undefined)).toEqual(key);
    expect(map.storageOf(key, 1) - map.storageOf(key, 0)).toBe(value.length - 8);
    map.detached(key);
    expect(map.storageOf(key, 0)).toBe(0);
  }
});
