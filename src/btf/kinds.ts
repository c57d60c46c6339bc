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

/** Words of `struct btf_type`, which heads every type. */
export const TYPE_WORDS = 3;

/** Per kind: words that follow the head once, and words that follow per element (`vlen`). */
export interface KindLayout {
  readonly info: number;
  readonly element: number;
}

const none: KindLayout = { info: 0, element: 0 };
const pair: KindLayout = { info: 0, element: 2 };
const triple: KindLayout = { info: 0, element: 3 };
const one: KindLayout = { info: 1, element: 0 };

/** Layout of the kinds 0 to 19; kind 0 never occurs in a blob. */
export const KIND_LAYOUTS: readonly KindLayout[] = [
  none, // VOID
  one, // INT: encoding, offset, bits
  none, // PTR
  { info: 3, element: 0 }, // ARRAY: element type, index type, count
  triple, // STRUCT: name, type, offset
  triple, // UNION
  pair, // ENUM: name, value
  none, // FWD
  none, // TYPEDEF
  none, // VOLATILE
  none, // CONST
  none, // RESTRICT
  none, // FUNC
  pair, // FUNC_PROTO: name, type
  one, // VAR: linkage
  triple, // DATASEC: type, offset, size
  none, // FLOAT
  one, // DECL_TAG: component index
  none, // TYPE_TAG
  triple, // ENUM64: name, low, high
];

/** Number of elements in the `info` word: 24 bits (16 in blobs before Linux 7, whose upper eight are 0). */
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
