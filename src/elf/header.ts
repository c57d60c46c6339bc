import type { Endian } from '../base/index.ts';
import { ByteReader } from '../base/index.ts';
import { EHDR_SIZE, SHDR_SIZE, SHN_XINDEX } from './constants.ts';
import {
  errByteOrder,
  errClass,
  errEntSize,
  errNotElf,
  errNumber,
  errOutside,
  errSectionIndex,
  errTruncated,
  errVersion,
} from './errors.ts';

/** The file header, with the counts that large files keep in section 0 filled in. */
export interface ElfHeader {
  readonly endian: Endian;
  readonly osAbi: number;
  readonly abiVersion: number;
  readonly type: number;
  readonly machine: number;
  readonly flags: number;
  readonly programCount: number;
  readonly sectionTableOffset: number;
  readonly sectionCount: number;
  /** Index of the section that holds the sections' names; 0 for none. */
  readonly nameTable: number;
  /** The counts stand in the file header itself, as they do below 65,280 sections. */
  readonly plainCounts: boolean;
}

/** A section header as it stands in the file; the name is still an offset. */
export interface SectionHeader {
  readonly nameOffset: number;
  readonly type: number;
  readonly flags: bigint;
  readonly addr: bigint;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
  readonly info: number;
  readonly addralign: number;
  readonly entsize: number;
}

/** A u64 that must be exact as a number: beyond 2^53 it cannot be an offset or size of anything. */
export function exact(reader: ByteReader, offset: number, what: string): number {
  const value = reader.u64(offset);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw errNumber(what, value);
  return Number(value);
}

/** Checks the identification bytes and reads the header; the section table lies inside the file afterwards. */
export function readHeader(bytes: Uint8Array): { header: ElfHeader; reader: ByteReader } {
  if (bytes[0] !== 0x7f || bytes[1] !== 0x45 || bytes[2] !== 0x4c || bytes[3] !== 0x46) throw errNotElf(bytes);
  const ident = new ByteReader(bytes, 'little', errTruncated('file header'));
  ident.check(0, EHDR_SIZE);
  if (ident.u8(4) !== 2) throw errClass(ident.u8(4));
  const order = ident.u8(5);
  if (order !== 1 && order !== 2) throw errByteOrder(order);
  if (ident.u8(6) !== 1) throw errVersion(ident.u8(6));
  const endian = order === 1 ? 'little' : 'big';
  const reader = new ByteReader(bytes, endian, errTruncated('section headers'));
  const counts = readCounts(reader);
  return {
    reader,
    header: {
      endian,
      osAbi: reader.u8(7),
      abiVersion: reader.u8(8),
      type: reader.u16(16),
      machine: reader.u16(18),
      flags: reader.u32(48),
      programCount: reader.u16(56),
      ...counts,
    },
  };
}

function readCounts(
  reader: ByteReader,
): Pick<ElfHeader, 'sectionTableOffset' | 'sectionCount' | 'nameTable' | 'plainCounts'> {
  const sectionTableOffset = exact(reader, 40, 'section table offset');
  const shnum = reader.u16(60);
  const shstrndx = reader.u16(62);
  if (sectionTableOffset === 0) return { sectionTableOffset, sectionCount: 0, nameTable: 0, plainCounts: false };
  const entrySize = reader.u16(58);
  if (entrySize !== SHDR_SIZE) throw errEntSize('the section table', entrySize, SHDR_SIZE);
  // A count of 0 says that the real one, too large for 16 bits, is the size of section 0; its link is the name table's.
  const sectionCount = shnum === 0 ? exact(reader, sectionTableOffset + 32, 'section count') : shnum;
  const nameTable = shstrndx === SHN_XINDEX ? reader.u32(sectionTableOffset + 40) : shstrndx;
  const size = sectionCount * SHDR_SIZE;
  if (sectionTableOffset + size > reader.length) {
    throw errOutside({ what: 'section table', offset: sectionTableOffset, size, fileSize: reader.length });
  }
  if (nameTable !== 0 && nameTable >= sectionCount) throw errSectionIndex('name table', nameTable, sectionCount);
  return { sectionTableOffset, sectionCount, nameTable, plainCounts: shnum !== 0 && shstrndx !== SHN_XINDEX };
}

/** Reads section header number `index`; what it says of the file's bytes is not checked yet. */
export function readSectionHeader(reader: ByteReader, header: ElfHeader, index: number): SectionHeader {
  const at = header.sectionTableOffset + index * SHDR_SIZE;
  const what = `section ${index}`;
  return {
    nameOffset: reader.u32(at),
    type: reader.u32(at + 4),
    flags: reader.u64(at + 8),
    addr: reader.u64(at + 16),
    offset: exact(reader, at + 24, what),
    size: exact(reader, at + 32, what),
    link: reader.u32(at + 40),
    info: reader.u32(at + 44),
    addralign: exact(reader, at + 48, what),
    entsize: exact(reader, at + 56, what),
  };
}
