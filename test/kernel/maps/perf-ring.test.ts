import { expect, test } from 'vitest';
import { PerfRing } from '../../../src/kernel/maps/perf-ring.ts';
import { Memory } from '../../../src/vm/index.ts';
import { readFacts } from '../../support/facts.ts';

const PAGE = 4096;
const ENOSPC = -28;
const PERF_RECORD_MISC_KERNEL = 1;

test('writes the records that Linux wrote, lost ones counted', () => {
  const facts = readFacts('maps/perf-ring.tsv');
  const memory = new Memory();
  const [, dataOffset, dataSize, eventId] = facts.find(([kind]) => kind === 'I') ?? [];
  const ring = PerfRing.create({
    memory,
    endian: 'little',
    pageSize: PAGE,
    dataPages: Number(dataSize) / PAGE,
    eventId: BigInt(eventId),
    name: 'perf event',
  });
  if (ring === undefined) throw new Error('no memory');
  const page = ring.region.offset;
  const data = page + Number(dataOffset);
  const byteAt = (position: number) => memory.bytes()[data + (position % Number(dataSize))];
  let samples = 0;
  for (const [i, [kind, ...cells]] of facts.entries()) {
    const view = memory.view();
    if (kind === 'T') view.setBigUint64(page + 1032, BigInt(cells[0]), true);
    if (kind === 'S' && (cells[2] === '0' || cells[2] === String(ENOSPC))) {
      const bytes = Uint8Array.from({ length: Number(cells[0]) }, (_, at) => at * 7 + 1);
      const written = ring.outputRaw({ misc: PERF_RECORD_MISC_KERNEL }, bytes);
      const got = [...cells.slice(0, 2), written ? 0 : ENOSPC, view.getUint32(page + 1024, true)];
      expect(`${i} ${got.join(' ')}`).toBe(`${i} ${cells.join(' ')}`);
      samples++;
    }
    if (kind === 'R') {
      const position = Number(cells[0]);
      const record = Buffer.from(Array.from({ length: 8 + cells[4].length / 2 }, (_, at) => byteAt(position + at)));
      expect([record.readUInt32LE(0), record.readUInt16LE(4), record.readUInt16LE(6)].join(' ')).toBe(
        cells.slice(1, 4).join(' '),
      );
      const length = Number(cells[3]) - 8;
      expect(
        record
          .subarray(8)
          .toString('hex')
          .slice(0, 2 * length),
      ).toBe(cells[4].slice(0, 2 * length));
    }
  }
  expect(samples).toBeGreaterThan(60);
});
