import type { Endian } from '../base/index.ts';
import { ByteReader } from '../base/index.ts';
import {
  SHN_LORESERVE,
  SHT_DYNSYM,
  SHT_GNU_VERDEF,
  SHT_GNU_VERSYM,
  SHT_NOBITS,
  SHT_NULL,
  STT_FUNC,
} from './constants.ts';
import { errByteOrder, errClass, errEntSize, errNotElf, errOutside, errTruncated } from './errors.ts';
import type { ElfNote, ElfSection } from './file.ts';
import { exact } from './header.ts';
import { StringTable } from './strings.ts';
import { readNotes } from './tables.ts';

/** A piece of the file that is mapped into memory (`PT_LOAD`): virtual addresses `start` up to `end`. */
export interface BinarySegment {
  readonly start: bigint;
  readonly end: bigint;
  /** Byte offset in the file of what is mapped at `start`. */
  readonly offset: bigint;
  readonly executable: boolean;
}

/** A symbol of type `STT_FUNC`. */
export interface BinaryFunction {
  /** In `.symtab` with its version where it has one (`memcpy@@GLIBC_2.14`), in `.dynsym` without. */
  readonly name: string;
  /** `.dynsym`: the version that the binary defines it in, e.g. `GLIBC_2.14`. */
  readonly version: string | undefined;
  /** `STB_*` */
  readonly bind: number;
  /** Byte offset in the file; a function that is only referred to has its symbol's value, mostly 0. */
  readonly offset: bigint;
}

/** An executable or a shared library, 32 or 64 bit, as somebody sees it who wants to place probes. */
export interface ElfBinary {
  readonly bits: 32 | 64;
  readonly endian: Endian;
  /** `ET_*`: 2 executable, 3 shared. */
  readonly type: number;
  /** `EM_*` */
  readonly machine: number;
  /** A section's `data` is checked when it is asked for. */
  readonly sections: readonly ElfSection[];
  readonly segments: readonly BinarySegment[];
  /** The first section of that name. */
  sectionNamed(name: string): ElfSection | undefined;
  notes(section: ElfSection): readonly ElfNote[];
  /** Functions of the first symbol table of a type, `SHT_SYMTAB` or `SHT_DYNSYM`; none where there is no such table. */
  functions(tableType: number): Iterable<BinaryFunction>;
}

const PT_LOAD = 1;
const PF_X = 1;
const VERSION_MASK = 0x7fff;

/** Where the fields stand, which differs between the two classes. */
const LAYOUTS = {
  32: {
    header: { phoff: 28, shoff: 32, phnum: 44, shentsize: 46, shnum: 48, shstrndx: 50 },
    section: { size: 40, flags: 8, addr: 12, offset: 16, length: 20, link: 24, info: 28, addralign: 32, entsize: 36 },
    segment: { size: 32, flags: 24, offset: 4, vaddr: 8, memsz: 20 },
    symbol: { size: 16, value: 4, info: 12, shndx: 14 },
  },
  64: {
    header: { phoff: 32, shoff: 40, phnum: 56, shentsize: 58, shnum: 60, shstrndx: 62 },
    section: { size: 64, flags: 8, addr: 16, offset: 24, length: 32, link: 40, info: 44, addralign: 48, entsize: 56 },
    segment: { size: 56, flags: 4, offset: 8, vaddr: 16, memsz: 40 },
    symbol: { size: 24, value: 8, info: 4, shndx: 6 },
  },
} as const;

/** Reads an executable or a library. Holds views into `bytes`. @throws {ElfError} as `parseElf` */
export function parseBinary(bytes: Uint8Array): ElfBinary {
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (plain[0] !== 0x7f || plain[1] !== 0x45 || plain[2] !== 0x4c || plain[3] !== 0x46) throw errNotElf(plain);
  return new Binary(plain);
}

class Binary implements ElfBinary {
  readonly bits: 32 | 64;
  readonly endian: Endian;
  readonly type: number;
  readonly machine: number;
  readonly sections: readonly ElfSection[];
  readonly segments: readonly BinarySegment[];
  readonly #reader: ByteReader;

  constructor(bytes: Uint8Array) {
    const ident = new ByteReader(bytes, 'little', errTruncated('file header'));
    ident.check(0, 52);
    const [fileClass, order] = [ident.u8(4), ident.u8(5)];
    if (fileClass !== 1 && fileClass !== 2) throw errClass(fileClass);
    if (order !== 1 && order !== 2) throw errByteOrder(order);
    this.bits = fileClass === 1 ? 32 : 64;
    this.endian = order === 1 ? 'little' : 'big';
    this.#reader = new ByteReader(bytes, this.endian, errTruncated('headers'));
    this.type = this.#reader.u16(16);
    this.machine = this.#reader.u16(18);
    this.sections = this.#readSections();
    this.segments = this.#readSegments();
  }

  sectionNamed(name: string): ElfSection | undefined {
    return this.sections.find((section) => section.name === name);
  }

  notes(section: ElfSection): readonly ElfNote[] {
    return readNotes(section, this.endian);
  }

