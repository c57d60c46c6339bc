import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  alignUp,
  EbpftsError,
  high32,
  InternalError,
  invariant,
  low32,
  s64,
  sha256,
  toHex,
  u64,
  u64FromWords,
  unreachable,
} from '../../src/base/index.ts';

describe('64-bit arithmetic', () => {
  it('takes a u64 apart and puts it together again', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn }), (value) => {
        expect(u64FromWords(high32(value), low32(value))).toBe(value);
        expect(u64(s64(value))).toBe(value);
      }),
    );
  });

  it('takes words of either sign', () => {
    expect(u64FromWords(-1, -1)).toBe(0xffff_ffff_ffff_ffffn);
    expect(low32(-1n)).toBe(0xffff_ffff);
    expect(high32(-1n)).toBe(0xffff_ffff);
  });

  it('rounds up to a multiple', () => {
    expect([0, 1, 8, 9].map((value) => alignUp(value, 8))).toEqual([0, 8, 8, 16]);
  });
});

describe('digests', () => {
  it("are those of Node's own implementation", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(toHex(sha256(bytes))).toBe(createHash('sha256').update(bytes).digest('hex'));
      }),
    );
  });
});

describe('errors', () => {
  it('carry code, details and cause, and the name of their class', () => {
    class LayerError extends EbpftsError {}
    const cause = new EbpftsError({ code: 'A', message: 'a' });
    const error = new LayerError({ code: 'B', message: 'b', details: { need: 4, have: 2 }, cause });
    expect(error).toMatchObject({ name: 'LayerError', code: 'B', message: 'b', details: { need: 4, have: 2 }, cause });
    expect(cause.details).toEqual({});
  });

  it('tell a mistake of ours apart', () => {
    expect(() => invariant(false, 'one is one')).toThrow(InternalError);
    expect(() => invariant(1, 'one is one')).not.toThrow();
    expect(() => unreachable('x' as never)).toThrow('unreachable: x');
  });
});
