import { expect, test } from 'vitest';
import type { ArenaMap } from '../../../src/kernel/maps/arena.ts';
import type { StackTraceMap } from '../../../src/kernel/maps/stack-trace.ts';
import { type StructOpsMap, structOpsState } from '../../../src/kernel/maps/struct-ops.ts';
import { bpf_flags, bpf_map_type, errno } from '../../../src/uapi/index.ts';
import { TestMapHost } from '../../support/map-host.ts';

const PAGE = 4096;
const NOTHING = new Uint8Array();

function u32(value: number): Uint8Array {
  return Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24);
}

function frames(...addresses: number[]): Uint8Array {
  return new Uint8Array(BigUint64Array.from(addresses, BigInt).buffer);
}

test('an arena gives pages, one after the other or where they are wanted', () => {
  const host = new TestMapHost();
  const mapType = bpf_map_type.BPF_MAP_TYPE_ARENA;
  const mapFlags = bpf_flags.BPF_F_MMAPABLE;
  const map = host.create({ mapType, keySize: 0, valueSize: 0, maxEntries: 10, mapFlags }) as ArenaMap;
  expect(map.allocate(3)).toBe(0);
  expect(map.allocate(2, 5)).toBe(5);
  expect(map.allocate(2)).toBe(3);
  expect(map.allocate(4)).toBe(-errno.ENOMEM);
  expect(map.allocate(1, 6)).toBe(-errno.ENOMEM);
  expect([2, 5, 7].map((page) => map.isAllocated(page))).toEqual([true, true, false]);
  host.memory.bytes()[map.pagePlace(5)] = 9;
  map.free(5, 2);
  expect(map.isAllocated(5)).toBe(false);
  expect(map.allocate(5)).toBe(5);
  expect(host.memory.bytes()[map.pagePlace(5)]).toBe(0);
  expect(map.sysLookup(NOTHING, 0n)).toBe(-errno.EINVAL);
  expect(map.sysUpdate(NOTHING, NOTHING, 0n, host)).toBe(-errno.ENOTSUP);
  expect(map.mmapRange(0, 10 * PAGE, true)).toEqual({ offset: map.pagePlace(0), length: 10 * PAGE });
});

test('a stack trace map keeps traces by their hash', () => {
  const host = new TestMapHost();
  const mapType = bpf_map_type.BPF_MAP_TYPE_STACK_TRACE;
  const map = host.create({ mapType, keySize: 4, valueSize: 32, maxEntries: 10 }) as StackTraceMap;
  const id = map.store(frames(1, 2, 3), 0n);
  expect(id).toBeGreaterThanOrEqual(0);
  expect(map.store(frames(1, 2, 3), 0n)).toBe(id);
  expect(map.sysLookup(u32(id), 0n)).toEqual(frames(1, 2, 3, 0));
  expect(map.sysGetNextKey(undefined)).toEqual(u32(id));
  expect(map.sysGetNextKey(u32(id))).toBe(-errno.ENOENT);
  expect(map.sysUpdate(u32(0), new Uint8Array(32), 0n, host)).toBe(-errno.EINVAL);
  let other = 4;
  while (map.store(frames(other), 0n) !== -errno.EEXIST) other++;
  expect(map.store(frames(other), BigInt(bpf_flags.BPF_F_REUSE_STACKID))).toBeGreaterThanOrEqual(0);
  expect(map.sysDelete(u32(255))).toBe(-errno.E2BIG);
  expect([map.sysDelete(u32(id)), map.sysDelete(u32(id))]).toEqual([0, -errno.ENOENT]);
});

test('struct_ops: a value is written once, and its state shows', () => {
  for (const [mapFlags, state] of [
    [0, structOpsState.INUSE],
    [bpf_flags.BPF_F_LINK, structOpsState.READY],
  ]) {
    const host = new TestMapHost();
    const mapType = bpf_map_type.BPF_MAP_TYPE_STRUCT_OPS;
    const attr = { mapType, keySize: 4, valueSize: 128, maxEntries: 1, mapFlags };
    expect(host.tryCreate(attr)).toBe(-errno.EINVAL);
    const map = host.create({ ...attr, btfVmlinuxValueTypeId: 5 }, { functions: 3 }) as StructOpsMap;
    expect(map.memlock()).toBe(4848);
    const value = new Uint8Array(128).fill(7, 64);
    expect(map.sysUpdate(u32(0), value.slice().fill(1), 0n, host)).toBe(-errno.EINVAL);
    expect(map.sysUpdate(u32(1), value, 0n, host)).toBe(-errno.E2BIG);
    expect(map.sysUpdate(u32(0), value, 0n, host)).toBe(0);
    expect(map.sysUpdate(u32(0), value, 0n, host)).toBe(-errno.EBUSY);
    expect((map.sysLookup(u32(0), 0n) as Uint8Array)[4]).toBe(state);
    expect(map.operations.subarray(56)).toEqual(new Uint8Array(64).fill(7));
    expect(map.sysDelete(u32(0))).toBe(mapFlags === 0 ? 0 : -errno.ENOTSUP);
  }
});
