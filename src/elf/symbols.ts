import type { Endian } from '../base/index.ts';
import { ByteReader } from '../base/index.ts';
import { SHN_LORESERVE, SHN_XINDEX, SHT_STRTAB, SHT_SYMTAB, SHT_SYMTAB_SHNDX, SYM_SIZE } from './constants.ts';
import { errEntSize, errSectionIndex, errSymbolTables, errTruncated } from './errors.ts';
import type { ElfSection, ElfSymbol } from './file.ts';
import { exact } from './header.ts';
import { StringTable } from './strings.ts';

/** The file's symbol table section. @throws {ElfError} `ELF_SYMTABS` where there are two */
export function findSymbolTable(sections: readonly ElfSection[]): ElfSection | undefined {
  const tables = sections.filter((section) => section.type === SHT_SYMTAB);
  if (tables.length > 1) throw errSymbolTables(tables[0].index, tables[1].index);
  return tables[0];
}

/** Decodes a symbol table, its names and the section indexes that do not fit 16 bits. */
export function readSymbols(sections: readonly ElfSection[], table: ElfSection, endian: Endian): ElfSymbol[] {
  if (table.entsize !== SYM_SIZE) throw errEntSize('the symbol table', table.entsize, SYM_SIZE);
  const strings = sections[table.link];
  if (table.link === 0 || strings === undefined || strings.type !== SHT_STRTAB) {
    throw errSectionIndex('string table of the symbols', table.link, sections.length);
  }
  const names = new StringTable(strings.data, 'symbol names');
  const wide = sections.find((section) => section.type === SHT_SYMTAB_SHNDX && section.link === table.index);
  const reader = new ByteReader(table.data, endian, errTruncated('symbol table'));
  const wideReader = wide && new ByteReader(wide.data, endian, errTruncated('extended section indexes'));
  const symbols: ElfSymbol[] = [];
  for (let index = 0; index < Math.floor(table.size / SYM_SIZE); index++) {
    const at = index * SYM_SIZE;
    const info = reader.u8(at + 4);
    const rawSection = reader.u16(at + 6);
    const what = `symbol ${index}`;
    symbols.push({
      index,
      name: names.at(reader.u32(at)),
      bind: info >> 4,
      type: info & 15,
      visibility: reader.u8(at + 5) & 3,
      rawSection,
      section: definingSection({ rawSection, index, wideReader, count: sections.length }),
      value: exact(reader, at + 8, what),
      size: exact(reader, at + 16, what),
    });
  }
  return symbols;
}

function definingSection(at: {
  rawSection: number;
  index: number;
  wideReader: ByteReader | undefined;
  count: number;
}): number | undefined {
  const { rawSection, index, wideReader, count } = at;
  const extended = rawSection === SHN_XINDEX && wideReader !== undefined;
  if (rawSection >= SHN_LORESERVE && !extended) return undefined;
  const section = extended ? wideReader.u32(index * 4) : rawSection;
  if (section >= count) throw errSectionIndex(`symbol ${index}`, section, count);
  return section;
}
