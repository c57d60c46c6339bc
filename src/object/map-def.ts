import type { Btf, BtfComposite, BtfId, BtfMember } from '../btf/index.ts';
import { resolveType, sizeOf, skipModifiersAndTypedefs } from '../btf/index.ts';
import { bpf_map_type } from '../uapi/index.ts';
import { errMap } from './errors.ts';

/** What the struct behind a variable of `.maps` says. */
export interface MapDef {
  type: number;
  keySize: number;
  valueSize: number;
  maxEntries: number;
  flags: number;
  mapExtra: bigint;
  numaNode: number;
  keyTypeId: BtfId;
  valueTypeId: BtfId;
  pinning: 'none' | 'by_name';
  inner: MapDef | undefined;
}

/** Which map's definition is read, and how. */
export interface MapDefContext {
  /** Name of the map, for messages. */
  readonly map: string;
  readonly btf: Btf;
  /** Unknown attributes are an error. */
  readonly strict: boolean;
  /** The definition is that of the maps inside a map of maps. */
  readonly isInner: boolean;
}

const PIN_NONE = 0;
const PIN_BY_NAME = 1;

/** Whether elements of that map type are maps. */
export function isMapInMap(type: number): boolean {
  return type === bpf_map_type.BPF_MAP_TYPE_ARRAY_OF_MAPS || type === bpf_map_type.BPF_MAP_TYPE_HASH_OF_MAPS;
}

/**
 * Reads a map definition: each member of the struct is an attribute whose value is coded in its type.
 * @throws {ObjectError} `OBJECT_MAP`
 * @see https://docs.kernel.org/bpf/libbpf/libbpf_overview.html
 */
export function parseMapDef(context: MapDefContext, struct: BtfComposite): MapDef {
  const def: MapDef = {
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
    inner: undefined,
  };
  struct.members.forEach((member, i) => {
    parseAttribute(context, { def, member, isLast: i === struct.members.length - 1 });
  });
  if (def.type === 0) throw errMap(context.map, "map type isn't specified");
  return def;
}

interface Attribute {
  readonly def: MapDef;
  readonly member: BtfMember;
  readonly isLast: boolean;
}

function parseAttribute(context: MapDefContext, { def, member, isLast }: Attribute): void {
  switch (member.name) {
    case 'type':
      def.type = readInt(context, member);
      return;
    case 'max_entries':
      def.maxEntries = readInt(context, member);
      return;
    case 'map_flags':
      def.flags = readInt(context, member);
      return;
    case 'numa_node':
      def.numaNode = readInt(context, member);
      return;
    case 'map_extra':
      def.mapExtra = readLong(context, member);
      return;
    case 'key_size':
      def.keySize = agree(context, 'key', { known: def.keySize, size: readInt(context, member) });
      return;
    case 'value_size':
      def.valueSize = agree(context, 'value', { known: def.valueSize, size: readInt(context, member) });
      return;
    case 'key':
      def.keyTypeId = readPointee(context, member);
      def.keySize = agree(context, 'key', { known: def.keySize, size: sizeOfAttribute(context, 'key', def.keyTypeId) });
      return;
    case 'value':
      def.valueTypeId = readPointee(context, member);
      def.valueSize = agree(context, 'value', {
        known: def.valueSize,
        size: sizeOfAttribute(context, 'value', def.valueTypeId),
      });
      return;
    case 'values':
      parseValues(context, { def, member, isLast });
      return;
    case 'pinning':
      def.pinning = readPinning(context, member);
      return;
    default:
      if (context.strict) throw errMap(context.map, `unknown field '${member.name}'`);
  }
}

/** `__uint(name, N)`: a pointer to an array of N elements. */
function readInt({ map, btf }: MapDefContext, member: BtfMember): number {
  const pointer = resolveType(btf, member.type);
  if (pointer.kind !== 'PTR') throw errMap(map, `attr '${member.name}': expected PTR, got ${pointer.kind}`);
  const array = btf.typeById(pointer.type);
  if (array.kind !== 'ARRAY') throw errMap(map, `attr '${member.name}': expected ARRAY, got ${array.kind}`);
  return array.count;
}

/** `__ulong(name, N)`: an enum with N as its only value; `__uint` does as well. */
function readLong(context: MapDefContext, member: BtfMember): bigint {
  const type = resolveType(context.btf, member.type);
  if (type.kind === 'PTR') return BigInt(readInt(context, member));
  if (type.kind !== 'ENUM' && type.kind !== 'ENUM64') {
    throw errMap(context.map, `attr '${member.name}': expected ENUM or ENUM64, got ${type.kind}`);
  }
  if (type.values.length !== 1) throw errMap(context.map, `attr '${member.name}': invalid __ulong`);
  return BigInt.asUintN(64, BigInt(type.values[0].value));
}

/** `__type(name, T)`: a pointer to T. */
function readPointee({ map, btf }: MapDefContext, member: BtfMember): BtfId {
  const type = btf.typeById(member.type);
  if (type.kind !== 'PTR') throw errMap(map, `${member.name} spec is not PTR: ${type.kind}`);
  return type.type;
}

function sizeOfAttribute({ map, btf }: MapDefContext, what: string, id: BtfId): number {
  const size = sizeOf(btf, id);
  if (size === undefined) throw errMap(map, `can't determine ${what} size for type [${id}]`);
  return size;
}

function agree({ map }: MapDefContext, what: string, { known, size }: { known: number; size: number }): number {
  if (known !== 0 && known !== size) throw errMap(map, `conflicting ${what} size ${known} != ${size}`, { known, size });
  return size;
}

function readPinning(context: MapDefContext, member: BtfMember): 'none' | 'by_name' {
  if (context.isInner) throw errMap(context.map, "inner def can't be pinned");
  const value = readInt(context, member);
  if (value !== PIN_NONE && value !== PIN_BY_NAME) throw errMap(context.map, `invalid pinning value ${value}`);
  return value === PIN_BY_NAME ? 'by_name' : 'none';
}

/** `__array(values, T)`: what a map of maps or a program array holds. */
function parseValues(context: MapDefContext, { def, member, isLast }: Attribute): void {
  const { map, btf } = context;
  const isProgArray = def.type === bpf_map_type.BPF_MAP_TYPE_PROG_ARRAY;
  const what = isProgArray ? 'prog-array value' : 'map-in-map inner';
  if (context.isInner) throw errMap(map, 'multi-level inner maps not supported');
  if (!isLast) throw errMap(map, "'values' member should be last");
  if (!isMapInMap(def.type) && !isProgArray) throw errMap(map, 'should be map-in-map or prog-array');
  def.valueSize = agree(context, 'value', { known: def.valueSize, size: 4 });
  const array = btf.typeById(member.type);
  if (array.kind !== 'ARRAY' || array.count !== 0) throw errMap(map, `${what} spec is not a zero-sized array`);
  const pointer = resolveType(btf, array.type);
  if (pointer.kind !== 'PTR') throw errMap(map, `${what} def is of unexpected kind ${pointer.kind}`);
  const element = btf.typeById(skipModifiersAndTypedefs(btf, pointer.type));
  if (element.kind !== (isProgArray ? 'FUNC_PROTO' : 'STRUCT')) {
    throw errMap(map, `${what} def is of unexpected kind ${element.kind}`);
  }
  if (element.kind === 'STRUCT') def.inner = parseMapDef({ ...context, map: `${map}.inner`, isInner: true }, element);
}
