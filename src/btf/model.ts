/** Index of a type in its BTF: 0 is `void`, ids of a split BTF go on where its base ends. */
export type BtfId = number;

interface BtfBase<K extends string> {
  readonly kind: K;
  readonly id: BtfId;
  /** Empty where the type has none. */
  readonly name: string;
}

/** Type 0: no value. */
export interface BtfVoid extends BtfBase<'VOID'> {}

/** An integer, a character or a bool. */
export interface BtfInt extends BtfBase<'INT'> {
  /** Bytes. */
  readonly size: number;
  readonly signed: boolean;
  readonly char: boolean;
  readonly bool: boolean;
  /** First bit of the value inside its storage; 0 but in very old bitfields. */
  readonly bitsOffset: number;
  /** Bits of the value; less than `8 * size` only in very old bitfields. */
  readonly bits: number;
}

/** Kinds that only wrap another type. */
export interface BtfRef extends BtfBase<'PTR' | 'TYPEDEF' | 'VOLATILE' | 'CONST' | 'RESTRICT'> {
  readonly type: BtfId;
}

/** `btf_type_tag(name)` on what a pointer points to. */
export interface BtfTypeTag extends BtfBase<'TYPE_TAG'> {
  readonly type: BtfId;
  /** An `__attribute__((name))` other than `btf_type_tag(name)`. */
  readonly attribute: boolean;
}

/** An array of `count` elements. */
export interface BtfArray extends BtfBase<'ARRAY'> {
  readonly type: BtfId;
  readonly indexType: BtfId;
  readonly count: number;
}

/** A member of a struct or union. */
export interface BtfMember {
  readonly name: string;
  readonly type: BtfId;
  /** Bits from the start of the struct. */
  readonly bitOffset: number;
  /** Bits of a bitfield, else 0. */
  readonly bitfieldSize: number;
}

/** A struct or union. */
export interface BtfComposite extends BtfBase<'STRUCT' | 'UNION'> {
  /** Bytes. */
  readonly size: number;
  /** Whether member offsets carry bitfield sizes; kept so that a re-encoded type equals the original. */
  readonly bitfields: boolean;
  readonly members: readonly BtfMember[];
}

/** An enumerator of at most 32 bits. */
export interface BtfEnumerator {
  readonly name: string;
  readonly value: number;
}

/** An enum whose values have at most 32 bits. */
export interface BtfEnum extends BtfBase<'ENUM'> {
  /** Bytes. */
  readonly size: number;
  readonly signed: boolean;
  readonly values: readonly BtfEnumerator[];
}

/** An enumerator of 64 bits. */
export interface BtfEnumerator64 {
  readonly name: string;
  readonly value: bigint;
}

/** An enum with a value of more than 32 bits. */
export interface BtfEnum64 extends BtfBase<'ENUM64'> {
  /** Bytes. */
  readonly size: number;
  readonly signed: boolean;
  readonly values: readonly BtfEnumerator64[];
}

/** A struct or union of which only the name is known. */
export interface BtfFwd extends BtfBase<'FWD'> {
  readonly fwdKind: 'struct' | 'union';
}

/** `BTF_FUNC_STATIC`, `_GLOBAL`, `_EXTERN`, and of variables `BTF_VAR_STATIC`, `_GLOBAL_ALLOCATED`, `_GLOBAL_EXTERN`. */
export type BtfLinkage = 'static' | 'global' | 'extern';

/** A function by name. */
export interface BtfFunc extends BtfBase<'FUNC'> {
  /** Its FUNC_PROTO. */
  readonly type: BtfId;
  /** A number where the blob says none of the three. */
  readonly linkage: BtfLinkage | number;
}

/** A parameter of a FUNC_PROTO. */
export interface BtfParam {
  readonly name: string;
  /** 0 with an empty name in last place means `...` */
  readonly type: BtfId;
}

/** What a function takes and returns. */
export interface BtfFuncProto extends BtfBase<'FUNC_PROTO'> {
  readonly returnType: BtfId;
  readonly params: readonly BtfParam[];
}

/** A variable. */
export interface BtfVar extends BtfBase<'VAR'> {
  readonly type: BtfId;
  /** A number where the blob says none of the three. */
  readonly linkage: BtfLinkage | number;
}

/** A variable's place in its section. */
export interface BtfVarInfo {
  /** A VAR, or a FUNC in `.ksyms`. */
  readonly type: BtfId;
  /** Bytes from the start of the section. */
  readonly offset: number;
  /** Bytes. */
  readonly size: number;
}

/** A section of variables. */
export interface BtfDatasec extends BtfBase<'DATASEC'> {
  /** Bytes; 0 until the linker or loader knows it. */
  readonly size: number;
  readonly vars: readonly BtfVarInfo[];
}

/** A floating-point number. */
export interface BtfFloat extends BtfBase<'FLOAT'> {
  /** Bytes. */
  readonly size: number;
}

/** `btf_decl_tag(name)` on a declaration, or on one of its members or parameters. */
export interface BtfDeclTag extends BtfBase<'DECL_TAG'> {
  /** The type that is tagged. */
  readonly type: BtfId;
  /** Member or parameter that is tagged; -1 is the whole type. */
  readonly componentIndex: number;
  /** An `__attribute__((name))` other than `btf_decl_tag(name)`. */
  readonly attribute: boolean;
}

/** A kind of a newer kernel that the blob's layout section lets us skip. */
export interface BtfUnknown extends BtfBase<'UNKN'> {
  readonly kindNumber: number;
  /** Everything of it, in 32-bit words. */
  readonly words: readonly number[];
}

/** One type of a BTF, told apart by `kind`. */
export type BtfType =
  | BtfVoid
  | BtfInt
  | BtfRef
  | BtfTypeTag
  | BtfArray
  | BtfComposite
  | BtfEnum
  | BtfEnum64
  | BtfFwd
  | BtfFunc
  | BtfFuncProto
  | BtfVar
  | BtfDatasec
  | BtfFloat
  | BtfDeclTag
  | BtfUnknown;

/** Any kind's name. */
export type BtfKind = BtfType['kind'];

/** The shape of the types of kind `K`. */
export type BtfTypeOf<K extends BtfKind> = BtfType extends infer T
  ? T extends { readonly kind: infer Kinds }
    ? K extends Kinds
      ? T & { readonly kind: K }
      : never
    : never
  : never;
