import type { Endian } from '../../base/index.ts';
import { ByteWriter } from '../../base/index.ts';
import type { ElfSection, NewElfSection } from '../../elf/index.ts';
import { SHT_NOBITS, StringTableWriter } from '../../elf/index.ts';
import { errTooLarge } from './errors.ts';
import { ExtRecords } from './ext-records.ts';
import type { DatasecVar } from './input.ts';

/** The bytes of a section of one file, in the linked one. */
export interface SectionPart {
  readonly file: string;
  readonly offset: number;
  readonly size: number;
}

/** What a section is, the same in every file that has it. */
export type SectionKind = Pick<ElfSection, 'type' | 'flags' | 'entsize' | 'addralign'>;

/** Largest file that is written, and largest section. */
const MAX_FILE = 1 << 28;
const MAX_SECTION = 0x7fff_ffff;

/** An entry of the DATASEC of a section; later files may change its size. */
export type OutputVar = { -readonly [K in keyof DatasecVar]: DatasecVar[K] };

/** A section of the linked file: those of all files that have its name, one behind the other. */
export class OutputSection {
  readonly name: string;
  /** Number in the file; 0 while no file has bytes for it, only a DATASEC. */
  number = 0;
  kind: SectionKind | undefined;
  alignment = 1;
  size = 0;
  link = 0;
  info = 0;
  readonly parts: SectionPart[] = [];
  /** Index of the symbol that stands for the section; 0 for none yet. */
  sectionSymbol = 0;
  /** Variables for its DATASEC; undefined where no file has one. */
  vars: Set<OutputVar> | undefined;
  readonly ext = new ExtRecords();
  readonly #content: ByteWriter;

  constructor(name: string, endian: Endian) {
    this.name = name;
    this.#content = new ByteWriter(endian, 0);
  }

  /** Appends a section's bytes where its alignment allows it. @returns where they begin */
  append(file: string, { addralign, size, data }: Pick<ElfSection, 'addralign' | 'size' | 'data'>): number {
    this.alignment = Math.max(this.alignment, addralign);
    const offset = Math.ceil(this.size / this.alignment) * this.alignment;
    const limit = this.kind?.type === SHT_NOBITS ? MAX_SECTION : MAX_FILE;
    if (offset + size > limit) throw errTooLarge(`section ${this.name}`, offset + size, limit);
    if (this.kind?.type !== SHT_NOBITS) this.#content.zeros(offset - this.size).raw(data);
    this.size = offset + size;
    this.parts.push({ file, offset, size });
    return offset;
  }

  /** Overwrites a 32-bit word. */
  patch(offset: number, word: number): void {
    this.#content.patchU32(offset, word);
  }

  toElf(): NewElfSection {
    const { type = 0, flags = 0n, entsize = 0 } = this.kind ?? {};
    const { name, link, info, alignment: addralign, size } = this;
    return { name, type, flags, entsize, link, info, addralign, size, data: this.#content.toBytes() };
  }
}

/** Numbers of the sections that come first: names, then symbols. */
export const NAME_TABLE = 1;
export const SYMBOL_TABLE = 2;

/** All sections of the linked file but for its tables. Section and symbol names share one string table, in the order they came up in. */
export class OutputSections {
  readonly names = new StringTableWriter();
  /** In the order in which they came up, those without bytes too. */
  readonly all: OutputSection[] = [];
  /** In the order of their numbers, which follow those of the tables. */
  readonly inFile: OutputSection[] = [];
  readonly #byName = new Map<string, OutputSection>();
  readonly #endian: Endian;

  constructor(endian: Endian) {
    this.#endian = endian;
    this.names.add('.strtab');
    this.names.add('.symtab');
  }

  find(name: string): OutputSection | undefined {
    return this.#byName.get(name);
  }

  /** A new section, without bytes until `realise` says what it is. */
  add(name: string): OutputSection {
    const section = new OutputSection(name, this.#endian);
    this.all.push(section);
    this.#byName.set(name, section);
    return section;
  }

  /** Gives a section a place in the file. */
  realise(section: OutputSection, kind: SectionKind): void {
    section.kind = kind;
    this.inFile.push(section);
    section.number = SYMBOL_TABLE + this.inFile.length;
    this.names.add(section.name);
  }

  /** The sections as they are written. @throws {LinkError} `LINK_TOO_LARGE` where alignment makes a giant of a small file */
  toElf(): NewElfSection[] {
    const sections = this.inFile.map((section) => section.toElf());
    const total = sections.reduce((sum, { data, addralign }) => sum + data.length + addralign, 0);
    if (total > MAX_FILE) throw errTooLarge('linked file', total, MAX_FILE);
    return sections;
  }
}
