import type { ElfSection, ElfSymbol } from '../elf/index.ts';
import { STB_GLOBAL, STB_LOCAL, STB_WEAK, STT_FUNC, STT_SECTION } from '../elf/index.ts';
import { BPF_CALL, BPF_JMP, BPF_LD_IMM64, INSN_SIZE } from '../isa/index.ts';
import { bpf_pseudo_call } from '../uapi/index.ts';
import { errRelocation, errRelocationRow } from './errors.ts';
import type { ExternSpec } from './extern-spec.ts';
import { isExternSymbol } from './externs.ts';
import type { FunctionTable, OpenFunction } from './functions.ts';
import type { ObjectSections } from './sections.ts';
import type { MapSpec, RelocationSpec } from './spec.ts';

/** What an object is known to hold when its references are looked at. */
export interface RelocationContext {
  readonly sections: ObjectSections;
  readonly functions: FunctionTable;
  readonly maps: readonly MapSpec[];
  readonly externs: readonly ExternSpec[];
}

/** Look-ups that every relocation of an object shares. */
interface Lookups extends RelocationContext {
  readonly externBySymbol: ReadonlyMap<number, ExternSpec>;
  /** Declared maps by `section:offset`. */
  readonly mapByPlace: ReadonlyMap<string, MapSpec>;
  /** Data maps by section. */
  readonly dataBySection: ReadonlyMap<number, MapSpec>;
  readonly arena: MapSpec | undefined;
}

const place = (section: number, offset: number): string => `${section}:${offset}`;

/**
 * Finds out what each relocated instruction refers to. Like libbpf it looks at the instruction and the symbol, never at
 * the relocation's type.
 * @throws {ObjectError} `OBJECT_RELOCATION`
 */
export function collectRelocations(context: RelocationContext, codeRelocations: readonly ElfSection[]): void {
  const { maps, externs, sections } = context;
  const declared = maps.filter(({ origin }) => origin === 'btf' || origin === 'legacy');
  const data = maps.filter(({ origin }) => origin === 'data' || origin === 'rodata' || origin === 'bss');
  const lookups: Lookups = {
    ...context,
    externBySymbol: new Map(externs.map((extern) => [extern.symbolIndex, extern])),
    mapByPlace: new Map(declared.map((map) => [place(map.sectionIndex, map.sectionOffset), map] as const).reverse()),
    dataBySection: new Map(data.map((map) => [map.sectionIndex, map])),
    arena: sections.arena && maps.find(({ origin, initialData }) => origin === 'btf' && initialData !== undefined),
  };
  for (const section of codeRelocations) collectOfSection(lookups, section);
  for (const fn of context.functions.all) fn.relocations.sort((a, b) => a.insn - b.insn);
}

function collectOfSection(lookups: Lookups, section: ElfSection): void {
  const { elf } = lookups.sections;
  const target = elf.sections[section.info];
  elf.relocations(section).forEach((row, index) => {
    const symbol = elf.symbols[row.symbol];
    if (symbol === undefined) throw errRelocationRow(section.name, index, `symbol #${row.symbol} not found`);
    if (row.offset % INSN_SIZE !== 0 || row.offset >= target.data.length) {
      throw errRelocationRow(section.name, index, `invalid offset ${row.offset}`);
    }
    const fn = lookups.functions.find(section.info, row.offset / INSN_SIZE);
    // Code without a symbol is what is left of a weak function that the linker has overridden.
    if (fn === undefined) return;
    const isSection = symbol.type === STT_SECTION && symbol.name === '';
    const name = isSection && symbol.section !== undefined ? elf.sections[symbol.section].name : symbol.name;
    fn.relocations.push(describe(lookups, { fn, symbol, name, insn: row.offset / INSN_SIZE - fn.sectionOffset }));
  });
}

interface Reference {
  readonly fn: OpenFunction;
  readonly insn: number;
  readonly symbol: ElfSymbol;
  readonly name: string;
}

