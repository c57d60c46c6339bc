import { expect, test } from 'vitest';
import type { BpfMap } from '../../../src/kernel/maps/map.ts';
import type { MapCreateAttr } from '../../../src/syscall/index.ts';
import { bpf_flags, bpf_map_type, errno } from '../../../src/uapi/index.ts';
import { recordedBtf, TestMapHost } from '../../support/map-host.ts';

const {
  BPF_MAP_TYPE_ARRAY: ARRAY,
  BPF_MAP_TYPE_HASH: HASH,
  BPF_MAP_TYPE_LRU_HASH: LRU_HASH,
  BPF_MAP_TYPE_LPM_TRIE: LPM_TRIE,
  BPF_MAP_TYPE_PERCPU_ARRAY: PERCPU_ARRAY,
  BPF_MAP_TYPE_PERCPU_HASH: PERCPU_HASH,
  BPF_MAP_TYPE_LRU_PERCPU_HASH: LRU_PERCPU_HASH,
  BPF_MAP_TYPE_QUEUE: QUEUE,
} = bpf_map_type;

/** A program's stack, and the calls that it makes. */
class Program {
  readonly host: TestMapHost;
  readonly #key: number;
  readonly #value: number;

  constructor(host: TestMapHost) {
    this.host = host;
    this.#key = host.memory.alloc(64, { kind: 'stack', name: 'key' }).offset;
    this.#value = host.memory.alloc(64, { kind: 'stack', name: 'value' }).offset;
  }

