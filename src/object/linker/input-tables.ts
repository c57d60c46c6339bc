import type { ElfSection, ElfSymbol } from '../../elf/index.ts';
import {
  REL_SIZE,
  SHF_EXECINSTR,
  SHN_UNDEF,
  SHT_NOBITS,
  SHT_PROGBITS,
  SHT_REL,
  STB_LOCAL,
  STB_WEAK,
  STT_NOTYPE,
  STT_SECTION,
  STV_DEFAULT,
  STV_HIDDEN,
  SYM_SIZE,
} from '../../elf/index.ts';
import { INSN_SIZE } from '../../isa/index.ts';
import { isDebugSection } from '../sections.ts';
import { errInput, errRelocation, errSymbol } from './errors.ts';
import type { LinkInput } from './input.ts';

/**
 * What compilers emit for BPF. `R_BPF_64_NODYLD32` (4) occurs only where BTF is relocated, which nobody does.
 * @see Documentation/bpf/llvm_reloc.rst (v6.12)
 */
const RELOCATION_TYPES: ReadonlySet<number> = new Set([
  1, // R_BPF_64_64
  2, // R_BPF_64_ABS64
  3, // R_BPF_64_ABS32
  10, // R_BPF_64_32
]);

/**
 * Checks the symbols and relocations of an object: only what can be linked is in them.
 * @throws {LinkError} `LINK_INPUT`, `LINK_SYMBOL`, `LINK_RELOCATION`
 */
export function checkTables(input: LinkInput): void {
  const { elf, file } = input;
  for (const section of elf.sections) {
    if (section.index === input.symbolTable) {
      if (section.size % SYM_SIZE !== 0) throw errInput(file, `SYMTAB of ${section.size} bytes`);
      for (const symbol of elf.symbols) checkSymbol(input, symbol);
    } else if (section.type === SHT_REL && !isDebugSection(section.name)) checkRelocations(input, section);
  }
}

function checkSymbol(input: LinkInput, symbol: ElfSymbol): void {
  const { file } = input;
  const { index, name, bind, type, visibility, rawSection, value, size } = symbol;
  const refuse = (problem: string, details = {}) =>
    errSymbol({ file, symbol: name }, `ELF sym #${index} (${name}) ${problem} in ${file}`, details);
  if (index === 0) {
    const isNull = name === '' && bind === 0 && type === 0 && rawSection === 0 && value === 0 && size === 0;
    if (!isNull || visibility !== 0) throw refuse('is invalid');
    return;
  }
  if (bind > STB_WEAK) throw refuse(`has unsupported symbol binding ${bind}`, { bind });
  if (visibility !== STV_DEFAULT && visibility !== STV_HIDDEN) {
    throw refuse(`has unsupported symbol visibility ${visibility}`, { visibility });
  }
  if (rawSection === SHN_UNDEF) {
    if (type !== STT_NOTYPE || bind === STB_LOCAL || value !== 0 || size !== 0) {
      throw refuse('is invalid extern symbol', { type, bind, value, size });
    }
  } else if (type === STT_SECTION && value !== 0) throw refuse(`is a section at ${value}`, { value });
}

function checkRelocations(input: LinkInput, section: ElfSection): void {
  const { elf, file } = input;
  const what = `ELF relo section #${section.index} (${section.name})`;
  if (section.size % REL_SIZE !== 0) throw errInput(file, `${what} has ${section.size} bytes`);
  if (section.link !== input.symbolTable)
    throw errInput(file, `${what} points to invalid SYMTAB section #${section.link}`);
  const target = section.info === 0 ? undefined : elf.sections[section.info];
  if (target === undefined) throw errInput(file, `${what} points to missing section #${section.info}`);
  if (section.name !== `.rel${target.name}`)
    throw errInput(file, `${what} is of section ${target.name}, which is no valid name`);
  if (input.sections[target.index].skipped) return;
  if (target.type !== SHT_PROGBITS && target.type !== SHT_NOBITS) {
    throw errInput(file, `${what} points to invalid section #${target.index} (${target.name})`);
  }
  const executable = (target.flags & SHF_EXECINSTR) !== 0n;
  elf.relocations(section).forEach(({ type, symbol, offset }, index) => {
    const refuse = (problem: string) => errRelocation({ file, section: section.name, index }, problem);
    if (!RELOCATION_TYPES.has(type)) throw refuse(`has unexpected type ${type}`);
    if (symbol === 0 || symbol >= elf.symbols.length) throw refuse(`points to invalid symbol #${symbol}`);
    if (!executable) return;
    if (offset % INSN_SIZE !== 0) throw refuse(`points at offset ${offset}, between two instructions`);
    if (offset >= target.data.length) throw refuse(`points at offset ${offset} of ${target.data.length}`);
  });
}