function describe(lookups: Lookups, reference: Reference): RelocationSpec {
  const { fn, insn, symbol, name } = reference;
  const fail = (problem: string) => errRelocation({ function: fn.name, insn, symbol: name }, problem);
  const code = fn.insns.code(insn);
  const isCall = code === (BPF_JMP | BPF_CALL);
  if (!isCall && code !== BPF_LD_IMM64)
    throw fail(`invalid relo against '${name}' for insns[${insn}].code 0x${code.toString(16)}`);
  if (!isCall && insn + 1 >= fn.insns.length) throw fail(`relo against '${name}': ldimm64 is truncated`);
  if (isExternSymbol(symbol)) {
    const extern = lookups.externBySymbol.get(symbol.index);
    if (extern === undefined) throw fail(`extern relo failed to find extern for '${name}' (${symbol.index})`);
    return { kind: isCall ? 'extern_call' : 'extern_ld64', insn, symbol: name, extern };
  }
  const isText =
    symbol.section !== undefined && symbol.section !== 0 && symbol.section === lookups.sections.text?.index;
  if (isCall) {
    if (fn.insns.src(insn) !== bpf_pseudo_call.BPF_PSEUDO_CALL) throw fail('incorrect bpf_call opcode');
    if (!isText) throw fail(`bad call relo against '${name}' in section '${sectionName(lookups, symbol)}'`);
    if (symbol.value % INSN_SIZE !== 0) throw fail(`bad call relo against '${name}' at offset ${symbol.value}`);
    return { kind: 'call', insn, symbol: name, offset: symbol.value };
  }
  if (symbol.section === undefined || symbol.section === 0) {
    const where = `special section 0x${symbol.rawSection.toString(16)}`;
    throw fail(`invalid relo against '${name}' in ${where}; forgot to initialize global var?..`);
  }
  if (isText && isFunctionSymbol(symbol)) {
    const addend = fn.insns.imm(insn);
    if (symbol.value % INSN_SIZE !== 0 || addend % INSN_SIZE !== 0) {
      throw fail(`bad subprog addr relo against '${name}' at offset ${symbol.value}+${addend}`);
    }
    return { kind: 'subprog_addr', insn, symbol: name, offset: symbol.value };
  }
  return describeMap(lookups, { reference, section: symbol.section, fail });
}

/** A static function is named by its section, a global one by its own symbol. */
function isFunctionSymbol({ bind, type }: ElfSymbol): boolean {
  if (bind === STB_LOCAL) return type === STT_SECTION;
  return (bind === STB_GLOBAL || bind === STB_WEAK) && type === STT_FUNC;
}

function sectionName({ sections }: Lookups, { section }: ElfSymbol): string {
  return section === undefined ? '' : sections.elf.sections[section].name;
}

function describeMap(
  lookups: Lookups,
  at: { reference: Reference; section: number; fail: (problem: string) => Error },
): RelocationSpec {
  const { section, fail } = at;
  const { insn, symbol, name } = at.reference;
  const { sections } = lookups;
  if (section === sections.arena?.index) {
    if (lookups.arena === undefined) throw fail(`bad arena data relocation at insn ${insn}, no arena maps defined`);
    return { kind: 'data', insn, symbol: name, map: lookups.arena, offset: symbol.value };
  }
  const dataMap = lookups.dataBySection.get(section);
  if (dataMap !== undefined) return { kind: 'data', insn, symbol: name, map: dataMap, offset: symbol.value };
  if (section !== sections.maps?.index && section !== sections.legacyMaps?.index) {
    throw fail(`bad map relo against '${name}' in section '${sectionName(lookups, symbol)}'`);
  }
  const map = lookups.mapByPlace.get(place(section, symbol.value));
  if (map === undefined) {
    throw fail(`map relo failed to find map for section '${sectionName(lookups, symbol)}', off ${symbol.value}`);
  }
  return { kind: 'map', insn, symbol: name, map };
}
