import { encodeUtf8 } from '../../base/index.ts';
import type { Btf, BtfComposite, BtfId } from '../../btf/index.ts';
import { BTF_KIND, resolveType } from '../../btf/index.ts';
import type { BpfObject, MapOrigin, MapSpec } from '../../object/index.ts';
import { bpf_flags, bpf_map_type } from '../../uapi/index.ts';
import { identifier } from '../names.ts';
import { type StructOpsLayout, structOpsLayout } from './struct-ops.ts';

/**
 * What a skeleton says of an object, whatever language it is printed in: the printers of C, TypeScript and JSON read
 * this and nothing else. Types are ids in `object.btf`, which each printer spells in its own way.
 */
export interface Skeleton {
  /** What it is called, e.g. `xdp_drop_bpf`. */
  readonly name: string;
  /** The object's file without directories. */
  readonly file: string;
  readonly object: BpfObject;
  /** The file that the object was opened from. */
  readonly elf: Uint8Array;
  /** In the object's order. */
  readonly maps: readonly SkeletonMap[];
  /** Sections of variables that BTF describes and a skeleton may show, in BTF's order. */
  readonly sections: readonly SkeletonSection[];
  /** Types that the program keeps in its BTF for user space. */
  readonly records: readonly BtfComposite[];
}

/** A map and its name in a skeleton. */
export interface SkeletonMap {
  readonly spec: MapSpec;
  /** A map's name; of a data section what bpftool makes of it: `bss`, `rodata_magic`. */
  readonly ident: string;
  /** Whether user space reaches the content as memory, variable by variable. */
  readonly mappable: boolean;
  /** Its variables; undefined for maps of elements and where BTF says nothing. */
  readonly section: SkeletonSection | undefined;
  readonly structOps: StructOpsLayout | undefined;
}

/** Variables that lie side by side. */
export interface SkeletonSection {
  /** In the object: `.bss`, `.rodata.magic`. */
  readonly name: string;
  /** As bpftool's skeletons have it: `bss`, `rodata_magic`, `arena`. */
  readonly ident: string;
  /** The DATASEC. */
  readonly typeId: BtfId;
  /** By offset; static ones are nobody else's business. */
  readonly variables: readonly SkeletonVariable[];
}

/** A global variable. */
export interface SkeletonVariable {
  readonly name: string;
  readonly typeId: BtfId;
  /** Bytes from the start of the section. */
  readonly offset: number;
  /** Bytes. */
  readonly size: number;
  /** Only names a type, so that the compiler keeps it in BTF. */
  readonly isKeeper: boolean;
}

/** What a skeleton is made from beside the object. */
export interface SkeletonOptions {
  /** The object's file. */
  readonly file: string;
  /** The skeleton's name; default `skeletonName(file)`. */
  readonly name?: string;
}

/** `BPF_OBJ_NAME_LEN` of the skeletons: longest name. */
const MAX_NAME = 63;
const SECTION_NAMES = ['.data', '.rodata', '.bss', '.kconfig'] as const;
const ARENA_SECTION = '.addr_space.1';
const DATA_ORIGINS: ReadonlySet<MapOrigin> = new Set(['data', 'rodata', 'bss', 'kconfig']);

/** The name that a skeleton has from its object's file, as bpftool has it: `/x/my-prog.bpf.o` becomes `my_prog_bpf`. */
export function skeletonName(file: string): string {
  return file
    .replace(/.*[\\/]/s, '')
    .replace(/[\u{80}-\u{10ffff}]/gu, (char) => '_'.repeat(encodeUtf8(char).length))
    .slice(0, MAX_NAME)
    .replace(/\.o$/, '')
    .replace(/[^A-Za-z0-9_]/g, '_');
}

/** @param elf the file that `object` was opened from */
export function skeletonOf(object: BpfObject, elf: Uint8Array, options: SkeletonOptions): Skeleton {
  const sections = object.btf === undefined ? [] : sectionsOf(object.btf);
  return {
    name: options.name?.slice(0, MAX_NAME) || skeletonName(options.file),
    file: options.file.replace(/.*[\\/]/s, ''),
    object,
    elf,
    maps: object.maps.map((spec) => mapOf(spec, object.btf, sections)),
    sections,
    records: keptTypes(object.btf, sections),
  };
}

function mapOf(spec: MapSpec, btf: Btf | undefined, sections: readonly SkeletonSection[]): SkeletonMap {
  const isArena = spec.type === bpf_map_type.BPF_MAP_TYPE_ARENA && spec.initialData !== undefined;
  const isData = DATA_ORIGINS.has(spec.origin);
  const typeId = isArena ? btf?.findByName(ARENA_SECTION, 'DATASEC')?.id : spec.valueTypeId;
  return {
    spec,
    ident: isData ? dataIdent(spec.name) : spec.name,
    mappable: isArena || (isData && (spec.flags & bpf_flags.BPF_F_MMAPABLE) !== 0),
    section: isArena || isData ? sections.find((section) => section.typeId === typeId) : undefined,
    structOps: btf && spec.structOps && structOpsLayout(btf, spec.structOps),
  };
}

/** What follows the first dot of a section's name in the name of its map. */
function dataIdent(mapName: string): string {
  for (const section of SECTION_NAMES) {
    const at = mapName.indexOf(section);
    if (at >= 0) return mapName.slice(at + 1).replace(/[^A-Za-z0-9_]/g, '_');
  }
  return identifier(mapName);
}

function sectionIdent(name: string): string | undefined {
  if (name.startsWith(ARENA_SECTION)) return 'arena';
  const isData = SECTION_NAMES.some((section) => name.startsWith(section));
  return isData ? name.slice(1).replace(/[^A-Za-z0-9_]/g, '_') : undefined;
}

function sectionsOf(btf: Btf): SkeletonSection[] {
  const sections: SkeletonSection[] = [];
  for (let id = 1; id < btf.typeCount; id++) {
    if (btf.kindOf(id) !== BTF_KIND.DATASEC) continue;
    const name = btf.nameOf(id);
    const ident = sectionIdent(name);
    if (ident !== undefined) sections.push({ name, ident, typeId: id, variables: variablesOf(btf, id) });
  }
  return sections;
}

function variablesOf(btf: Btf, sectionId: BtfId): SkeletonVariable[] {
  const datasec = btf.typeById(sectionId);
  if (datasec.kind !== 'DATASEC') return [];
  return datasec.vars.flatMap(({ type, offset, size }) => {
    const variable = btf.typeById(type);
    if (variable.kind !== 'VAR' || variable.linkage === 'static') return [];
    const { name } = variable;
    return [{ name, typeId: variable.type, offset, size, isKeeper: name.startsWith('unused') }];
  });
}

/**
 * Structs and unions that a global pointer called `unused…` points to, the idiom by which C programs name the records
 * of their ring buffers.
 */
function keptTypes(btf: Btf | undefined, sections: readonly SkeletonSection[]): BtfComposite[] {
  const kept = new Map<number, BtfComposite>();
  if (btf === undefined) return [];
  for (const { variables } of sections) {
    for (const { isKeeper, typeId } of variables) {
      if (!isKeeper) continue;
      const pointer = resolveType(btf, typeId);
      const target = pointer.kind === 'PTR' ? resolveType(btf, pointer.type) : undefined;
      if ((target?.kind === 'STRUCT' || target?.kind === 'UNION') && target.name !== '') kept.set(target.id, target);
    }
  }
  return [...kept.values()];
}