  key(key: number): number {
    this.host.memory.view().setUint32(this.#key, key, this.host.endian === 'little');
    return this.#key;
  }

  update(map: BpfMap, key: number, value: bigint, { flags = 0n, cpu = 0 } = {}): number {
    this.host.memory.view().setBigUint64(this.#value, value, true);
    return map.updateElem(this.key(key), this.#value, flags, cpu);
  }

  lookup(map: BpfMap, key: number, cpu = 0): bigint | undefined {
    const place = map.lookupElem(this.key(key), cpu);
    return place === 0 ? undefined : this.read(place);
  }

  read(place: number): bigint {
    return this.host.memory.view().getBigUint64(place, true);
  }

  get value(): number {
    return this.#value;
  }
}

function create(host: TestMapHost, mapType: number, more: Partial<MapCreateAttr> = {}): BpfMap {
  return host.create({ mapType, keySize: 4, valueSize: 8, maxEntries: 4, ...more });
}

for (const [name, type] of Object.entries({ HASH, LRU_HASH, PERCPU_HASH, LRU_PERCPU_HASH })) {
  test(`${name}: a program sees what it wrote, until it deletes it`, () => {
    const program = new Program(new TestMapHost());
    const map = create(program.host, type);
    expect(program.lookup(map, 7)).toBe(undefined);
    expect(program.update(map, 7, 42n)).toBe(0);
    expect(program.lookup(map, 7)).toBe(42n);
    expect(program.update(map, 7, 43n, { flags: BigInt(bpf_flags.BPF_NOEXIST) })).toBe(-errno.EEXIST);
    expect(map.deleteElem(program.key(7))).toBe(0);
    expect(map.deleteElem(program.key(7))).toBe(-errno.ENOENT);
    expect(program.lookup(map, 7)).toBe(undefined);
  });
}

for (const [name, type] of Object.entries({ PERCPU_ARRAY, PERCPU_HASH, LRU_PERCPU_HASH })) {
  test(`${name}: each CPU has a value of its own`, () => {
    const program = new Program(new TestMapHost());
    const map = create(program.host, type);
    program.update(map, 1, 11n, { cpu: 1 });
    expect(program.lookup(map, 1, 0)).toBe(0n);
    expect(program.lookup(map, 1, 1)).toBe(11n);
    program.update(map, 1, 10n, { cpu: 0 });
    expect(program.lookup(map, 1, 1)).toBe(11n);
    expect(program.read(map.lookupPercpuElem(program.key(1), 1))).toBe(11n);
    expect(map.lookupPercpuElem(program.key(1), 2)).toBe(0);
    const all = map.sysLookup(Uint8Array.of(1, 0, 0, 0), 0n);
    expect([...(all as Uint8Array)]).toEqual([10, 0, 0, 0, 0, 0, 0, 0, 11, 0, 0, 0, 0, 0, 0, 0]);
  });
}

for (const [name, type] of Object.entries({ HASH, LPM_TRIE })) {
  test(`${name}: who holds a value that is updated goes on seeing the old one`, () => {
    const program = new Program(new TestMapHost());
    const trie = type === LPM_TRIE;
    const map = create(program.host, type, trie ? { keySize: 8, mapFlags: bpf_flags.BPF_F_NO_PREALLOC } : {});
    program.update(map, 1, 1n);
    const held = map.lookupElem(program.key(1), 0);
    program.update(map, 1, 2n);
    expect(program.read(held)).toBe(1n);
    expect(program.lookup(map, 1)).toBe(2n);
  });
}

test('a walk shows each element with key and value, and ends when the callback says so', () => {
  const program = new Program(new TestMapHost());
  for (const type of [ARRAY, HASH, LRU_HASH, PERCPU_ARRAY, PERCPU_HASH]) {
    const map = create(program.host, type);
    for (let key = 0; key < 4; key++) program.update(map, key, BigInt(key * 10));
    const seen = new Map<number, bigint>();
    const visited = map.forEachElem((key, value) => {
      seen.set(program.host.memory.view().getUint32(key, true), program.read(value));
      return 0;
    }, 0);
    expect(visited).toBe(4);
    expect([...seen].sort()).toEqual([0, 1, 2, 3].map((key) => [key, BigInt(key * 10)]));
    expect(map.forEachElem(() => 1, 0)).toBe(1);
  }
});

test('a walk may delete what it is shown', () => {
  const program = new Program(new TestMapHost());
  const map = create(program.host, HASH, { maxEntries: 100 });
  for (let key = 0; key < 100; key++) program.update(map, key, 1n);
  expect(map.forEachElem((key) => map.deleteElem(key), 0)).toBe(100);
  expect(map.sysGetNextKey(undefined)).toBe(-errno.ENOENT);
});

test('an LRU map keeps what is looked up', () => {
  const program = new Program(new TestMapHost());
  const map = create(program.host, LRU_HASH, { maxEntries: 100 });
  for (let key = 0; key < 500; key++) {
    expect(program.update(map, key, BigInt(key))).toBe(0);
    expect(program.lookup(map, 3)).toBe(key < 3 ? undefined : 3n);
  }
});

test('a queue gives zeros where it is empty', () => {
  const program = new Program(new TestMapHost());
  const map = create(program.host, QUEUE, { keySize: 0 });
  program.host.memory.view().setBigUint64(program.value, 5n, true);
  expect(map.pushElem(program.value, 0n)).toBe(0);
  expect(map.popElem(program.value)).toBe(0);
  expect(program.read(program.value)).toBe(5n);
  expect(map.popElem(program.value)).toBe(-errno.ENOENT);
  expect(program.read(program.value)).toBe(0n);
});

test('a timer of a value is cancelled when its element goes', () => {
  for (const [type, drop] of [
    [ARRAY, 'update'],
    [HASH, 'update'],
    [HASH, 'delete'],
    [HASH, 'release'],
    [LRU_HASH, 'last fd'],
  ] as const) {
    const program = new Program(new TestMapHost());
    const { host } = program;
    const map = host.create(
      { mapType: type, keySize: 4, valueSize: 24, maxEntries: 4, btfKeyTypeId: 1, btfValueTypeId: 6 },
      { btf: recordedBtf(1, 6) },
    );
    program.update(map, 1, 0n);
    const held = map.lookupElem(program.key(1), 0);
    host.freed.length = 0;
    if (drop === 'update') program.update(map, 1, 0n);
    if (drop === 'delete') map.deleteElem(program.key(1));
    if (drop === 'release') map.release();
    if (drop === 'last fd') map.userReferencesGone();
    expect(host.freed, `${type} ${drop}`).toContain(`timer ${held}`);
  }
});

test('an update leaves the lock of an array value alone, and zeroes that of a new element', () => {
  const program = new Program(new TestMapHost());
  for (const [type, lock] of [
    [ARRAY, 77],
    [HASH, 0],
  ]) {
    const map = program.host.create(
      { mapType: type, keySize: 4, valueSize: 8, maxEntries: 4, btfKeyTypeId: 1, btfValueTypeId: 4 },
      { btf: recordedBtf(1, 4) },
    );
    program.update(map, 1, 0n);
    program.host.memory.view().setUint32(map.lookupElem(program.key(1), 0), 77, true);
    program.update(map, 1, 0x1234_5678_9abc_def0n);
    const place = map.lookupElem(program.key(1), 0);
    expect(program.host.memory.view().getUint32(place, true)).toBe(lock);
    expect(program.host.memory.view().getUint32(place + 4, true)).toBe(0x1234_5678);
    program.update(map, 1, 5n << 32n, { flags: BigInt(bpf_flags.BPF_F_LOCK) });
    expect(map.lookupElem(program.key(1), 0)).toBe(place);
  }
});

test('indexes and ids follow the byte order of the machine, the map itself does not', () => {
  const host = new TestMapHost();
  host.endian = 'big';
  const program = new Program(host);
  const map = create(host, ARRAY);
  expect(program.update(map, 3, 9n)).toBe(0);
  expect(map.sysLookup(Uint8Array.of(0, 0, 0, 3), 0n)).toEqual(Uint8Array.of(9, 0, 0, 0, 0, 0, 0, 0));
  expect(map.sysGetNextKey(Uint8Array.of(0, 0, 0, 1))).toEqual(Uint8Array.of(0, 0, 0, 2));
  for (const keySize of [4, 6, 20]) {
    const hash = create(host, HASH, { keySize });
    const key = new Uint8Array(keySize).fill(7);
    expect(hash.sysUpdate(key, new Uint8Array(8), 0n, host)).toBe(0);
    expect(hash.sysGetNextKey(undefined)).toEqual(key);
  }
});
