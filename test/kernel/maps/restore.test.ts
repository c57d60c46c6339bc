import { expect, test } from 'vitest';
import type { BpfMap } from '../../../src/kernel/maps/map.ts';
import { restoreMap } from '../../../src/kernel/maps/registry.ts';
import { isErrno } from '../../../src/syscall/index.ts';
import { bpf_map_type } from '../../../src/uapi/index.ts';
import { Memory, PAGE_SIZE } from '../../../src/vm/index.ts';
import { TestMapHost } from '../../support/map-host.ts';

const {
  BPF_MAP_TYPE_ARRAY: ARRAY,
  BPF_MAP_TYPE_HASH: HASH,
  BPF_MAP_TYPE_LRU_HASH: LRU_HASH,
  BPF_MAP_TYPE_LPM_TRIE: LPM_TRIE,
  BPF_MAP_TYPE_PERCPU_HASH: PERCPU_HASH,
  BPF_MAP_TYPE_QUEUE: QUEUE,
} = bpf_map_type;

function u32(...values: number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(values).buffer);
}

function isZero(bytes: Uint8Array): boolean {
  return Buffer.compare(bytes, new Uint8Array(bytes.length)) === 0;
}

/** The map in a machine that was saved and is opened again, and how many of its pages were fetched. */
function reopen(host: TestMapHost, map: BpfMap): { again: BpfMap; fetched: Set<number>; host: TestMapHost } {
  const saved = host.memory.bytes().slice();
  const record = structuredClone(map.record);
  const next = new TestMapHost();
  const fetched = new Set<number>();
  next.memory = new Memory({
    pager: {
      load(page, into) {
        fetched.add(page);
        into.set(saved.subarray(page * PAGE_SIZE, (page + 1) * PAGE_SIZE));
      },
    },
  });
  const pages = Math.ceil(record.size / PAGE_SIZE);
  next.memory.expectPages(record.page, pages);
  const again = restoreMap(next, record);
  if (isErrno(again)) throw new Error(`not restored: ${again}`);
  return { again, fetched, host: next };
}

for (const [name, attr] of Object.entries({
  ARRAY: { mapType: ARRAY, keySize: 4 },
  HASH: { mapType: HASH, keySize: 4 },
  PERCPU_HASH: { mapType: PERCPU_HASH, keySize: 4 },
  LRU_HASH: { mapType: LRU_HASH, keySize: 4 },
  'LRU_HASH of each CPU': { mapType: LRU_HASH, keySize: 4, mapFlags: 2 },
  LPM_TRIE: { mapType: LPM_TRIE, keySize: 8, mapFlags: 1 },
})) {
  test(`${name}: goes on where it was saved`, () => {
    const host = new TestMapHost();
    const map = host.create({ valueSize: 8, maxEntries: 100, ...attr });
    const trie = attr.mapType === LPM_TRIE;
    const key = (i: number) => (trie ? u32(32, i) : u32(i));
    const value = (i: number) => {
      const bytes = new Uint8Array(map.sysValueSize);
      bytes[0] = i;
      return bytes;
    };
    for (let i = 0; i < 40; i++) expect(map.sysUpdate(key(i), value(i), 0n, host)).toBe(0);
    const { again, host: next } = reopen(host, map);
    for (let i = 0; i < 40; i++) expect(again.sysLookup(key(i), 0n)).toEqual(value(i));
    for (let i = 0; i < 50; i++) expect(again.sysUpdate(key(i), value(i + 1), 0n, next)).toBe(0);
    expect(again.sysLookup(key(49), 0n)).toEqual(value(50));
    if (attr.mapType !== ARRAY) expect(again.sysDelete(key(3))).toBe(0);
  });
}

test('a queue goes on where it was saved', () => {
  const host = new TestMapHost();
  const map = host.create({ mapType: QUEUE, keySize: 0, valueSize: 4, maxEntries: 3 });
  for (const value of [1, 2, 3]) map.sysUpdate(new Uint8Array(), u32(value), 0n, host);
  const { again } = reopen(host, map);
  expect([1, 2, 3].map(() => again.sysLookupAndDelete(new Uint8Array(), 0n))).toEqual([u32(1), u32(2), u32(3)]);
});

test('an update of one key of a hash of 1,000,000 fetches few pages', () => {
  const host = new TestMapHost();
  const map = host.create({ mapType: HASH, keySize: 4, valueSize: 8, maxEntries: 1_000_000 });
  for (let i = 0; i < 50_000; i++) map.sysUpdate(u32(i), new Uint8Array(8), 0n, host);
  const { again, fetched, host: next } = reopen(host, map);
  expect(fetched.size).toBe(0);
  expect(again.sysUpdate(u32(777), new Uint8Array(8).fill(1), 0n, next)).toBe(0);
  expect(again.sysLookup(u32(777), 0n)).toEqual(new Uint8Array(8).fill(1));
  expect(fetched.size).toBeLessThan(10);
});

test('a new map writes no more than its header', () => {
  const host = new TestMapHost();
  const map = host.create({ mapType: HASH, keySize: 4, valueSize: 8, maxEntries: 100_000 });
  const bytes = host.memory.bytes().subarray(map.region.offset + 4096, map.region.offset + map.region.size);
  expect(isZero(bytes)).toBe(true);
  expect(map.usedSize).toBeLessThan(1_000_000);
  map.sysUpdate(u32(1), new Uint8Array(8).fill(255), 0n, host);
  map.release();
  expect(isZero(host.memory.bytes())).toBe(true);
});
