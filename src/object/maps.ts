import { alignUp } from '../base/index.ts';
import type { Btf, BtfDatasec, BtfId, BtfVarInfo } from '../btf/index.ts';
import { resolveType } from '../btf/index.ts';
import type { ElfSection } from '../elf/index.ts';
import { bpf_flags, bpf_map_type } from '../uapi/index.ts';
import { errMap, errSection } from './errors.ts';
import type { ExternSpec } from './extern-spec.ts';
import type { MapDef } from './map-def.ts';
import { parseMapDef } from './map-def.ts';
import { internalMapName, kernelMapName } from './map-names.ts';
import type { DataSection, ObjectSections } from './sections.ts';
import { ARENA_SECTION } from './sections.ts';
import type { MapOrigin, MapSpec } from './spec.ts';

/** Bytes of a data section at most: what the kernel takes as an array's value. */
const MAX_VALUE_SIZE = 0x7fff_ffff;
/** Bytes of zeros that are handed out as the initial data of all `.bss` sections, or of `.kconfig`. */
const MAX_ZEROS = 1 << 30;

/** A map spec with the given fields and nothing else set. */
export function createMapSpec(fields: Partial<MapSpec> & Pick<MapSpec, 'name' | 'origin' | 'section'>): MapSpec {
  return {
    index: -1,
    kernelName: kernelMapName(fields.name),
    sectionIndex: 0,
    sectionOffset: 0,
    type: 0,
    keySize: 0,
    valueSize: 0,
    maxEntries: 0,
    flags: 0,
    mapExtra: 0n,
    numaNode: 0,
    keyTypeId: 0,
    valueTypeId: 0,
    pinning: 'none',
    pinPath: undefined,
    inner: undefined,
    slots: [],
    initialData: undefined,
    structOps: undefined,
    autocreate: true,
    autoattach: true,
    ...fields,
  };
}

/** What map collection needs beside the sections. */
export interface MapContext {
  readonly sections: ObjectSections;
  readonly btf: Btf | undefined;
  readonly objectName: string;
  readonly relaxedMaps: boolean;
  readonly pageSize: number;
}

/** A declared map and the variable of `.maps` that declares it. */
export interface DeclaredMap {
  readonly map: MapSpec;
  readonly variable: BtfVarInfo;
}

/** The maps that `SEC(".maps")` declares, in the order of the DATASEC. @throws {ObjectError} `OBJECT_MAP` */
export function collectDeclaredMaps(context: MapContext): DeclaredMap[] {
  const { sections, btf } = context;
  const section = sections.maps;
  if (section === undefined || btf === undefined) return [];
  const datasec = btf.findByName('.maps', 'DATASEC');
  if (datasec === undefined) throw errSection('.maps', "DATASEC '.maps' not found");
  const known = new Map<string, MapDef>();
  const declared = datasec.vars.map((variable, i) => {
    const map = declareMap(context, { btf, section, variable, i, known });
    return { map, variable };
  });
  placeArena(context, declared);
  return declared;
}

function declareMap(
  context: MapContext,
  at: { btf: Btf; section: ElfSection; variable: BtfVarInfo; i: number; known: Map<string, MapDef> },
): MapSpec {
  const { btf, section, variable, i, known } = at;
  const type = btf.typeById(variable.type);
  const { name } = type;
  if (name === '') throw errMap(`#${i}`, 'empty name');
  if (variable.offset + variable.size > section.data.length) throw errMap(name, 'BTF data is corrupted');
  if (type.kind !== 'VAR') throw errMap(name, `unexpected var kind ${type.kind}`);
  if (type.linkage !== 'global') throw errMap(name, `unsupported map linkage ${type.linkage}`);
  const struct = resolveType(btf, type.type);
  if (struct.kind !== 'STRUCT') throw errMap(name, `unexpected def kind ${struct.kind}`);
  if (struct.size > variable.size) throw errMap(name, `invalid def size ${struct.size}, more than ${variable.size}`);
  // Many variables of one type would otherwise cost the product of both.
  const key = String(struct.id);
  const def = known.get(key) ?? parseMapDef({ map: name, btf, strict: !context.relaxedMaps, isInner: false }, struct);
  known.set(key, def);
  const place = { origin: 'btf' as const, section: section.name, sectionIndex: section.index };
  return createMapSpec({
    ...place,
    ...specOfDef(def, context.pageSize),
    name,
    sectionOffset: variable.offset,
    pinning: def.pinning,
    inner: def.inner && createMapSpec({ ...place, ...specOfDef(def.inner, context.pageSize), name: `${name}.inner` }),
  });
}

function specOfDef(def: MapDef, pageSize: number): Partial<MapSpec> {
  const { inner: _inner, pinning: _pinning, ...fields } = def;
  const isRing = def.type === bpf_map_type.BPF_MAP_TYPE_RINGBUF || def.type === bpf_map_type.BPF_MAP_TYPE_USER_RINGBUF;
  return { ...fields, maxEntries: isRing ? roundRingSize(def.maxEntries, pageSize) : def.maxEntries };
}

