import { encodeBase64 } from '../../base/index.ts';
import { keyShape, type MapSpec, valueShape } from '../../object/index.ts';
import { bpf_map_type as M } from '../../uapi/index.ts';
import { identifier, NameScope, pascalCase, propertyName, quoted, uniqueBy } from '../names.ts';
import { mapTypeName } from './map-type-name.ts';
import { recordOf } from './records.ts';
import type { Skeleton } from './skeleton.ts';
import { renderTsSkeleton, renderTsSubskeleton, type TsMember, type TsParts, type TsSection } from './ts.template.ts';
import { TsTypes } from './ts-types.ts';

/** How a TypeScript skeleton is written. */
export interface TsSkeletonOptions {
  /** What the module imports the runtime from; default `ebpfts`. */
  readonly runtime?: string;
}

/** What the modules import of the runtime and declare themselves. */
const TAKEN = ['Skeleton', 'System', 'LoadOptions', 'decodeBase64', 'ELF'];
const TAKEN_BY_SUB = ['Subskeleton', 'SubskeletonHost'];

/**
 * A TypeScript module that embeds an object and gives a class with libbpf's life cycle, typed from the object's BTF. The
 * class is named after the skeleton.
 * @example
 * import { readFileSync, writeFileSync } from 'node:fs';
 * import { openObject } from 'ebpfts';
 * import { formatTsSkeleton, skeletonOf } from 'ebpfts/gen';
 *
 * const file = 'minimal.bpf.o';
 * const elf = readFileSync(file);
 * const skeleton = skeletonOf(openObject(elf, { name: file }), elf, { file });
 * writeFileSync('minimal.skel.ts', formatTsSkeleton(skeleton));
 */
export function formatTsSkeleton(skeleton: Skeleton, { runtime = 'ebpfts' }: TsSkeletonOptions = {}): string {
  return renderTsSkeleton({
    ...partsOf(skeleton, TAKEN),
    runtime,
    linkNames: programsOf(skeleton).map((program) => program.name),
    elf: encodeBase64(skeleton.elf),
  });
}

/**
 * A TypeScript module by which a library finds its maps, programs and variables in the object that it was linked into,
 * typed from the library's BTF. The class is named after the skeleton.
 */
export function formatTsSubskeleton(skeleton: Skeleton, { runtime = 'ebpfts' }: TsSkeletonOptions = {}): string {
  return renderTsSubskeleton({ ...partsOf(skeleton, TAKEN_BY_SUB), runtime });
}

function partsOf(skeleton: Skeleton, taken: readonly string[]): TsParts {
  const { file, name, object } = skeleton;
  const className = new NameScope(taken).unique(pascalCase(name.replace(/_bpf$/, '')));
  const types = new TsTypes(object.btf, [...taken, className]);
  return {
    file,
    name,
    className,
    maps: mapMembers(skeleton, types),
    programs: programsOf(skeleton).map((program) => ({
      name: propertyName(program.name),
      comment: `\`SEC("${program.autoload ? '' : '?'}${program.section}")\``,
      value: `this.program(${quoted(program.name)})`,
    })),
    records: uniqueBy(skeleton.records, (record) => record.name).map((record) => ({
      name: propertyName(record.name),
      comment: `\`${record.kind === 'STRUCT' ? 'struct' : 'union'} ${record.name}\``,
      value: `this.type<${types.ofType(record.id, record.size)}>(${quoted(record.name)})`,
    })),
    sections: dataSections(skeleton, types),
    // Last, when everything has been asked for.
    declarations: types.declarations,
  };
}

const programsOf = ({ object }: Skeleton) => uniqueBy(object.programs, (program) => program.name);

/** Maps of elements; data sections are variables. */
function mapMembers(skeleton: Skeleton, types: TsTypes): TsMember[] {
  const declared = skeleton.maps.filter(({ spec }) => ['btf', 'legacy', 'struct_ops'].includes(spec.origin));
  return uniqueBy(declared, ({ spec }) => spec.name).map(({ spec }) => ({
    name: propertyName(spec.name),
    comment: `\`${mapTypeName(spec.type)}\`${capacity(spec)}`,
    value: mapValue(spec, skeleton, types),
  }));
}

function capacity({ type, maxEntries }: MapSpec): string {
  if (maxEntries === 0 || type === M.BPF_MAP_TYPE_STRUCT_OPS) return '';
  if (type === M.BPF_MAP_TYPE_RINGBUF || type === M.BPF_MAP_TYPE_USER_RINGBUF) return `, ${maxEntries} bytes`;
  return maxEntries === 1 ? ', 1 entry' : `, at most ${maxEntries} entries`;
}

function mapValue(map: MapSpec, skeleton: Skeleton, types: TsTypes): string {
  const { btf } = skeleton.object;
  const name = quoted(map.name);
  const key = () => types.ofShape(keyShape(btf, map));
  const value = () => types.ofShape(valueShape(btf, map));
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
      return `this.ringBuffer${recordArguments(map, skeleton, types)}`;
    case M.BPF_MAP_TYPE_PERF_EVENT_ARRAY:
      return `this.perfBuffer${recordArguments(map, skeleton, types)}`;
    case M.BPF_MAP_TYPE_USER_RINGBUF:
    case M.BPF_MAP_TYPE_BLOOM_FILTER:
    case M.BPF_MAP_TYPE_STRUCT_OPS:
    case M.BPF_MAP_TYPE_ARENA:
      return `this.opaqueMap(${name})`;
    default:
      return `this.map<${key()}, ${value()}>(${name})`;
  }
}

function recordArguments(map: MapSpec, skeleton: Skeleton, types: TsTypes): string {
  const record = recordOf(map, skeleton);
  if (record === undefined || record.name === '') return `(${quoted(map.name)})`;
  return `<${types.ofType(record.id, record.size)}>(${quoted(map.name)}, ${quoted(record.name)})`;
}

/** Sections of variables, each under a name of its own. */
function dataSections({ maps }: Skeleton, types: TsTypes): TsSection[] {
  const taken = new Set<string>();
  return maps.flatMap(({ spec, section }) => {
    if (section === undefined || spec.origin === 'btf') return [];
    const readonly = spec.origin === 'kconfig' ? 'readonly ' : '';
    const shown = uniqueBy(section.variables, (variable) => variable.name).filter(({ isKeeper }) => !isKeeper);
    if (shown.length === 0) return [];
    const variables = shown.map(({ name, typeId, size }) => ({
      name,
      field: `${readonly}${propertyName(name)}: ${types.ofType(typeId, size)};`,
    }));
    let name = identifier(section.name.replace(/^\./, ''));
    while (taken.has(name)) name += '_';
    taken.add(name);
    return [{ name, section: section.name, origin: spec.origin, variables }];
  });
}
