import { describe, expect, test } from 'vitest';
import type { Endian } from '../../src/base/index.ts';
import { ByteWriter } from '../../src/base/index.ts';
import { BtfError, coreRelos, funcInfos, lineInfos, parseBtfExt } from '../../src/btf/index.ts';
import { mulberry32 } from '../support/random.ts';

/** Each section: record size, then per ELF section its name and records. */
function ext(options: { endian?: Endian; core?: boolean; header?: number; edit?: (words: number[]) => void } = {}) {
  const { endian = 'little', core = true } = options;
  const func = [8, 1, 2, 0, 5, 16, 6, 9, 1, 0, 7];
  const line = [20, 1, 1, 0, 10, 20, (3 << 10) | 4, 99];
  const relos = [16, 1, 2, 0, 5, 30, 0, 24, 6, 34, 10];
  const words = [...func, ...line, ...(core ? relos : [])];
  options.edit?.(words);
  const out = new ByteWriter(endian);
  const headerSize = options.header ?? (core ? 32 : 24);
  out.u16(0xeb9f).u8(1).u8(0).u32(headerSize);
  out
    .u32(0)
    .u32(func.length * 4)
    .u32(func.length * 4)
    .u32(line.length * 4);
  if (core) out.u32((func.length + line.length) * 4).u32(relos.length * 4);
  for (const word of words) out.u32(word);
  return out.toBytes();
}

describe('parseBtfExt', () => {
  test.each(['little', 'big'] as const)('reads all records of a %s-endian section', (endian) => {
    const parsed = parseBtfExt(ext({ endian }));
    expect(parsed.funcInfo.map(({ sectionName, count }) => [sectionName, count])).toEqual([
      [1, 2],
      [9, 1],
    ]);
    expect(funcInfos(parsed.funcInfo[0])).toEqual([
      { insnOffset: 0, typeId: 5 },
      { insnOffset: 16, typeId: 6 },
    ]);
    expect(lineInfos(parsed.lineInfo[0])).toEqual([
      { insnOffset: 0, fileName: 10, line: 20, lineColumn: (3 << 10) | 4 },
    ]);
    expect(coreRelos(parsed.coreRelos[0])).toEqual([
      { insnOffset: 0, typeId: 5, accessString: 30, kind: 0 },
      { insnOffset: 24, typeId: 6, accessString: 34, kind: 10 },
    ]);
  });

  test('an old header has no CO-RE records', () => {
    expect(parseBtfExt(ext({ core: false })).coreRelos).toEqual([]);
  });

  const malformed: [string, Uint8Array, string][] = [
    ['nothing', new Uint8Array(), 'BTF_TRUNCATED'],
    ['a short header', ext({ header: 16 }), 'BTF_EXT'],
    ['a header beyond the end', ext({ header: 9999 }), 'BTF_TRUNCATED'],
    ['records that are too small', ext({ edit: (words) => (words[0] = 4) }), 'BTF_EXT'],
    ['records of no whole words', ext({ edit: (words) => (words[0] = 9) }), 'BTF_EXT'],
    ['no records in a section', ext({ edit: (words) => (words[2] = 0) }), 'BTF_EXT'],
    ['more records than bytes', ext({ edit: (words) => (words[2] = 0xffff_ffff) }), 'BTF_TRUNCATED'],
    ['a cut section', ext().subarray(0, 80), 'BTF_TRUNCATED'],
  ];
  test.each(malformed)('refuses %s', (_name, bytes, code) => {
    expect(() => parseBtfExt(bytes)).toThrowError(expect.objectContaining({ name: 'BtfError', code }));
  });

  test('mutated sections end in a value or a BtfError', () => {
    const random = mulberry32(2);
    const original = ext();
    for (let round = 0; round < 3000; round++) {
      const bytes = original.slice(0, random() < 0.2 ? Math.floor(random() * original.length) : undefined);
      if (bytes.length > 0) bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
      try {
        parseBtfExt(bytes).coreRelos.map(coreRelos);
      } catch (error) {
        expect(error).toBeInstanceOf(BtfError);
      }
    }
  });
});