  *functions(tableType: number): Generator<BinaryFunction> {
    const table = this.sections.find(({ type }) => type === tableType);
    if (table === undefined) return;
    const layout = LAYOUTS[this.bits].symbol;
    if (table.entsize !== layout.size) throw errEntSize('the symbol table', table.entsize, layout.size);
    const reader = new ByteReader(table.data, this.endian, errTruncated('symbol table'));
    const names = this.#strings(table.link, 'symbol names');
    const version = tableType === SHT_DYNSYM ? this.#versions() : undefined;
    for (let at = 0, index = 0; at + layout.size <= reader.length; at += layout.size, index++) {
      const info = reader.u8(at + layout.info);
      const shndx = reader.u16(at + layout.shndx);
      const section = shndx < SHN_LORESERVE ? this.sections[shndx] : undefined;
      if ((info & 15) !== STT_FUNC || section === undefined) continue;
      const value = this.bits === 64 ? reader.u64(at + layout.value) : BigInt(reader.u32(at + layout.value));
      const offset = BigInt.asUintN(64, value - section.addr + BigInt(section.offset));
      yield { name: names.at(reader.u32(at)), version: version?.(index), bind: info >> 4, offset };
    }
  }

  /** The version of a dynamic symbol; undefined where it has none that this binary defines. */
  #versions(): ((symbol: number) => string | undefined) | undefined {
    const table = this.sections.find(({ type }) => type === SHT_GNU_VERSYM);
    const definitions = this.sections.find(({ type }) => type === SHT_GNU_VERDEF);
    if (table === undefined || definitions === undefined) return undefined;
    const reader = new ByteReader(table.data, this.endian, errTruncated('symbol versions'));
    const names = this.#versionNames(definitions);
    return (symbol) => (2 * symbol + 2 <= reader.length ? names.get(reader.u16(2 * symbol) & VERSION_MASK) : undefined);
  }

  #versionNames(section: ElfSection): Map<number, string> {
    const reader = new ByteReader(section.data, this.endian, errTruncated('version definitions'));
    const strings = this.#strings(section.link, 'version names');
    const names = new Map<number, string>();
    for (let at = 0; ; ) {
      names.set(reader.u16(at + 4), strings.at(reader.u32(at + reader.u32(at + 12))));
      const next = reader.u32(at + 16);
      if (next === 0) return names;
      at += next;
    }
  }

  #strings(index: number, what: string): StringTable {
    return new StringTable(this.sections[index]?.data ?? new Uint8Array(0), what);
  }

  /** An address or a size. */
  #word(offset: number): bigint {
    return this.bits === 64 ? this.#reader.u64(offset) : BigInt(this.#reader.u32(offset));
  }

  /** A place or a size in the file. */
  #place(offset: number, what: string): number {
    return this.bits === 64 ? exact(this.#reader, offset, what) : this.#reader.u32(offset);
  }

  #readSections(): ElfSection[] {
    const { header, section: layout } = LAYOUTS[this.bits];
    const table = this.#place(header.shoff, 'section table offset');
    if (table === 0) return [];
    const entrySize = this.#reader.u16(header.shentsize);
    if (entrySize !== layout.size) throw errEntSize('the section table', entrySize, layout.size);
    // Counts that do not fit 16 bits stand in section 0.
    const count = this.#reader.u16(header.shnum) || this.#place(table + layout.length, 'section count');
    this.#reader.check(table, count * layout.size);
    const nameTable = this.#reader.u16(header.shstrndx);
    const nameIndex = nameTable < SHN_LORESERVE ? nameTable : this.#reader.u32(table + layout.link);
    const nameSection =
      nameIndex < count ? this.#section(table + nameIndex * layout.size, nameIndex, () => '') : undefined;
    const names = new StringTable(nameSection?.data ?? new Uint8Array(0), 'section names');
    return Array.from({ length: count }, (_, index) =>
      this.#section(table + index * layout.size, index, (offset) => names.at(offset)),
    );
  }

  #section(at: number, index: number, nameOf: (offset: number) => string): ElfSection {
    const reader = this.#reader;
    const layout = LAYOUTS[this.bits].section;
    const what = `section ${index}`;
    const type = reader.u32(at + 4);
    const offset = this.#place(at + layout.offset, what);
    const size = this.#place(at + layout.length, what);
    return {
      index,
      name: nameOf(reader.u32(at)),
      type,
      flags: this.#word(at + layout.flags),
      addr: this.#word(at + layout.addr),
      offset,
      size,
      link: reader.u32(at + layout.link),
      info: reader.u32(at + layout.info),
      addralign: this.#place(at + layout.addralign, what),
      entsize: this.#place(at + layout.entsize, what),
      get data() {
        if (type === SHT_NOBITS || type === SHT_NULL) return reader.slice(0, 0);
        if (offset + size > reader.length) throw errOutside({ what, offset, size, fileSize: reader.length });
        return reader.slice(offset, size);
      },
    };
  }

  #readSegments(): BinarySegment[] {
    const { header, segment: layout } = LAYOUTS[this.bits];
    const table = this.#place(header.phoff, 'program header offset');
    const segments: BinarySegment[] = [];
    for (let i = 0; i < this.#reader.u16(header.phnum); i++) {
      const at = table + i * layout.size;
      if (this.#reader.u32(at) !== PT_LOAD) continue;
      const start = this.#word(at + layout.vaddr);
      const executable = (this.#reader.u32(at + layout.flags) & PF_X) !== 0;
      const end = start + this.#word(at + layout.memsz);
      segments.push({ start, end, offset: this.#word(at + layout.offset), executable });
    }
    return segments.sort((a, b) => (a.start < b.start ? -1 : 1));
  }
}