/** The kernel wants a power of two of pages: the next one that is larger; 0 stays for the kernel to refuse. */
export function roundRingSize(size: number, pageSize: number): number {
  const pages = size / pageSize;
  if (size === 0 || (Number.isInteger(pages) && Number.isInteger(Math.log2(pages)))) return size;
  for (let rounded = pageSize; rounded <= 0xffff_ffff; rounded *= 2) if (rounded > size) return rounded;
  return size;
}

/** Gives the only arena its variables. */
function placeArena({ sections, pageSize }: MapContext, declared: readonly DeclaredMap[]): void {
  const arenas = declared.filter(({ map }) => map.type === bpf_map_type.BPF_MAP_TYPE_ARENA);
  if (arenas.length > 1) {
    throw errMap(arenas[1].map.name, `only single ARENA map is supported (map '${arenas[0].map.name}' is also ARENA)`);
  }
  if (sections.arena === undefined) return;
  if (arenas.length === 0) {
    const problem = 'to use global __arena variables the ARENA map should be explicitly declared in SEC(".maps")';
    throw errSection(ARENA_SECTION, problem);
  }
  const { map } = arenas[0];
  const room = map.maxEntries * pageSize;
  const { data } = sections.arena;
  if (alignUp(data.length, pageSize) > room) {
    const problem = `declared ARENA map size (${room}) is too small to hold global __arena variables of size ${data.length}`;
    throw errSection(ARENA_SECTION, problem, { room, size: data.length });
  }
  map.initialData = data.slice();
}

/** The maps that hold global data, one for each section that is not empty. */
export function collectDataMaps(context: MapContext): MapSpec[] {
  const sections = context.sections.data.filter(({ section }) => section.size > 0);
  const zeros = sections.reduce((sum, { origin, section }) => sum + (origin === 'bss' ? section.size : 0), 0);
  if (zeros > MAX_ZEROS) throw errSection('.bss', `${zeros} bytes of global data are too many`, { size: zeros });
  return sections.map((data) => internalMap(context, { ...data, name: data.section.name }));
}

/** The map that holds the values of kconfig externs; its value is known only at load. */
export function collectKconfigMap(context: MapContext, externs: readonly ExternSpec[]): MapSpec[] {
  const ends = externs.map((extern) => (extern.kind === 'kconfig' ? extern.offset + extern.size : 0));
  const size = ends.reduce((largest, end) => Math.max(largest, end), 0);
  if (size === 0) return [];
  return [internalMap(context, { name: '.kconfig', origin: 'kconfig', size })];
}

function internalMap(
  { btf, objectName }: MapContext,
  source: { name: string; origin: MapOrigin } & (DataSection | { size: number }),
): MapSpec {
  const section = 'section' in source ? source.section : undefined;
  const valueSize = 'size' in source ? source.size : source.section.size;
  if (valueSize > (source.origin === 'kconfig' ? MAX_ZEROS : MAX_VALUE_SIZE)) {
    throw errSection(source.name, `${valueSize} bytes of global data are too many`, { size: valueSize });
  }
  const readonlyProg = source.origin === 'rodata' || source.origin === 'kconfig' ? bpf_flags.BPF_F_RDONLY_PROG : 0;
  const valueTypeId = btf?.idsByName(source.name)[0] ?? 0;
  const kernelName = internalMapName(objectName, source.name);
  // Sections of the programmer's own naming go by that name; `.bss.*` do not, in libbpf either.
  const isCustom = source.origin !== 'bss' && source.name.indexOf('.', 1) >= 0;
  return createMapSpec({
    name: isCustom ? source.name : kernelName,
    kernelName,
    origin: source.origin,
    section: source.name,
    sectionIndex: section?.index ?? 0,
    type: bpf_map_type.BPF_MAP_TYPE_ARRAY,
    keySize: 4,
    valueSize,
    maxEntries: 1,
    flags: readonlyProg | (btf && isMmapable(btf, valueTypeId) ? bpf_flags.BPF_F_MMAPABLE : 0),
    valueTypeId,
    initialData: section && source.origin !== 'bss' ? section.data.slice() : new Uint8Array(valueSize),
  });
}

/** A skeleton can show a section's variables only if one of them is not static. */
function isMmapable(btf: Btf, typeId: BtfId): boolean {
  if (typeId === 0 || btf.typeById(typeId).kind !== 'DATASEC') return false;
  const { vars } = btf.typeById(typeId) as BtfDatasec;
  return vars.some(({ type }) => {
    const variable = btf.typeById(type);
    return variable.kind === 'VAR' && variable.linkage !== 'static';
  });
}
