import type { Btf } from '../btf/index.ts';
import { resolveType } from '../btf/index.ts';
import type { ElfRelocation, ElfSection, ElfSymbol } from '../elf/index.ts';
import { bpf_map_type } from '../uapi/index.ts';
import { errMapSlot } from './errors.ts';
import type { FunctionTable } from './functions.ts';
import { isMapInMap } from './map-def.ts';
import type { DeclaredMap } from './maps.ts';
import { lastNotAfter } from './search.ts';
import type { ObjectSections } from './sections.ts';
import type { MapSpec, ProgramSpec } from './spec.ts';

/** Bytes of a pointer as the compiler laid out `values`. */
const POINTER_SIZE = 8;

/** Fills in the initial elements of maps of maps and program arrays. @throws {ObjectError} `OBJECT_MAP_SLOT` */
export function resolveMapSlots(context: {
  sections: ObjectSections;
  relocations: ElfSection;
  btf: Btf;
  declared: readonly DeclaredMap[];
  functions: FunctionTable;
}): void {
  const { sections, relocations, btf, declared, functions } = context;
  const maps = new Map(declared.map(({ map }) => [map.name, map] as const).reverse());
  const programs = new Map(functions.programs.map((program) => [program.name, program] as const).reverse());
  const byOffset = [...declared].sort((a, b) => a.variable.offset - b.variable.offset);
  sections.elf.relocations(relocations).forEach((row, index) => {
    const symbol = sections.elf.symbols[row.symbol];
    const fail = (problem: string) =>
      errMapSlot({ map: owner?.map.name ?? '', index, symbol: symbol?.name ?? '' }, problem);
    const last = lastNotAfter(byOffset, row.offset, ({ variable }) => variable.offset);
    const owner = last && holds(last.variable, row) ? last : undefined;
    if (symbol === undefined) throw fail(`symbol ${row.symbol} not found`);
    if (owner === undefined) throw fail(`cannot find map '${symbol.name}' at rel->r_offset ${row.offset}`);
    const element = isMapInMap(owner.map.type)
      ? mapElement({ owner: owner.map, symbol, sections, maps, fail })
      : programElement({ owner: owner.map, symbol, programs, fail });
    owner.map.slots[slotOf({ btf, owner, row, fail })] = element;
  });
}

type Fail = (problem: string) => Error;

function holds({ offset, size }: { offset: number; size: number }, row: ElfRelocation): boolean {
  return offset <= row.offset && row.offset + POINTER_SIZE <= offset + size;
}

function mapElement(at: {
  owner: MapSpec;
  symbol: ElfSymbol;
  sections: ObjectSections;
  maps: ReadonlyMap<string, MapSpec>;
  fail: Fail;
}): MapSpec {
  const { owner, symbol, sections, maps, fail } = at;
  if (symbol.section !== sections.maps?.index) throw fail(`'${symbol.name}' isn't a BTF-defined map`);
  if (owner.type === bpf_map_type.BPF_MAP_TYPE_HASH_OF_MAPS && owner.keySize !== 4) {
    throw fail(`hash-of-maps '${owner.name}' should have key size 4, not ${owner.keySize}`);
  }
  const target = maps.get(symbol.name);
  if (target === undefined) throw fail(`'${symbol.name}' isn't a valid map reference`);
  return target;
}

function programElement(at: {
  owner: MapSpec;
  symbol: ElfSymbol;
  programs: ReadonlyMap<string, ProgramSpec>;
  fail: Fail;
}): ProgramSpec {
  const { owner, symbol, programs, fail } = at;
  if (owner.type !== bpf_map_type.BPF_MAP_TYPE_PROG_ARRAY) {
    throw fail(`map '${owner.name}' is neither a map of maps nor a program array`);
  }
  const target = programs.get(symbol.name);
  if (target === undefined) throw fail(`'${symbol.name}' isn't a valid program reference`);
  if (target.sectionIndex !== symbol.section || target.sectionOffset * 8 !== symbol.value) {
    throw fail(`'${symbol.name}' isn't an entry-point program`);
  }
  return target;
}

/** Which element the relocated pointer is: `values` stands last in the definition. */
function slotOf(at: { btf: Btf; owner: DeclaredMap; row: ElfRelocation; fail: Fail }): number {
  const { btf, owner, row, fail } = at;
  const struct = resolveType(btf, btf.third(owner.variable.type));
  const last = struct.kind === 'STRUCT' ? struct.members.at(-1) : undefined;
  if (last?.name !== 'values') throw fail(`map '${owner.map.name}' has no 'values'`);
  const offset = row.offset - owner.variable.offset - last.bitOffset / 8;
  if (offset < 0 || offset % POINTER_SIZE !== 0)
    throw fail(`offset ${row.offset} is no element of '${owner.map.name}'`);
  return offset / POINTER_SIZE;
}
