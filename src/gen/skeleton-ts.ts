import { encodeBase64 } from '../base/index.ts';
import { type BtfComposite, resolveType } from '../btf/index.ts';
import { type BpfObject, keyShape, type MapSpec, valueShape } from '../object/index.ts';
import { bpf_map_type as M } from '../uapi/index.ts';
import { identifier, pascalCase, propertyName, quoted } from './names.ts';
import { renderTsSkeleton, type TsMember, type TsSection } from './skeleton-ts.template.ts';
import { TsTypes } from './ts-types.ts';

/** What a skeleton is called, and where its runtime is. */
export interface TsSkeletonOptions {
  /** The object's file, for the head of the module. */
  readonly file: string;
  /** The object's name; default the file's without directories and `.o`, as bpftool has it. The class is named after it. */
  readonly name?: string;
  /** What the module imports the runtime from; default `ebpfts`. */
  readonly runtime?: string;
}

/** What the module imports of the runtime and declares itself. */
const TAKEN = ['Skeleton', 'System', 'LoadOptions', 'decodeBase64', 'ELF'];

/**
 * A TypeScript module that embeds an object and gives a class with libbpf's life cycle, typed from the object's BTF.
 * @param elfBytes the file that `object` was opened from
 * @example
 * import { readFileSync, writeFileSync } from 'node:fs';
 * import { openObject } from 'ebpfts';
 * import { generateTsSkeleton } from 'ebpfts/gen';
 *
 * const file = 'minimal.bpf.o';
 * const elf = readFileSync(file);
 * writeFileSync('minimal.skel.ts', generateTsSkeleton(openObject(elf, { name: file }), elf, { file }));
 */
export function generateTsSkeleton(object: BpfObject, elfBytes: Uint8Array, options: TsSkeletonOptions): string {
  const file = options.file.replace(/.*[\\/]/, '');
  const name = options.name ?? identifier(file.replace(/\.o$/, ''));
  const className = pascalCase(name.replace(/_bpf$/, ''));
  const types = new TsTypes(object.btf, [...TAKEN, className]);
  const records = keptTypes(object);
  const maps = object.maps
    .filter((map) => ['btf', 'legacy', 'struct_ops'].includes(map.origin))
    .map((map) => mapMember(map, { object, types, records }));
  return renderTsSkeleton({
    file,
    runtime: options.runtime ?? 'ebpfts',
    name,
    className,
    maps,
    programs: object.programs.map((program) => ({
      name: propertyName(program.name),
      comment: `\`SEC("${program.autoload ? '' : '?'}${program.section}")\``,
      value: `this.program(${quoted(program.name)})`,
    })),
    records: records.map((record) => ({
      name: propertyName(record.name),
      comment: `\`${record.kind === 'STRUCT' ? 'struct' : 'union'} ${record.name}\``,
      value: `this.type<${types.ofType(record.id, record.size)}>(${quoted(record.name)})`,
    })),
    linkNames: object.programs.map((program) => program.name),
    sections: dataSections(object, types),
    // Last, when everything has been asked for.
    declarations: types.declarations,
    elf: encodeBase64(elfBytes),
  });
}

/**
 * Types that the program keeps in its BTF for user space: those that a global pointer called `unused…` points to, the
 * idiom by which C programs name the records of their ring buffers.
 */
function keptTypes(object: BpfObject): BtfComposite[] {
  const { btf } = object;
  if (btf === undefined) return [];
  const kept = new Map<number, BtfComposite>();
  for (const type of btf.types()) {
    if (type.kind !== 'VAR' || !isKeeper(type.name)) continue;
    const pointer = resolveType(btf, type.type);
    const target = pointer.kind === 'PTR' ? resolveType(btf, pointer.type) : undefined;
    if ((target?.kind === 'STRUCT' || target?.kind === 'UNION') && target.name !== '') kept.set(target.id, target);
  }
  return [...kept.values()];
}

const isKeeper = (variable: string): boolean => variable.startsWith('unused');

interface MapContext {
  readonly object: BpfObject;
  readonly types: TsTypes;
  readonly records: readonly BtfComposite[];
}

function mapMember(map: MapSpec, context: MapContext): TsMember {
  return {
    name: propertyName(map.name),
    comment: `\`${typeName(map.type)}\`${capacity(map)}`,
    value: mapValue(map, context),
  };
}

