/**
 * Owns: one 64-bit ELF file of either byte order, read and written: sections, symbols, relocations, notes,
 * groups; executables and libraries of either class, as those see them who place probes.
 * Does not own: what a section means to BPF (`object/`).
 * Reads from: base; elfy, whose types stop at `elfy.ts`.
 */
export type { BinaryFunction, BinarySegment, ElfBinary } from './binary.ts';
export { parseBinary } from './binary.ts';
export {
  EM_BPF,
  EM_NONE,
  ET_REL,
  REL_SIZE,
  SHF_EXECINSTR,
  SHF_STRINGS,
  SHN_LORESERVE,
  SHN_UNDEF,
  SHT_DYNSYM,
  SHT_LLVM_ADDRSIG,
  SHT_NOBITS,
  SHT_PROGBITS,
  SHT_REL,
  SHT_RELA,
  SHT_STRTAB,
  SHT_SYMTAB,
  STB_GLOBAL,
  STB_LOCAL,
  STB_WEAK,
  STT_FUNC,
  STT_NOTYPE,
  STT_OBJECT,
  STT_SECTION,
  STV_DEFAULT,
  STV_HIDDEN,
  STV_INTERNAL,
  SYM_SIZE,
} from './constants.ts';
export { ElfError } from './errors.ts';
export type { ElfFile, ElfNote, ElfRelocation, ElfSection, ElfSymbol } from './file.ts';
export { parseElf } from './parse.ts';
export type { NewElf, NewElfSection } from './write.ts';
export { writeElf } from './write.ts';
export { StringTableWriter } from './write-strings.ts';
export type { NewElfSymbol } from './write-tables.ts';
export { encodeRelocations, encodeSymbols } from './write-tables.ts';
