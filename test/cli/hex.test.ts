import { describe, expect, test } from 'vitest';
import { hexDump, hexLines } from '../../src/cli/render/hex.ts';

const count = (length: number) => Uint8Array.from({ length }, (_, i) => i);

describe('bytes', () => {
  test.for([
    [3, '00 01 02'],
    [9, '00 01 02 03 04 05 06 07  08'],
    [17, '00 01 02 03 04 05 06 07  08 09 0a 0b 0c 0d 0e 0f\n10'],
  ] as const)('%i of them stand in lines of 16 with a gap', ([length, text]) => {
    expect(hexLines(count(length))).toBe(text);
  });

  test('are dumped with their offset and as text', () => {
    expect(hexDump(Uint8Array.from([0x41, 0x42, 0x00, 0x7f, ...count(14)]))).toBe(
      '0000000\t4142 007f 0001 0203 0405 0607 0809 0a0b | AB...... ........\n0000010\t0c0d                                    | ..\n',
    );
  });
});
