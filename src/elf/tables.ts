import type { Endian } from '../base/index.ts';
import { ByteReader, decodeUtf8 } from '../base/index.ts';
import { REL_SIZE, RELA_SIZE, SHT_GROUP, SHT_NOTE, SHT_RELA } from './constants.ts';
import { errEntSize, errSectionIndex, errTruncated } from './errors.ts';
import type { ElfGroup, ElfNote, ElfRelocation, ElfSection, ElfSymbol } from './file.ts';
import { exact } from './header.ts';

const GRP_COMDAT = 1;

/** Rows of a REL or RELA section. */
export function readRelocations(section: ElfSection, endian: Endian): ElfRelocation[] {
  const size = section.type === SHT_RELA ? RELA_SIZE : REL_SIZE;
  if (section.entsize !== size) throw errEntSize(`relocation section ${section.index}`, section.entsize, size);
  const reader = new ByteReader(section.data, endian, errTruncated(`relocation section ${section.index}`));
  const rows: ElfRelocation[] = [];
  for (let at = 0; at + size <= section.data.length; at += size) {
    const info = reader.u64(at + 8);
    rows.push({
      offset: exact(reader, at, `relocation section ${section.index}`),
      type: Number(info & 0xffff_ffffn),
      symbol: Number(info >> 32n),
      addend: section.type === SHT_RELA ? reader.s64(at + 16) : undefined,
    });
  }
  return rows;
}

/** The notes of a section, each padded to its section's alignment (4, or 8 where the section says so). */
export function readNotes(section: ElfSection, endian: Endian): ElfNote[] {
  if (section.type !== SHT_NOTE) return [];
  const reader = new ByteReader(section.data, endian, errTruncated(`note section ${section.index}`));
  const alignment = section.addralign === 8 ? 8 : 4;
  const padded = (size: number) => Math.ceil(size / alignment) * alignment;
  const notes: ElfNote[] = [];
  let at = 0;
  while (at + 12 <= section.data.length) {
    const nameSize = reader.u32(at);
    const descSize = reader.u32(at + 4);
    const nameBytes = reader.slice(at + 12, nameSize);
    const end = nameBytes.indexOf(0);
    const descAt = at + padded(12 + nameSize);
    notes.push({
      name: decodeUtf8(end < 0 ? nameBytes : nameBytes.subarray(0, end)),
      type: reader.u32(at + 8),
      desc: reader.slice(descAt, descSize),
    });
    at = descAt + padded(descSize);
  }
  return notes;
}

/** The section groups of a file. */
export function readGroups(sections: readonly ElfSection[], symbols: readonly ElfSymbol[], endian: Endian): ElfGroup[] {
  return sections
    .filter((section) => section.type === SHT_GROUP)
    .map((section) => {
      const what = `section group ${section.index}`;
      const reader = new ByteReader(section.data, endian, errTruncated(what));
      const members: number[] = [];
      for (let at = 4; at + 4 <= section.data.length; at += 4) {
        const member = reader.u32(at);
        if (member >= sections.length) throw errSectionIndex(what, member, sections.length);
        members.push(member);
      }
      return { signature: symbols[section.info]?.name ?? '', comdat: (reader.u32(0) & GRP_COMDAT) !== 0, members };
    });
}
