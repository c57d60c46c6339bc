import type { Btf, BtfCoreRelo, BtfId } from '../../btf/index.ts';
import { BTF_KIND, kindName, sizeOf, skipModifiersAndTypedefs } from '../../btf/index.ts';
import { type CoreFailure, failure, isFailure } from './failure.ts';
import { coreKind, coreSubject } from './kinds.ts';

/** Most steps that an access can have. */
export const SPEC_LENGTH_MAX = 64;

/** A step of an access that a C programmer would write: a named member, or an array index. */
export interface CoreAccessor {
  /** The composite that has the member, or the array's element type. */
  readonly type: BtfId;
  /** Position of the member, or array index. */
  readonly index: number;
  /** The member's or enumerator's name; undefined for an index. */
  readonly name: string | undefined;
}

/** An access string resolved in one BTF: `dev->ifalias[3].x` as types, steps and a bit offset. */
export interface CoreSpec {
  readonly btf: Btf;
  readonly root: BtfId;
  /** `enum bpf_core_relo_kind` */
  readonly kind: number;
  readonly accessors: CoreAccessor[];
  /** The access string's numbers, one a step, through anonymous members too. */
  readonly raw: number[];
  bitOffset: number;
}

export function emptySpec(btf: Btf, root: BtfId, kind: number): CoreSpec {
  return { btf, root, kind, accessors: [], raw: [], bitOffset: 0 };
}

/** Whether an array without elements ends its struct, so that any index is inside. */
export function isFlexibleArray(btf: Btf, accessor: CoreAccessor | undefined, count: number): boolean {
  if (accessor?.name === undefined || count > 0) return false;
  return accessor.index === btf.vlenOf(accessor.type) - 1;
}

/** One member of a composite, read flat. */
export interface MemberPlace {
  /** String offset; 0 where it has none. */
  readonly name: number;
  readonly type: BtfId;
  readonly bitOffset: number;
  readonly bitfieldSize: number;
}

export function memberAt(btf: Btf, composite: BtfId, position: number): MemberPlace {
  const at = btf.index[composite] + 3 + 3 * position;
  const offset = btf.words[at + 2];
  const flag = btf.flagOf(composite);
  return {
    name: btf.words[at],
    type: btf.words[at + 1],
    bitOffset: flag ? offset & 0xff_ffff : offset,
    bitfieldSize: flag ? offset >>> 24 : 0,
  };
}

export function isCompositeKind(kind: number): boolean {
  return kind === BTF_KIND.STRUCT || kind === BTF_KIND.UNION;
}

export function isEnumKind(kind: number): boolean {
  return kind === BTF_KIND.ENUM || kind === BTF_KIND.ENUM64;
}

/** Element type, index type and count of an ARRAY. */
export function arrayOf(btf: Btf, id: BtfId): { element: BtfId; index: BtfId; count: number } {
  const at = btf.index[id];
  return { element: btf.words[at + 3], index: btf.words[at + 4], count: btf.words[at + 5] };
}

/** Name of an enumerator of an ENUM or ENUM64. */
export function enumeratorName(btf: Btf, id: BtfId, position: number): string {
  const step = btf.kindOf(id) === BTF_KIND.ENUM ? 2 : 3;
  return btf.strings.at(btf.words[btf.index[id] + 3 + step * position]);
}

/** Value of an enumerator as the 64 bits that a relocation writes: a 32-bit one is widened with its sign. */
export function enumeratorValue(btf: Btf, id: BtfId, position: number): bigint {
  if (btf.kindOf(id) === BTF_KIND.ENUM) {
    return BigInt.asUintN(64, BigInt(btf.words[btf.index[id] + 3 + 2 * position + 1] | 0));
  }
  const at = btf.index[id] + 3 + 3 * position;
  return (BigInt(btf.words[at + 2]) << 32n) | BigInt(btf.words[at + 1]);
}

/** The local side of a relocation: its record's access string resolved in the object's own BTF. */
export function parseSpec(btf: Btf, relo: BtfCoreRelo): CoreSpec | CoreFailure {
  const text = btf.strings.at(relo.accessString);
  const spec = emptySpec(btf, relo.typeId, relo.kind);
  const subject = coreSubject(relo.kind);
  if (subject === 'type') {
    return text === '0' ? spec : failure('EINVAL', `access string '${text}' of a type relocation, wanted '0'`);
  }
  const raw = parseAccessString(text);
  if (isFailure(raw)) return raw;
  spec.raw.push(...raw);
  const root = skipModifiersAndTypedefs(btf, relo.typeId);
  if (subject === 'enumerator') return parseEnumerator(spec, root);
  spec.accessors.push({ type: root, index: raw[0], name: undefined });
  if (subject !== 'field') return failure('EINVAL', `relocation kind ${relo.kind} is not known`);
  return walkLocal(spec, root);
}

