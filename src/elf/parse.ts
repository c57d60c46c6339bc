import { SHT_REL, SHT_RELA } from './constants.ts';
import { errMachine, errType } from './errors.ts';
import type { ElfFile, ElfRelocation, ElfSection } from './file.ts';
import { readHeader } from './header.ts';
import type { SectionLister } from './sections.ts';
import { readSections } from './sections.ts';
import { findSymbolTable, readSymbols } from './symbols.ts';
import { readGroups, readNotes, readRelocations } from './tables.ts';

/** Which files to take, and how to read them. */
export interface ParseElfOptions {
  /** Machines that are accepted, e.g. `[EM_BPF, EM_NONE]`; all where absent. */
  readonly machines?: readonly number[];
  /** File types that are accepted, e.g. `[ET_REL]`; all where absent. */
  readonly types?: readonly number[];
  /** Default `elfy`; both read every file alike. */
  readonly lister?: SectionLister;
}

/**
 * Parses a 64-bit ELF file of either byte order. Holds views into `bytes`, so they must not change.
 *
 * @throws {ElfError} `ELF_MAGIC`, `ELF_CLASS`, `ELF_DATA`, `ELF_VERSION`, `ELF_MACHINE`, `ELF_TYPE` for another kind of
 * file; `ELF_TRUNCATED`, `ELF_BOUNDS`, `ELF_ENTSIZE`, `ELF_NAMES`, `ELF_NUMBER`, `ELF_SECTION_INDEX`, `ELF_SYMTABS` for
 * a broken one
 * @see https://refspecs.linuxfoundation.org/elf/gabi4+/contents.html
 * @example
 * import { readFileSync } from 'node:fs';
 * import { EM_BPF, parseElf } from 'ebpfts/elf';
 *
 * const elf = parseElf(readFileSync('minimal.bpf.o'), { machines: [EM_BPF] });
 * const license: Uint8Array | undefined = elf.sectionNamed('license')?.data;
 */
export function parseElf(bytes: Uint8Array, options: ParseElfOptions = {}): ElfFile {
  // A Buffer's `slice` shares what a Uint8Array's copies: those who cut pieces out must get the latter.
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { header, reader } = readHeader(plain);
  if (options.machines && !options.machines.includes(header.machine)) {
    throw errMachine(header.machine, options.machines[0]);
  }
  if (options.types && !options.types.includes(header.type)) throw errType(header.type, options.types[0]);
  const { endian } = header;
  const sections = readSections(reader, header, options.lister ?? 'elfy');
  const table = findSymbolTable(sections);
  const symbols = table ? readSymbols(sections, table, endian) : [];
  const relocationSections = new Map<number, ElfSection[]>();
  for (const section of sections) {
    if (section.type !== SHT_REL && section.type !== SHT_RELA) continue;
    const known = relocationSections.get(section.info);
    if (known) known.push(section);
    else relocationSections.set(section.info, [section]);
  }
  let byName: Map<string, ElfSection> | undefined;
  const relocations = (section: ElfSection): ElfRelocation[] => readRelocations(section, endian);
  return {
    endian,
    type: header.type,
    machine: header.machine,
    flags: header.flags,
    osAbi: header.osAbi,
    abiVersion: header.abiVersion,
    sections,
    symbols,
    symbolTable: table?.index,
    sectionNamed: (name) => {
      byName ??= new Map(sections.map((section) => [section.name, section] as const).reverse());
      return byName.get(name);
    },
    relocations,
    relocationsFor: (index) => (relocationSections.get(index) ?? []).flatMap(relocations),
    notes: (section) => readNotes(section, endian),
    groups: () => readGroups(sections, symbols, endian),
  };
}
