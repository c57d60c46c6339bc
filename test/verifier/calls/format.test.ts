import { describe, expect, it } from 'vitest';
import { isFormat } from '../../../src/verifier/calls/format.ts';

const GOOD: readonly (readonly [format: string, count: number])[] = [
  ['no arguments', 0],
  ['100%%', 0],
  ['%d %u %x %X %i', 5],
  ['%lld %llu %lx', 3],
  ['%05d %-10s|', 2],
  ['%p %pK %pi4 %pI6 %pB', 5],
  ['%ps %pS %pks %pus', 4],
  ['%c%c', 2],
  ['fewer than given', 3],
];

const BAD: readonly (readonly [format: string, count: number])[] = [
  ['%d %d', 1],
  ['%', 1],
  ['%y', 1],
  ['%llc', 1],
  ['%pi5', 1],
  ['\u0001', 0],
  ['\u0080', 0],
  ['x', 13],
];

describe('formats of bpf_snprintf', () => {
  it.each(GOOD)('%j fits %i arguments', (format, count) => {
    expect(isFormat(format, count)).toBe(true);
  });

  it.each(BAD)('%j does not fit %i arguments', (format, count) => {
    expect(isFormat(format, count)).toBe(false);
  });
});
