import { expect, test } from 'vitest';
import type { RingbufMap } from '../../../src/kernel/maps/ringbuf.ts';
import { ringOfSample } from '../../../src/kernel/maps/ringbuf.ts';
import type { UserRingbufMap } from '../../../src/kernel/maps/user-ringbuf.ts';
import { bpf_flags, bpf_map_type, errno } from '../../../src/uapi/index.ts';
import { readFacts } from '../../support/facts.ts';
import { TestMapHost } from '../../support/map-host.ts';

const PAGE = 4096;

function createRing(host: TestMapHost, size = PAGE): RingbufMap {
  const mapType = bpf_map_type.BPF_MAP_TYPE_RINGBUF;
  return host.create({ mapType, keySize: 0, valueSize: 0, maxEntries: size }) as RingbufMap;
}

/** Where the data of a ring begins, as a process sees it. */
function dataOf(map: RingbufMap | UserRingbufMap): number {
  const range = map.mmapRange(2 * PAGE, PAGE, false);
  if (typeof range === 'number') throw new Error(`not mapped: ${range}`);
  return range.offset;
}

/** Bytes for a program to put into records: byte `i` is `7 * i + 1`. */
function sampleBytes(host: TestMapHost, length: number): number {
  const region = host.memory.alloc(length, { kind: 'stack', name: 'sample' });
  host.memory.bytes().set(
    Uint8Array.from({ length }, (_, i) => i * 7 + 1),
    region.offset,
  );
  return region.offset;
}

function operate(map: RingbufMap, source: number, [operation, size, flags]: readonly number[]): number {
  const reserved: Record<number, number> = { 1: 24, 2: 100, 4: 4088, 5: 4089 };
  if (operation === 0) return map.output(source, size, BigInt(flags));
  if (operation === 3) return Number(map.query(BigInt(flags)));
  const sample = operation === 1 && flags !== 0 ? 0 : map.reserve(reserved[operation]);
  if (sample !== 0) map.commit(sample, 0n, operation === 2);
  return sample === 0 ? 0 : 1;
}

test('gives programs what a ring of Linux gave them', () => {
  const host = new TestMapHost();
  const map = createRing(host);
  const source = sampleBytes(host, 16384);
  const data = dataOf(map);
  const positions = data - 2 * PAGE;
  for (const [i, [operation, ...cells]] of readFacts('maps/ringbuf.tsv').entries()) {
    const view = host.memory.view();
    if (operation === 'C') {
      view.setBigUint64(positions, BigInt(cells[0]), true);
      continue;
    }
    const before = view.getUint32(positions + PAGE, true);
    const result = operate(map, source, [Number(operation), ...cells.slice(0, 2).map(Number)]);
    const after = view.getUint32(positions + PAGE, true);
    const header =
      after === before
        ? new Uint8Array(8)
        : host.memory
            .bytes()
            .slice(data + (before % PAGE))
            .subarray(0, 8);
    const got = [operation, ...cells.slice(0, 2), result, after, Buffer.from(header).toString('hex')].join('\t');
    expect(`${i} ${got}`).toBe(`${i} ${[operation, ...cells].join('\t')}`);
  }
});

test('keeps a record that runs over the end in one piece', () => {
  const host = new TestMapHost();
  const map = createRing(host);
  const source = sampleBytes(host, PAGE);
  map.output(source, 3000, 0n);
  const data = dataOf(map);
  host.memory.view().setBigUint64(data - 2 * PAGE, 3008n, true);
  map.output(source, 2000, 0n);
  const record = host.memory.bytes().slice(data + 3008 + 8, data + 3008 + 8 + 2000);
  expect(record).toEqual(host.memory.bytes().slice(source, source + 2000));
});

test('finds the ring of a sample by the pages that its header counts', () => {
  const host = new TestMapHost();
  const map = createRing(host, 4 * PAGE);
  for (let i = 0; i < 12; i++) {
    const sample = map.reserve(1000);
    expect(ringOfSample(host.memory, sample, { pageSize: PAGE, little: true })).toBe(map.region.offset);
  }
});

test('holds later records back while an earlier one is being written', () => {
  const host = new TestMapHost();
  const map = createRing(host);
  const first = map.reserve(8);
  const second = map.reserve(8);
  map.commit(second, 0n, false);
  expect(host.woken).toEqual([]);
  map.commit(first, 0n, false);
  expect(host.woken).toEqual([map]);
});

test('wakes readers as the flags say', () => {
  const host = new TestMapHost();
  const map = createRing(host);
  map.commit(map.reserve(8), BigInt(bpf_flags.BPF_RB_NO_WAKEUP), false);
  expect(host.woken.length).toBe(0);
  map.commit(map.reserve(8), 0n, false);
  expect(host.woken.length).toBe(0);
  map.commit(map.reserve(8), BigInt(bpf_flags.BPF_RB_FORCE_WAKEUP), false);
  expect(host.woken.length).toBe(1);
});

test('drains what a process wrote, passing over what it gave up', () => {
  const host = new TestMapHost();
  const mapType = bpf_map_type.BPF_MAP_TYPE_USER_RINGBUF;
  const map = host.create({ mapType, keySize: 0, valueSize: 0, maxEntries: PAGE }) as UserRingbufMap;
  const data = dataOf(map);
  const view = host.memory.view();
  view.setUint32(data, 8 | 0x4000_0000, true);
  view.setUint32(data + 16, 5, true);
  view.setUint32(data + 32, (3 | 0x8000_0000) >>> 0, true);
  expect(map.peek()).toBe(-errno.ENODATA);
  view.setBigUint64(data - PAGE, 48n, true);
  const record = map.peek();
  expect(record).toEqual({ place: data + 24, length: 5 });
  if (typeof record !== 'number') map.consume(record);
  expect(map.peek()).toBe(-errno.EAGAIN);
  view.setUint32(data + 32, 5000, true);
  expect(map.peek()).toBe(-errno.EINVAL);
});
