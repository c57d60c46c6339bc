import { EbpftsError } from '../../base/index.ts';
import type { Btf, BtfExt, BtfId } from '../../btf/index.ts';
import { parseBtf, parseBtfExt } from '../../btf/index.ts';
import type { ElfFile, ElfSection } from '../../elf/index.ts';
import {
  EM_BPF,
  ET_REL,
  parseElf,
  SHF_EXECINSTR,
  SHT_NOBITS,
  SHT_PROGBITS,
  SHT_REL,
  SHT_STRTAB,
  SHT_SYMTAB,
} from '../../elf/index.ts';
import { checkOverlap, isDebugSection, isLeftOut } from '../sections.ts';
import { errBtf, errInput } from './errors.ts';

/** An object file to be linked. */
export interface LinkFile {
  /** For messages and the report, e.g. its path. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A variable or function of a DATASEC. */
export interface DatasecVar {
  readonly type: BtfId;
  readonly offset: number;
  readonly size: number;
}

/** A section of an object that is linked. */
export interface InputSection {
  readonly name: string;
  /** Undefined: only the BTF knows it (`.kconfig`, `.ksyms`), for what it holds is in no file. */
  readonly elf: ElfSection | undefined;
  /** Nothing of it is linked: strings, debug information, what the linker writes anew. */
  readonly skipped: boolean;
  /** What its DATASEC says, offsets filled in; undefined where it has none. */
  vars: readonly DatasecVar[] | undefined;
}

/** An object file, opened for linking and checked by itself. */
export interface LinkInput {
  readonly file: string;
  readonly elf: ElfFile;
  /** Number of the symbol table's section. */
  readonly symbolTable: number;
  /** Those of the file at their numbers, then those that only the BTF knows. */
  readonly sections: InputSection[];
  readonly btf: Btf | undefined;
  readonly ext: BtfExt | undefined;
}

/**
 * Opens an object file for linking; what its sections are is checked, not yet what its tables say.
 * @throws {ElfError} where it is no ELF file
 * @throws {LinkError} where it is none that can be linked
 */
export function readInput({ name: file, bytes }: LinkFile): LinkInput {
  const elf = parseElf(bytes, { machines: [EM_BPF], types: [ET_REL] });
  checkOverlap(elf, bytes.length);
  for (const section of elf.sections.slice(1)) checkSection(file, section);
  if (elf.symbolTable === undefined) throw errInput(file, 'ELF is missing SYMTAB section');
  const btf = readPart(elf, { file, section: '.BTF' }, (data) => parseBtf(data, { pointerSize: 8 }));
  const ext = readPart(elf, { file, section: '.BTF.ext' }, parseBtfExt);
  if (ext !== undefined && btf === undefined) throw errInput(file, 'there is .BTF.ext but no .BTF');
  const sections = elf.sections.map((section) => ({
    name: section.name,
    elf: section,
    skipped: isLeftOut(section) || isBtf(section),
    vars: undefined,
  }));
  return { file, elf, symbolTable: elf.symbolTable, sections, btf, ext };
}

function isBtf({ name, type }: ElfSection): boolean {
  return type === SHT_PROGBITS && (name === '.BTF' || name === '.BTF.ext');
}

/** Of several sections of that name the last. */
function readPart<T>(
  elf: ElfFile,
  at: { file: string; section: string },
  parse: (data: Uint8Array) => T,
): T | undefined {
  const section = elf.sections.findLast((candidate) => candidate.name === at.section && isBtf(candidate));
  if (section === undefined) return undefined;
  try {
    return parse(section.data);
  } catch (error) {
    if (error instanceof EbpftsError) throw errBtf(at, error);
    throw error;
  }
}

const LINKED_TYPES: ReadonlySet<number> = new Set([SHT_SYMTAB, SHT_STRTAB, SHT_PROGBITS, SHT_NOBITS, SHT_REL]);

function checkSection(file: string, section: ElfSection): void {
  const { index, name, type, addralign } = section;
  if (!LINKED_TYPES.has(type) && !isLeftOut(section)) {
    throw errInput(file, `unrecognized section #${index} (${name}) of type ${type}`, { index, name, type });
  }
  if (name === '') throw errInput(file, `ELF section #${index} has empty name`, { index });
  if (isDebugSection(name)) return;
  if (addralign !== 0 && !Number.isInteger(Math.log2(addralign))) {
    throw errInput(file, `ELF section #${index} alignment ${addralign} is non pow-of-2 alignment`, {
      index,
      addralign,
    });
  }
  if (type === SHT_PROGBITS && (section.flags & SHF_EXECINSTR) !== 0n && section.size % 8 !== 0) {
    throw errInput(file, `ELF section #${index} has unexpected size alignment ${section.size}`, { index });
  }
}
