import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeRecord, encodeRecord } from '../../src/machine/codec.ts';
import { MachineError } from '../../src/machine/index.ts';

const leaf = fc.oneof(
  fc.constantFrom(null, true, false),
  fc.integer(),
  fc.double({ noNaN: true }),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
  fc.string(),
  fc.uint8Array({ maxLength: 40 }),
);
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(tie('any'), { maxLength: 4 }),
    fc.dictionary(
      fc.string({ minLength: 1, maxLength: 8 }).filter((name) => name !== '__proto__'),
      tie('any'),
      { maxKeys: 4, noNullPrototype: true },
    ),
  ),
})).any;

test('what is written is read back', () => {
  fc.assert(
    fc.property(fc.array(value, { maxLength: 5 }), (list) => {
      const record = { list } as never;
      expect(decodeRecord(encodeRecord(record))).toEqual(record);
    }),
    { numRuns: 300 },
  );
});

test('bytes that are no record end in an error of ours', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      try {
        decodeRecord(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(MachineError);
      }
    }),
    { numRuns: 2000 },
  );
});

test('what is read is not changed by what happens to the bytes later', () => {
  const bytes = encodeRecord({ blob: Uint8Array.of(1, 2, 3) });
  const record = decodeRecord(bytes);
  bytes.fill(0);
  expect(record).toEqual({ blob: Uint8Array.of(1, 2, 3) });
});
