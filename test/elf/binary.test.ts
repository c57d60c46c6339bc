// Executables and libraries, as those see them who place probes.
import { describe, expect, test } from 'vitest';
import { ByteWriter, EbpftsError, type Endian } from '../../src/base/index.ts';
import { parseBinary, SHT_DYNSYM, SHT_SYMTAB } from '../../src/elf/index.ts';
import { sampleBinary } from '../support/binaries.ts';
import { mulberry32 } from '../support/random.ts';

interface Made {
  readonly bits: 32 | 64;
  readonly endian: Endian;
}

/** A file with one executable segment and the function `go` in it, of either class and byte order. */
function makeBinary({ bits, endian }: Made): Uint8Array {
  const wide = bits === 64;
  const [headerSize, segmentSize, sectionSize] = wide ? [64, 56, 64] : [52, 32, 40];
  const names = '\0.text\0.symtab\0.strtab\0go\0';
  const symbolSize = wide ? 24 : 16;
  const symbols = headerSize + segmentSize;
  const strings = symbols + 2 * symbolSize;
  const table = strings + names.length;
  const out = new ByteWriter(endian);
  const word = (value: number) => (wide ? out.u64(BigInt(value)) : out.u32(value));
  out.raw(Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, wide ? 2 : 1, endian === 'little' ? 1 : 2, 1)).zeros(9);
  out.u16(3).u16(8).u32(1);
  word(0);
  word(headerSize);
  word(table);
  out.u32(0).u16(headerSize).u16(segmentSize).u16(1).u16(sectionSize).u16(4).u16(3);
  out.u32(1);
  if (wide) out.u32(5);
  for (const value of [0x200, 0x1200, 0x1200, 0x100, 0x100]) word(value);
  if (!wide) out.u32(5);
  word(0x1000);
  out.zeros(symbolSize).u32(names.indexOf('go'));
  if (wide) out.u8(0x12).u8(0).u16(1).u64(0x1234n).u64(4n);
  else out.u32(0x1234).u32(4).u8(0x12).u8(0).u16(1);
  out.raw(new TextEncoder().encode(names));
  const section = (
    name: string,
    type: number,
    fields: { addr?: number; offset: number; size: number; link?: number },
  ) => {
    out.u32(names.indexOf(name)).u32(type);
    for (const value of [0, fields.addr ?? 0, fields.offset, fields.size]) word(value);
    out.u32(fields.link ?? 0).u32(0);
    word(1);
    word(type === SHT_SYMTAB ? symbolSize : 0);
  };
  out.zeros(sectionSize);
  section('.text', 8, { addr: 0x1200, offset: 0x200, size: 0x100 });
  section('.symtab', SHT_SYMTAB, { offset: symbols, size: 2 * symbolSize, link: 3 });
  section('.strtab', 3, { offset: strings, size: names.length });
  return out.toBytes();
}

describe('a binary is read', () => {
  const kinds: Made[] = ([32, 64] as const).flatMap((bits) =>
    (['little', 'big'] as const).map((endian) => ({ bits, endian })),
  );
  test.for(kinds)('of $bits bits, $endian-endian', (kind) => {
    const elf = parseBinary(makeBinary(kind));
    expect(elf).toMatchObject({ ...kind, type: 3, machine: 8 });
    expect(elf.segments).toEqual([{ start: 0x1200n, end: 0x1300n, offset: 0x200n, executable: true }]);
    expect([...elf.functions(SHT_SYMTAB)]).toEqual([{ name: 'go', version: undefined, bind: 1, offset: 0x234n }]);
    expect([...elf.functions(SHT_DYNSYM)]).toEqual([]);
  });

  test('with the versions of its dynamic symbols', () => {
    const versions = [...parseBinary(sampleBinary('libprobes.so.1')).functions(SHT_DYNSYM)]
      .filter(({ name }) => name === 'work')
      .map(({ version, offset }) => [version, offset]);
    expect(versions).toEqual([
      ['PROBES_2', 0x1060n],
      ['PROBES_1', 0x1050n],
    ]);
  });
});

test('damaged binaries end in clear errors', () => {
  const whole = sampleBinary('libprobes.so.1');
  const refused = new Set<string>();
  const random = mulberry32(5);
  const upTo = (limit: number) => Math.floor(random() * limit);
  for (let round = 0; round < 400; round++) {
    const bytes = Uint8Array.from(whole);
    // The headers at the beginning, the strings and the section table at the end are where it hurts.
    for (let i = 0; i < 4; i++) bytes[i % 2 ? upTo(1200) : bytes.length - 1 - upTo(2400)] = upTo(256);
    try {
      const elf = parseBinary(round % 5 === 0 ? bytes.subarray(0, upTo(bytes.length)) : bytes);
      for (const table of [SHT_SYMTAB, SHT_DYNSYM])
        for (const { offset } of elf.functions(table)) expect(offset).toBeTypeOf('bigint');
      for (const section of elf.sections) if (section.type === 7) elf.notes(section);
    } catch (error) {
      if (!(error instanceof EbpftsError)) throw error;
      refused.add(error.code);
    }
  }
  expect(refused).toContain('ELF_TRUNCATED');
});
