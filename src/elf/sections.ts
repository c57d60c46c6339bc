import type { ByteReader } from '../base/index.ts';
import { SHT_NOBITS, SHT_NULL } from './constants.ts';
import type { ListedSection } from './elfy.ts';
import { listWithElfy } from './elfy.ts';
import { errOutside } from './errors.ts';
import type { ElfSection } from './file.ts';
import type { ElfHeader, SectionHeader } from './header.ts';
import { readSectionHeader } from './header.ts';
import { StringTable } from './strings.ts';

/** Who lists the sections: `own` always can; `elfy` where the file is plain enough, else `own` too. */
export type SectionLister = 'own' | 'elfy';

/** Reads the section table. Every section's bytes lie inside the file, every name ends inside the name table. */
export function readSections(reader: ByteReader, header: ElfHeader, lister: SectionLister): ElfSection[] {
  const rows: SectionHeader[] = [];
  for (let index = 0; index < header.sectionCount; index++) {
    const row = readSectionHeader(reader, header, index);
    if (hasBytes(row) && row.offset + row.size > reader.length) {
      throw errOutside({ what: `section ${index}`, offset: row.offset, size: row.size, fileSize: reader.length });
    }
    rows.push(row);
  }
  // Our own listing always runs: it is what checks the names, and costs microseconds.
  const own = listSections(reader.bytes, header, rows);
  const listed = (lister === 'elfy' ? listWithElfy(reader.bytes, header, rows) : undefined) ?? own;
  return rows.map(({ type, flags, addr, addralign, entsize }, index) => ({
    index,
    type,
    flags,
    addr,
    addralign,
    entsize,
    ...listed[index],
  }));
}

function hasBytes(row: SectionHeader): boolean {
  return row.type !== SHT_NOBITS && row.type !== SHT_NULL;
}

function listSections(bytes: Uint8Array, header: ElfHeader, rows: readonly SectionHeader[]): ListedSection[] {
  const table = rows[header.nameTable];
  const names =
    header.nameTable !== 0 && hasBytes(table)
      ? new StringTable(bytes.subarray(table.offset, table.offset + table.size), 'section names')
      : new StringTable(new Uint8Array(1), 'section names');
  return rows.map((row) => ({
    name: names.at(row.nameOffset),
    offset: row.offset,
    size: row.size,
    link: row.link,
    info: row.info,
    data: hasBytes(row) ? bytes.subarray(row.offset, row.offset + row.size) : bytes.subarray(0, 0),
  }));
}
