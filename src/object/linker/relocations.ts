import { ByteReader, invariant } from '../../base/index.ts';
import type { ElfRelocation, ElfSection } from '../../elf/index.ts';
import { encodeRelocations, SHF_EXECINSTR, SHT_REL, STT_SECTION } from '../../elf/index.ts';
import { BPF_CALL, BPF_JMP, INSN_SIZE } from '../../isa/index.ts';
import type { Place, Places } from './append-sections.ts';
import { extendSection } from './append-sections.ts';
import { errRelocation } from './errors.ts';
import type { LinkInput } from './input.ts';
import type { OutputSections } from './output-sections.ts';
import { SYMBOL_TABLE } from './output-sections.ts';

/** Bytes of an instruction before its immediate. */
const IMM_OFFSET = 4;

/** What the relocations of an object are appended to. */
export interface RelocationTarget {
  readonly output: OutputSections;
  readonly places: Places;
  /** New index of each symbol of the object. */
  readonly symbols: Uint32Array;
}

/**
 * Appends the relocations of an object, which move with their section and follow their symbol.
 * @throws {LinkError} `LINK_RELOCATION` where data refers to a whole section, `LINK_SECTION`
 */
export function appendRelocations(input: LinkInput, target: RelocationTarget): void {
  for (const { elf, skipped } of input.sections) {
    if (elf === undefined || skipped || elf.type !== SHT_REL) continue;
    const place = target.places[elf.info];
    if (place !== undefined) appendTable(input, target, { table: elf, place });
  }
}

function appendTable(
  input: LinkInput,
  { output, places, symbols }: RelocationTarget,
  { table, place }: { table: ElfSection; place: Place },
): void {
  const { elf, file } = input;
  const relocated = elf.sections[table.info];
  const rows = elf.relocations(table).map((row, index) => {
    const symbol = elf.symbols[row.symbol];
    if (symbol.type === STT_SECTION) {
      if ((relocated.flags & SHF_EXECINSTR) === 0n) {
        const problem = `relocation against STT_SECTION in non-exec section is not supported!: '${relocated.name}'`;
        throw errRelocation({ file, section: table.name, index }, problem);
      }
      moveTarget(input, { row, relocated, place, by: places[symbol.rawSection]?.offset ?? 0 });
    }
    return { offset: row.offset + place.offset, type: row.type, symbol: symbols[row.symbol] };
  });
  const section = output.find(table.name) ?? output.add(table.name);
  const data = encodeRelocations(rows, elf.endian);
  extendSection(file, { output, section, elf: { ...table, data } });
  section.link = SYMBOL_TABLE;
  section.info = place.section.number;
}

/**
 * Who refers to a section as a whole says in the instruction where in it: with the section, that place moves. A call
 * counts in instructions.
 */
function moveTarget(
  { elf }: LinkInput,
  at: { row: ElfRelocation; relocated: ElfSection; place: Place; by: number },
): void {
  const { row, relocated, place, by } = at;
  invariant(row.offset + INSN_SIZE <= relocated.data.length, 'relocations of code lie inside it');
  const code = new ByteReader(relocated.data, elf.endian);
  const isCall = code.u8(row.offset) === (BPF_JMP | BPF_CALL);
  const imm = code.s32(row.offset + IMM_OFFSET);
  place.section.patch(place.offset + row.offset + IMM_OFFSET, imm + (isCall ? by / INSN_SIZE : by));
}