function capacity({ type, maxEntries }: MapSpec): string {
  if (maxEntries === 0 || type === M.BPF_MAP_TYPE_STRUCT_OPS) return '';
  if (type === M.BPF_MAP_TYPE_RINGBUF || type === M.BPF_MAP_TYPE_USER_RINGBUF) return `, ${maxEntries} bytes`;
  return maxEntries === 1 ? ', 1 entry' : `, at most ${maxEntries} entries`;
}

function typeName(type: number): string {
  return Object.entries(M).find(([, value]) => value === type)?.[0] ?? `map type ${type}`;
}

function mapValue(map: MapSpec, context: MapContext): string {
  const { types } = context;
  const name = quoted(map.name);
  const key = () => types.ofShape(keyShape(context.object.btf, map));
  const value = () => types.ofShape(valueShape(context.object.btf, map));
  switch (map.type) {
    case M.BPF_MAP_TYPE_PROG_ARRAY:
    case M.BPF_MAP_TYPE_CGROUP_ARRAY:
    case M.BPF_MAP_TYPE_ARRAY_OF_MAPS:
    case M.BPF_MAP_TYPE_HASH_OF_MAPS:
      return `this.referenceMap<${key()}>(${name})`;
    case M.BPF_MAP_TYPE_PERCPU_ARRAY:
    case M.BPF_MAP_TYPE_PERCPU_HASH:
    case M.BPF_MAP_TYPE_LRU_PERCPU_HASH:
      return `this.percpuMap<${key()}, ${value()}>(${name})`;
    case M.BPF_MAP_TYPE_QUEUE:
    case M.BPF_MAP_TYPE_STACK:
      return `this.queue<${value()}>(${name})`;
    case M.BPF_MAP_TYPE_RINGBUF:
      return `this.ringBuffer${recordArguments(map, context)}`;
    case M.BPF_MAP_TYPE_PERF_EVENT_ARRAY:
      return `this.perfBuffer${recordArguments(map, context)}`;
    case M.BPF_MAP_TYPE_USER_RINGBUF:
    case M.BPF_MAP_TYPE_BLOOM_FILTER:
    case M.BPF_MAP_TYPE_STRUCT_OPS:
    case M.BPF_MAP_TYPE_ARENA:
      return `this.opaqueMap(${name})`;
    default:
      return `this.map<${key()}, ${value()}>(${name})`;
  }
}

/** The type of a ring's records: that of its definition; else, of an object's only ring, the only type kept for one. */
function recordArguments(map: MapSpec, { object, types, records }: MapContext): string {
  const isRing = ({ type }: MapSpec) => type === M.BPF_MAP_TYPE_RINGBUF || type === M.BPF_MAP_TYPE_PERF_EVENT_ARRAY;
  const defined =
    map.type === M.BPF_MAP_TYPE_RINGBUF && map.valueTypeId !== 0 && object.btf !== undefined
      ? resolveType(object.btf, map.valueTypeId)
      : undefined;
  const alone = records.length === 1 && object.maps.filter(isRing).length === 1 ? records[0] : undefined;
  const record = defined?.kind === 'STRUCT' || defined?.kind === 'UNION' ? defined : alone;
  if (record === undefined || record.name === '') return `(${quoted(map.name)})`;
  return `<${types.ofType(record.id, record.size)}>(${quoted(map.name)}, ${quoted(record.name)})`;
}

/** Sections whose variables BTF knows, under the names that libbpf's skeletons give them. */
function dataSections(object: BpfObject, types: TsTypes): TsSection[] {
  const { btf } = object;
  if (btf === undefined) return [];
  return object.maps.flatMap((map) => {
    if (!['data', 'rodata', 'bss', 'kconfig'].includes(map.origin) || map.valueTypeId === 0) return [];
    const datasec = resolveType(btf, map.valueTypeId);
    if (datasec.kind !== 'DATASEC') return [];
    const readonly = map.origin === 'kconfig' ? 'readonly ' : '';
    const fields = datasec.vars.flatMap(({ type, size }) => {
      const variable = btf.typeById(type);
      if (variable.kind !== 'VAR' || variable.linkage === 'static' || isKeeper(variable.name)) return [];
      return [`${readonly}${propertyName(variable.name)}: ${types.ofType(variable.type, size)};`];
    });
    const section = map.origin === 'kconfig' ? '.kconfig' : map.section;
    if (fields.length === 0) return [];
    return [{ name: identifier(section.replace(/^\./, '')), section, origin: map.origin, fields }];
  });
}
