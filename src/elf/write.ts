import type { Endian } from '../base/index.ts';
import { ByteWriter } from '../base/index.ts';
import { EHDR_SIZE, SHDR_SIZE, SHN_LORESERVE, SHT_NOBITS } from './constants.ts';
import { errSectionCount } from './errors.ts';
import type { StringTableWriter } from './write-strings.ts';

/** A section to be written. */
export interface NewElfSection {
  readonly name: string;
  /** `SHT_*` */
  readonly type: number;
  /** `SHF_*` bits */
  readonly flags: bigint;
  readonly link: number;
  readonly info: number;
  readonly addralign: number;
  readonly entsize: number;
  /** Bytes, which a NOBITS section only claims. */
  readonly size: number;
  /** `size` bytes; of a NOBITS section none. */
  readonly data: Uint8Array;
}

/** A file to be written. */
export interface NewElf {
  readonly endian: Endian;
  /** `ET_*` */
  readonly type: number;
  /** `EM_*` */
  readonly machine: number;
  /** Sections from number 1 on; the null section comes by itself. */
  readonly sections: readonly NewElfSection[];
  /** Holds the name of every section already. */
  readonly names: StringTableWriter;
  /** Number of the section that holds `names`. */
  readonly nameTable: number;
}

/**
 * Writes a 64-bit ELF file without program headers: file header, the sections in their order, each at the next offset
 * that its alignment allows, then the section headers. The same input gives the same bytes, and those that libelf lays
 * out by itself.
 *
 * @throws {ElfError} `ELF_SECTION_COUNT` for more sections than 16 bits count
 * @see https://refspecs.linuxfoundation.org/elf/gabi4+/contents.html
 */
export function writeElf(elf: NewElf): Uint8Array {
  const count = elf.sections.length + 1;
  if (count >= SHN_LORESERVE) throw errSectionCount(count, SHN_LORESERVE - 1);
  const body = new ByteWriter(elf.endian, 1 << 16).zeros(EHDR_SIZE);
  const headers = new ByteWriter(elf.endian, count * SHDR_SIZE).zeros(SHDR_SIZE);
  for (const section of elf.sections) {
    body.align(Math.max(1, section.addralign));
    writeSectionHeader(headers, section, { name: elf.names.add(section.name), offset: body.length });
    if (section.type !== SHT_NOBITS) body.raw(section.data);
  }
  const tableOffset = body.align(8).length;
  const file = body.raw(headers.toBytes()).toBytes();
  file.set(fileHeader(elf, { tableOffset, count }));
  return file;
}

function writeSectionHeader(out: ByteWriter, section: NewElfSection, at: { name: number; offset: number }): void {
  out.u32(at.name).u32(section.type).u64(section.flags).u64(0n);
  out.u64(BigInt(at.offset)).u64(BigInt(section.size));
  out.u32(section.link).u32(section.info).u64(BigInt(section.addralign)).u64(BigInt(section.entsize));
}

function fileHeader(elf: NewElf, at: { tableOffset: number; count: number }): Uint8Array {
  const out = new ByteWriter(elf.endian, EHDR_SIZE);
  out.u8(0x7f).u8(0x45).u8(0x4c).u8(0x46);
  // Class 64 bit, byte order, version 1, then the system's ABI and padding.
  out
    .u8(2)
    .u8(elf.endian === 'little' ? 1 : 2)
    .u8(1)
    .zeros(9);
  out.u16(elf.type).u16(elf.machine).u32(1).u64(0n).u64(0n).u64(BigInt(at.tableOffset)).u32(0);
  out.u16(EHDR_SIZE).u16(0).u16(0).u16(SHDR_SIZE).u16(at.count).u16(elf.nameTable);
  return out.toBytes();
}
