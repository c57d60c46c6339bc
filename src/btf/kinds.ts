/**
 * Kind numbers of `struct btf_type`.
 * @see Documentation/bpf/btf.rst (v6.12)
 */
export const BTF_KIND = {
  VOID: 0,
  INT: 1,
  PTR: 2,
  ARRAY: 3,
  STRUCT: 4,
  UNION: 5,
  ENUM: 6,
  FWD: 7,
  TYPEDEF: 8,
  VOLATILE: 9,
  CONST: 10,
  RESTRICT: 11,
  FUNC: 12,
  FUNC_PROTO: 13,
  VAR: 14,
  DATASEC: 15,
  FLOAT: 16,
  DECL_TAG: 17,
  TYPE_TAG: 18,
  ENUM64: 19,
} as const;

/** Name of a kind, in the kernel's spelling without `BTF_KIND_`. */
export type BtfKindName = keyof typeof BTF_KIND;

/** Largest kind number known. */
export const BTF_KIND_MAX = BTF_KIND.ENUM64;

const names = Object.keys(BTF_KIND) as BtfKindName[];

/** `INT` for 1 and so on; `UNKN` for what no table has. */
export function kindName(kind: number): BtfKindName | 'UNKN' {
  return names[kind] ?? 'UNKN';
}

/** Linkages of a VAR or FUNC, by their number. */
export const LINKAGES = ['static', 'global', 'extern'] as const;

/** Words of `struct btf_type`, which heads every type. */
export const TYPE_WORDS = 3;

/** What the words of a kind are. */
export interface KindLayout {
  /** Words that follow the head once. */
  readonly info: number;
  /** Words that follow per element (`vlen`). */
  readonly element: number;
}

/** The same of a known kind, with what refers to something. */
export interface KnownLayout extends KindLayout {
  /** Whether the third word of the head is a type id; else it is a size or nothing. */
  readonly third: boolean;
  /** How many of the info words, from the first, are type ids. */
  readonly infoTypes: number;
  /** Word in an element that is a name, or -1. */
  readonly name: number;
  /** Word in an element that is a type id, or -1. */
  readonly type: number;
}

/** All of one shape, which keeps the loops over them fast. */
function layout(known: Partial<KnownLayout>): KnownLayout {
  const { info = 0, element = 0, third = false, infoTypes = 0, name = -1, type = -1 } = known;
  return { info, element, third, infoTypes, name, type };
}

const plain = layout({});
const wraps = layout({ third: true });
const member = layout({ element: 3, name: 0, type: 1 });

/** Layouts of the kinds 0 to 19; kind 0 never occurs in a blob. */
export const KIND_LAYOUTS: readonly KnownLayout[] = [
  plain, // VOID
  layout({ info: 1 }), // INT: encoding, offset and bits
  wraps, // PTR
  layout({ info: 3, infoTypes: 2 }), // ARRAY: element type, index type, count
  member, // STRUCT: name, type, offset
  member, // UNION
  layout({ element: 2, name: 0 }), // ENUM: name, value
  plain, // FWD
  wraps, // TYPEDEF
  wraps, // VOLATILE
  wraps, // CONST
  wraps, // RESTRICT
  wraps, // FUNC
  layout({ third: true, element: 2, name: 0, type: 1 }), // FUNC_PROTO: name, type
  layout({ third: true, info: 1 }), // VAR: linkage
  layout({ element: 3, type: 0 }), // DATASEC: type, offset, size
  plain, // FLOAT
  layout({ third: true, info: 1 }), // DECL_TAG: component index
  wraps, // TYPE_TAG
  layout({ element: 3, name: 0 }), // ENUM64: name, low, high
];

/** Number of elements in the `info` word (of a FUNC, its linkage): 24 bits (16 in blobs before Linux 7, whose upper eight are 0). */
export function infoVlen(info: number): number {
  return info & 0xff_ffff;
}

/** Kind in the `info` word. */
export function infoKind(info: number): number {
  return (info >>> 24) & 0x7f;
}

/** The flag in the `info` word, whose meaning depends on the kind. */
export function infoFlag(info: number): boolean {
  return info >>> 31 === 1;
}

/** The `info` word of its parts. */
export function infoWord(parts: { kind: number; vlen?: number; flag?: boolean }): number {
  return (((parts.flag ? 1 : 0) << 31) | (parts.kind << 24) | (parts.vlen ?? 0)) >>> 0;
}
