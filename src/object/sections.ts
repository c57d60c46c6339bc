import { ByteReader, decodeUtf8 } from '../base/index.ts';
import type { ElfFile, ElfSection } from '../elf/index.ts';
import {
  SHF_EXECINSTR,
  SHT_LLVM_ADDRSIG,
  SHT_NOBITS,
  SHT_PROGBITS,
  SHT_REL,
  SHT_RELA,
  SHT_STRTAB,
  SHT_SYMTAB,
} from '../elf/index.ts';
import { errNoSymbols, errSection } from './errors.ts';

/** A section of global data, which becomes a map. */
export interface DataSection {
  readonly section: ElfSection;
  readonly origin: 'data' | 'rodata' | 'bss';
}

/** The sections of an object by what they mean to a loader. */
export interface ObjectSections {
  readonly elf: ElfFile;
  license: string;
  kernVersion: number;
  /** Executable sections that hold something, in file order. */
  readonly code: ElfSection[];
  text: ElfSection | undefined;
  /** `.maps` */
  maps: ElfSection | undefined;
  /** `maps`, as libbpf before 1.0 and iproute2 had it. */
  legacyMaps: ElfSection | undefined;
  readonly data: DataSection[];
  arena: ElfSection | undefined;
  readonly structOps: ElfSection[];
  btf: ElfSection | undefined;
  btfExt: ElfSection | undefined;
  /** Relocations that a loader applies. */
  readonly relocations: ElfSection[];
  readonly warnings: string[];
}

/** Where clang puts the variables of an arena. */
export const ARENA_SECTION = '.addr_space.1';

const STRUCT_OPS_SECTIONS: ReadonlySet<string> = new Set([
  '.struct_ops',
  '.struct_ops.link',
  '?.struct_ops',
  '?.struct_ops.link',
]);

/** How often the bytes of a file may be counted as a section's. */
const MAX_SHARING = 4;

/** `license[64]` of libbpf, with its NUL. */
const MAX_LICENSE = 63;

/** Sorts the sections of an object by name, type and flags. @throws {ObjectError} where one is malformed */
export function collectSections(elf: ElfFile, fileSize: number): ObjectSections {
  const found: ObjectSections = {
    elf,
    license: '',
    kernVersion: 0,
    code: [],
    text: undefined,
    maps: undefined,
    legacyMaps: undefined,
    data: [],
    arena: undefined,
    structOps: [],
    btf: undefined,
    btfExt: undefined,
    relocations: [],
    warnings: [],
  };
  if (elf.symbolTable === undefined) throw errNoSymbols();
  checkOverlap(elf, fileSize);
  for (const section of elf.sections.slice(1)) {
    if (!isIgnored(section)) collectSection(found, section);
  }
  return found;
}

/**
 * Sections that share their bytes would make the work, and what is copied, a multiple of the file: compilers and linkers
 * make none.
 */
export function checkOverlap(elf: ElfFile, fileSize: number): void {
  const total = elf.sections.reduce((sum, { data }) => sum + data.length, 0);
  if (total > MAX_SHARING * fileSize) {
    throw errSection('*', `sections overlap: ${total} bytes in a file of ${fileSize}`, { total, fileSize });
  }
}

function isIgnored(section: ElfSection): boolean {
  return section.type === SHT_SYMTAB || isLeftOut(section);
}

/** Whether a section means nothing to a loader or linker: strings, debug information, relocations of BTF, an empty `.text`. */
export function isLeftOut({ type, name, size }: ElfSection): boolean {
  if (type === SHT_STRTAB || type === SHT_LLVM_ADDRSIG) return true;
  if (type === SHT_PROGBITS && size === 0 && name === '.text') return true;
  if (isDebugSection(name) || name.startsWith('.rel.debug_')) return true;
  return name === '.rel.BTF' || name === '.rel.BTF.ext';
}

/** Whether a section of that name holds DWARF. */
export function isDebugSection(name: string): boolean {
  return name.startsWith('.debug_');
}

function collectSection(found: ObjectSections, section: ElfSection): void {
  const { name } = section;
  switch (name) {
    case 'license':
      found.license = readLicense(section);
      return;
    case 'version':
      found.kernVersion = readVersion(section, found.elf);
      return;
    case 'maps':
      found.legacyMaps = section;
      return;
    case '.maps':
      found.maps = section;
      return;
    case '.BTF':
    case '.BTF.ext':
      if (section.type !== SHT_PROGBITS) throw errSection(name, `is of type ${section.type}, not PROGBITS`);
      found[name === '.BTF' ? 'btf' : 'btfExt'] = section;
      return;
  }
  if (section.type === SHT_PROGBITS && section.size > 0) collectContent(found, section);
  else if (section.type === SHT_REL) collectRelocations(found, section);
  else if (section.type === SHT_RELA) {
    found.warnings.push(`skipping section ${section.index} '${name}': BPF relocations have no addends of their own`);
  } else if (section.type === SHT_NOBITS && isNamed(name, '.bss')) found.data.push({ section, origin: 'bss' });
}

const isNamed = (name: string, base: string): boolean => name === base || name.startsWith(`${base}.`);

function collectContent(found: ObjectSections, section: ElfSection): void {
  const { name } = section;
  if ((section.flags & SHF_EXECINSTR) !== 0n) {
    if (name === '.text') found.text = section;
    found.code.push(section);
  } else if (isNamed(name, '.data')) found.data.push({ section, origin: 'data' });
  else if (isNamed(name, '.rodata')) found.data.push({ section, origin: 'rodata' });
  else if (STRUCT_OPS_SECTIONS.has(name)) found.structOps.push(section);
  else if (name === ARENA_SECTION) found.arena = section;
  else found.warnings.push(`skipping unrecognized data section ${section.index} '${name}'`);
}

/** Only relocations of code, of map definitions and of struct_ops matter. */
function collectRelocations(found: ObjectSections, section: ElfSection): void {
  const target = found.elf.sections[section.info];
  if (section.entsize !== 16 || target === undefined) {
    throw errSection(
      section.name,
      `relocation section with entries of ${section.entsize} bytes for section ${section.info}`,
    );
  }
  const executable = (target.flags & SHF_EXECINSTR) !== 0n;
  const named = section.name === '.rel.maps' || STRUCT_OPS_SECTIONS.has(section.name.replace(/^\.rel/, ''));
  if (executable || named) found.relocations.push(section);
  else found.warnings.push(`skipping relo section ${section.index} '${section.name}' for section '${target.name}'`);
}

function readLicense({ name, data }: ElfSection): string {
  if (data.length === 0) throw errSection(name, 'invalid license section: it is empty');
  const end = data.indexOf(0);
  return decodeUtf8(data.subarray(0, Math.min(end < 0 ? data.length : end, MAX_LICENSE)));
}

function readVersion({ name, data }: ElfSection, elf: ElfFile): number {
  if (data.length !== 4) throw errSection(name, `invalid kver section: ${data.length} bytes, not 4`);
  return new ByteReader(data, elf.endian).u32(0);
}
