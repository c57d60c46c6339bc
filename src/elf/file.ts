import type { Endian } from '../base/index.ts';

/** One row of the section header table. Numbers are as the file says; `data` is a view into the file. */
export interface ElfSection {
  /** Position in the section header table; 0 is the null section. */
  readonly index: number;
  /** May be empty, and need not be unique. */
  readonly name: string;
  /** `SHT_*`, e.g. 1 for PROGBITS. */
  readonly type: number;
  /** `SHF_*` bits. */
  readonly flags: bigint;
  readonly addr: bigint;
  /** Byte offset in the file. */
  readonly offset: number;
  /** Bytes; those of a NOBITS section are not in the file. */
  readonly size: number;
  /** A section index, or 0: the string table of a symbol table, the symbol table of a relocation section. */
  readonly link: number;
  /** By section type: the section that relocations apply to, or the first symbol that is not local. */
  readonly info: number;
  readonly addralign: number;
  /** Bytes of one entry of a table, or 0. */
  readonly entsize: number;
  /** `size` bytes of the file; empty for NOBITS and NULL sections. */
  readonly data: Uint8Array;
}

/** One symbol of the symbol table (`SHT_SYMTAB`). */
export interface ElfSymbol {
  /** Position in the table; 0 is the null symbol. */
  readonly index: number;
  readonly name: string;
  /** In a relocatable file: byte offset in its section. */
  readonly value: number;
  readonly size: number;
  /** `STB_*`: 0 local, 1 global, 2 weak. */
  readonly bind: number;
  /** `STT_*`: 0 none, 1 object, 2 function, 3 section, 4 file. */
  readonly type: number;
  /** `STV_*`: 0 default, 1 internal, 2 hidden, 3 protected. */
  readonly visibility: number;
  /** The section it is defined in; 0 if undefined, absent for the reserved ones (absolute, common). */
  readonly section: number | undefined;
  /** `st_shndx` as the file has it; `SHN_XINDEX` (0xffff) is resolved in `section`. */
  readonly rawSection: number;
}

/** One row of a relocation section. */
export interface ElfRelocation {
  /** Byte offset in the section that it applies to. */
  readonly offset: number;
  /** `R_BPF_*`. */
  readonly type: number;
  /** Index into the symbol table; 0 for none. */
  readonly symbol: number;
  /** Only in RELA sections; where absent the addend stands in the bytes that are relocated. */
  readonly addend: bigint | undefined;
}

/** One note of a `SHT_NOTE` section. */
export interface ElfNote {
  readonly name: string;
  readonly type: number;
  readonly desc: Uint8Array;
}

/** A section group (`SHT_GROUP`). */
export interface ElfGroup {
  /** Name of the signature symbol. */
  readonly signature: string;
  /** Of several files, one group of a signature is kept. */
  readonly comdat: boolean;
  /** Section indexes. */
  readonly members: readonly number[];
}

/** A parsed 64-bit ELF file: everything bound-checked, nothing copied. */
export interface ElfFile {
  readonly endian: Endian;
  /** `ET_*`: 1 relocatable, 2 executable, 3 shared. */
  readonly type: number;
  /** `EM_*`: 247 BPF. */
  readonly machine: number;
  readonly flags: number;
  readonly osAbi: number;
  readonly abiVersion: number;
  readonly sections: readonly ElfSection[];
  /** Symbols of the first `SHT_SYMTAB`; empty where there is none. */
  readonly symbols: readonly ElfSymbol[];
  /** Section index of the symbol table that `symbols` came from. */
  readonly symbolTable: number | undefined;
  /** The first section of that name. */
  sectionNamed(name: string): ElfSection | undefined;
  /** Rows of one REL or RELA section. @throws {ElfError} `ELF_ENTSIZE` where its entry size is not the format's */
  relocations(section: ElfSection): readonly ElfRelocation[];
  /** Rows of all relocation sections that apply to the section with that index. */
  relocationsFor(sectionIndex: number): readonly ElfRelocation[];
  notes(section: ElfSection): readonly ElfNote[];
  groups(): readonly ElfGroup[];
}
