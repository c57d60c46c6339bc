import type { Btf, BtfId } from '../btf/index.ts';
import { resolveType, skipModifiersAndTypedefs } from '../btf/index.ts';
import type { ElfSection } from '../elf/index.ts';
import { bpf_flags, bpf_map_type, bpf_prog_type } from '../uapi/index.ts';
import { errStructOps } from './errors.ts';
import type { FunctionTable } from './functions.ts';
import { isProgram } from './functions.ts';
import { createMapSpec } from './maps.ts';
import { lastNotAfter } from './search.ts';
import type { ObjectSections } from './sections.ts';
import type { MapSpec } from './spec.ts';

/** How often the bytes of a section may be counted as a variable's. */
const MAX_SHARING = 4;

/** Members of all variables of a section together. */
const MAX_MEMBERS = 1_000_000;

/** The struct_ops maps: one for each variable of `.struct_ops` and its kin. @throws {ObjectError} `OBJECT_STRUCT_OPS` */
export function collectStructOps(sections: ObjectSections, btf: Btf | undefined): MapSpec[] {
  if (btf === undefined) return [];
  return sections.structOps.flatMap((section) => structOpsOfSection(section, btf));
}

function structOpsOfSection(section: ElfSection, btf: Btf): MapSpec[] {
  const datasec = btf.findByName(section.name, 'DATASEC');
  if (datasec === undefined) throw errStructOps('init', `DATASEC ${section.name} not found`);
  const autocreate = !section.name.startsWith('?');
  let copied = 0;
  let members = 0;
  const isLink = section.name.endsWith('.struct_ops.link');
  return datasec.vars.map(({ type: varId, offset }, i) => {
    const name = btf.nameOf(varId);
    const typeId = skipModifiersAndTypedefs(btf, btf.third(varId));
    const type = btf.typeById(typeId);
    if (type.name === '') throw errStructOps('init', 'anonymous type is not supported', { name });
    if (type.kind !== 'STRUCT') throw errStructOps('init', `${type.name} is not a struct`, { name });
    if (offset + type.size > section.data.length) {
      throw errStructOps('init', `var ${name} is beyond the end of DATASEC ${section.name}`, { name, offset });
    }
    copied += type.size;
    members += type.members.length;
    if (copied > MAX_SHARING * section.data.length || members > MAX_MEMBERS)
      throw errStructOps('init', `variables of ${section.name} overlap`);
    return createMapSpec({
      name,
      origin: 'struct_ops',
      section: section.name.replace(/^\?/, ''),
      sectionIndex: section.index,
      sectionOffset: offset,
      type: bpf_map_type.BPF_MAP_TYPE_STRUCT_OPS,
      keySize: 4,
      valueSize: type.size,
      maxEntries: 1,
      flags: isLink ? bpf_flags.BPF_F_LINK : 0,
      valueTypeId: typeId,
      initialData: section.data.slice(offset, offset + type.size),
      structOps: { typeId, typeName: type.name, programs: type.members.map(() => undefined) },
      // Of a `?` section libbpf holds back the first map only: it forgets the mark once it has seen it.
      autocreate: autocreate || i > 0,
    });
  });
}

/** Fills in which program each function pointer of a struct_ops map names. @throws {ObjectError} `OBJECT_STRUCT_OPS` */
export function resolveStructOpsSlots(context: {
  sections: ObjectSections;
  relocations: ElfSection;
  btf: Btf;
  maps: readonly MapSpec[];
  functions: FunctionTable;
}): void {
  const { sections, relocations, btf, maps, functions } = context;
  const candidates = maps
    .filter(({ structOps, sectionIndex }) => structOps && sectionIndex === relocations.info)
    .sort((a, b) => a.sectionOffset - b.sectionOffset);
  const members = new Members(btf);
  for (const row of sections.elf.relocations(relocations)) {
    const symbol = sections.elf.symbols[row.symbol];
    if (symbol === undefined) throw errStructOps('reloc', `symbol ${row.symbol} not found`);
    const map = lastNotAfter(candidates, row.offset, ({ sectionOffset }) => sectionOffset);
    if (map?.structOps === undefined || row.offset >= map.sectionOffset + map.valueSize)
      throw errStructOps('reloc', `cannot find map at rel->r_offset ${row.offset}`);
    if (symbol.section === undefined || symbol.value % 8 !== 0) {
      throw errStructOps(`reloc ${map.name}`, `invalid target program: symbol '${symbol.name}' at ${symbol.value}`);
    }
    const memberOffset = row.offset - map.sectionOffset;
    const member = members.at(map, memberOffset);
    const fn = functions.find(symbol.section, symbol.value / 8);
    if (fn === undefined)
      throw errStructOps(`reloc ${map.name}`, `cannot find prog to relocate func ptr ${member.name}`);
    if (!isProgram(fn) || fn.progType !== bpf_prog_type.BPF_PROG_TYPE_STRUCT_OPS) {
      throw errStructOps(`reloc ${map.name}`, `prog ${fn.name} is not struct_ops BPF program`);
    }
    map.structOps.programs[member.index] = fn;
  }
}

/** Finds the function pointers of struct_ops structs by where they stand. */
class Members {
  readonly #btf: Btf;
  readonly #byType = new Map<BtfId, ReadonlyMap<number, { index: number; name: string; type: BtfId }>>();

  constructor(btf: Btf) {
    this.#btf = btf;
  }

  at(map: MapSpec, offset: number): { index: number; name: string } {
    const btf = this.#btf;
    const found = this.#membersOf(map.structOps?.typeId ?? 0).get(offset * 8);
    if (found === undefined) throw errStructOps(`reloc ${map.name}`, `cannot find member at moff ${offset}`);
    const pointer = resolveType(btf, found.type);
    if (pointer.kind !== 'PTR' || resolveType(btf, pointer.type).kind !== 'FUNC_PROTO') {
      throw errStructOps(`reloc ${map.name}`, `cannot relocate non func ptr ${found.name}`);
    }
    return found;
  }

  /** The first member at each bit offset. */
  #membersOf(typeId: BtfId) {
    let members = this.#byType.get(typeId);
    if (members === undefined) {
      const type = this.#btf.typeById(typeId);
      const list = type.kind === 'STRUCT' ? type.members : [];
      const places = list.map(
        ({ name, type: of, bitOffset }, index) => [bitOffset, { index, name, type: of }] as const,
      );
      members = new Map(places.reverse());
      this.#byType.set(typeId, members);
    }
    return members;
  }
}