function parseAccessString(text: string): number[] | CoreFailure {
  if (!/^\d+(:\d+)*$/.test(text)) return failure('EINVAL', `access string '${text}' is no list of numbers`);
  const raw = text.split(':').map(Number);
  if (raw.length > SPEC_LENGTH_MAX) {
    return failure('E2BIG', `access string has ${raw.length} steps, at most ${SPEC_LENGTH_MAX}`);
  }
  return raw.some((index) => index > 0x7fff_ffff) ? failure('EINVAL', `access string '${text}' is out of range`) : raw;
}

function parseEnumerator(spec: CoreSpec, root: BtfId): CoreSpec | CoreFailure {
  const { btf, raw } = spec;
  if (!isEnumKind(btf.kindOf(root)) || raw.length > 1 || raw[0] >= btf.vlenOf(root)) {
    return failure('EINVAL', `[${root}] ${kindName(btf.kindOf(root))} has no enumerator ${raw.join(':')}`);
  }
  spec.accessors.push({ type: root, index: raw[0], name: enumeratorName(btf, root, raw[0]) });
  return spec;
}

function walkLocal(spec: CoreSpec, root: BtfId): CoreSpec | CoreFailure {
  const { btf, raw, accessors } = spec;
  const rootSize = sizeOf(btf, root);
  if (rootSize === undefined) return failure('EINVAL', `[${root}] ${kindName(btf.kindOf(root))} has no size`);
  spec.bitOffset = bits(raw[0], rootSize);
  let id = root;
  for (let step = 1; step < raw.length; step++) {
    id = skipModifiersAndTypedefs(btf, id);
    const position = raw[step];
    const kind = btf.kindOf(id);
    if (isCompositeKind(kind)) {
      if (position >= btf.vlenOf(id)) {
        return failure('EINVAL', `[${id}] ${btf.nameOf(id)} has ${btf.vlenOf(id)} members, none at ${position}`);
      }
      const member = memberAt(btf, id, position);
      spec.bitOffset = (spec.bitOffset + member.bitOffset) >>> 0;
      if (member.name !== 0) {
        const name = btf.strings.at(member.name);
        if (name === '') return failure('EINVAL', `[${id}] member ${position} has an empty name`);
        accessors.push({ type: id, index: position, name });
      }
      id = member.type;
    } else if (kind === BTF_KIND.ARRAY) {
      const array = arrayOf(btf, id);
      const flexible = isFlexibleArray(btf, accessors.at(-1), array.count);
      if (!flexible && position >= array.count) {
        return failure('EINVAL', `[${id}] ARRAY has ${array.count} elements, none at ${position}`);
      }
      id = skipModifiersAndTypedefs(btf, array.element);
      accessors.push({ type: id, index: position, name: undefined });
      const size = sizeOf(btf, id);
      if (size === undefined) return failure('EINVAL', `[${id}] ${kindName(btf.kindOf(id))} has no size`);
      spec.bitOffset = (spec.bitOffset + bits(position, size)) >>> 0;
    } else {
      return failure(
        'EINVAL',
        `relo for [${spec.root}] ${raw.join(':')} (at idx ${step}) captures type [${id}] of unexpected kind ${specKindName(kind)}`,
      );
    }
  }
  return spec;
}

/** Bits that `index` elements of `size` bytes take, in the 32 bits that libbpf keeps. */
export function bits(index: number, size: number): number {
  return Number(BigInt.asUintN(32, BigInt(index) * BigInt(size) * 8n));
}

/** libbpf's spelling of a kind in its log. */
export function specKindName(kind: number): string {
  return kind > BTF_KIND.ENUM64 ? 'unknown' : kindName(kind).toLowerCase();
}

/** The spec as libbpf's log prints it: `<byte_off> [7] struct foo.a.b[1] (0:0:3:1 @ offset 24)`. */
export function formatSpec(spec: CoreSpec): string {
  const { btf, root, kind, accessors, raw, bitOffset } = spec;
  const name = btf.nameOf(root);
  const head = `<${coreKind(kind)}> [${root}] ${specKindName(btf.kindOf(root))} ${name === '' ? '<anon>' : name}`;
  const subject = coreSubject(kind);
  if (subject === 'enumerator') return head + formatEnumerator(spec);
  if (subject !== 'field') return head;
  const path = accessors
    .map(({ name: member, index }, i) => (member !== undefined ? `.${member}` : i > 0 || index > 0 ? `[${index}]` : ''))
    .join('');
  const rest = bitOffset % 8 === 0 ? '' : `.${bitOffset % 8}`;
  return `${head}${path} (${raw.join(':')} @ offset ${Math.floor(bitOffset / 8)}${rest})`;
}

/** Of an enum that has none of that name: its first enumerator. */
function formatEnumerator({ btf, root, raw: [position = 0] }: CoreSpec): string {
  const id = skipModifiersAndTypedefs(btf, root);
  const kind = btf.kindOf(id);
  if (!isEnumKind(kind) || position >= btf.vlenOf(id)) return '';
  const bits = kind === BTF_KIND.ENUM ? 32 : 64;
  const value = enumeratorValue(btf, id, position);
  const shown = btf.flagOf(id) ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
  return `::${enumeratorName(btf, id, position)} = ${shown}`;
}
