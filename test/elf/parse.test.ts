import { describe, expect, it } from 'vitest';
import { EbpftsError } from '../../src/base/index.ts';
import { parseElf, STT_FUNC } from '../../src/elf/index.ts';
import type { ElfInput } from '../support/elf.ts';
import { buildElf } from '../support/elf.ts';
import { mulberry32 } from '../support/random.ts';

const SAMPLE: ElfInput = {
  sections: [
    { name: '.text', type: 1, flags: 6, addralign: 8, data: new Uint8Array(16).fill(0x95) },
    { name: 'license', type: 1, flags: 3, data: new Uint8Array([71, 80, 76, 0]) },
    { name: '.bss', type: 8, flags: 3, addralign: 8, size: 4096 },
    { name: 'license', type: 1, flags: 3, data: new Uint8Array([0]) },
  ],
  symbols: [{ name: 'main', value: 0, size: 16, bind: 1, type: 2, visibility: 2, section: 1 }],
  relocations: [{ target: 1, offset: 8, type: 10, symbol: 1 }],
};

const codeOf = (run: () => unknown): string | undefined => {
  try {
    run();
  } catch (error) {
    if (error instanceof EbpftsError) return error.code;
    throw error;
  }
  return undefined;
};

describe('parseElf', () => {
  for (const endian of ['little', 'big'] as const) {
    for (const lister of ['own', 'elfy'] as const) {
      it(`reads sections, symbols and relocations of a ${endian}-endian file, listed by ${lister}`, () => {
        const elf = parseElf(buildElf({ ...SAMPLE, endian }), { lister });
        expect(elf.endian).toBe(endian);
        expect(elf.machine).toBe(247);
        expect(
          elf.sections.slice(1, 5).map(({ name, type, size, addralign }) => [name, type, size, addralign]),
        ).toEqual([
          ['.text', 1, 16, 8],
          ['license', 1, 4, 1],
          ['.bss', 8, 4096, 8],
          ['license', 1, 1, 1],
        ]);
        expect(elf.sections[3].data.length).toBe(0);
        expect(elf.sectionNamed('license')?.index).toBe(2);
        expect(elf.symbols[1]).toMatchObject({
          name: 'main',
          size: 16,
          bind: 1,
          type: STT_FUNC,
          visibility: 2,
          section: 1,
        });
        expect(elf.relocationsFor(1)).toEqual([{ offset: 8, type: 10, symbol: 1, addend: undefined }]);
      });
    }
  }

  it('reads a RELA section with its addends', () => {
    const elf = parseElf(
      buildElf({ ...SAMPLE, relocations: [{ target: 1, offset: 8, type: 10, symbol: 1, addend: -8n }] }),
    );
    expect(elf.relocationsFor(1)).toEqual([{ offset: 8, type: 10, symbol: 1, addend: -8n }]);
  });

  it('reads counts that stand in section 0 and section indexes that stand in SHT_SYMTAB_SHNDX', () => {
    const sections = Array.from({ length: 66_000 }, () => ({ name: 'x', type: 1, data: new Uint8Array(0) }));
    const symbols = [{ name: 'far', value: 4, size: 0, bind: 1, type: 1, visibility: 0, section: 65_990 }];
    const elf = parseElf(buildElf({ sections, symbols }));
    expect(elf.sections.length).toBeGreaterThan(66_000);
    expect(elf.symbols[1]).toMatchObject({ name: 'far', section: 65_990, rawSection: 0xffff });
  });

  it('reads notes and COMDAT groups', () => {
    const note = [4, 0, 0, 0, 3, 0, 0, 0, 7, 0, 0, 0, 71, 78, 85, 0, 1, 2, 3, 0];
    const group = [1, 0, 0, 0, 1, 0, 0, 0];
    const elf = parseElf(
      buildElf({
        ...SAMPLE,
        sections: [
          ...SAMPLE.sections,
          { name: '.note', type: 7, addralign: 4, data: new Uint8Array(note) },
          { name: '.group', type: 17, info: 1, entsize: 4, data: new Uint8Array(group) },
        ],
      }),
    );
    expect(elf.notes(elf.sections[5])).toEqual([{ name: 'GNU', type: 7, desc: new Uint8Array([1, 2, 3]) }]);
    expect(elf.groups()).toEqual([{ signature: 'main', comdat: true, members: [1] }]);
  });

  const good = buildElf(SAMPLE);
  const patched = (offset: number, ...values: number[]) => {
    const bytes = good.slice();
    bytes.set(values, offset);
    return bytes;
  };
  const broken: [string, Uint8Array, string][] = [
    ['an empty file', new Uint8Array(0), 'ELF_MAGIC'],
    ['a text file', new TextEncoder().encode('#!/bin/sh\n'), 'ELF_MAGIC'],
    ['a header cut short', good.slice(0, 40), 'ELF_TRUNCATED'],
    ['a 32-bit file', patched(4, 1), 'ELF_CLASS'],
    ['an unknown byte order', patched(5, 3), 'ELF_DATA'],
    ['an unknown version', patched(6, 2), 'ELF_VERSION'],
    ['another machine', patched(18, 62, 0), 'ELF_MACHINE'],
    ['another file type', patched(16, 2, 0), 'ELF_TYPE'],
    ['section headers of another size', patched(58, 40, 0), 'ELF_ENTSIZE'],
    ['a section table outside the file', patched(40, 0, 0, 0, 1), 'ELF_BOUNDS'],
    ['a section table offset beyond 2^53', patched(40, 0, 0, 0, 0, 0, 0, 0, 128), 'ELF_NUMBER'],
    ['a name table that does not exist', patched(62, 200, 0), 'ELF_SECTION_INDEX'],
    ['a file cut in its sections', good.slice(0, good.length - 8), 'ELF_BOUNDS'],
  ];
  for (const [what, bytes, code] of broken) {
    it(`refuses ${what} with ${code}`, () => {
      expect(codeOf(() => parseElf(bytes, { machines: [247, 0], types: [1] }))).toBe(code);
    });
  }

  it('refuses names that share long tails before they fill the memory', () => {
    const text = 'x'.repeat(100_000);
    const sections = Array.from({ length: 2_000 }, (_, i) => ({
      name: text.slice(i),
      type: 1,
      data: new Uint8Array(0),
    }));
    expect(codeOf(() => parseElf(buildElf({ sections, shareTails: true })))).toBe('ELF_NAMES');
  });

  it('ends every mutation of a file in a value or an ElfError, alike with both listers, in bounded time', () => {
    const random = mulberry32(1);
    const started = performance.now();
    for (let round = 0; round < 5_000; round++) {
      const bytes = good.slice();
      for (let flips = 1 + Math.floor(random() * 3); flips > 0; flips--) {
        bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
      }
      const cut = random() < 0.1 ? bytes.slice(0, Math.floor(random() * bytes.length)) : bytes;
      const outcome = (lister: 'own' | 'elfy') => {
        const code = codeOf(() => parseElf(cut, { lister }));
        return (
          code ??
          JSON.stringify(parseElf(cut, { lister }).sections.map(({ name, size, data }) => [name, size, data.length]))
        );
      };
      expect(outcome('elfy')).toBe(outcome('own'));
    }
    expect(performance.now() - started).toBeLessThan(20_000);
  });
});
