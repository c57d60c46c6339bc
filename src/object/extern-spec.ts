import type { BtfId } from '../btf/index.ts';

/** The C type of a kconfig extern, as far as it matters for its value. */
export type KconfigKind = 'bool' | 'tristate' | 'char' | 'int' | 'char_array';

interface ExternBase {
  /** Position in `BpfObject.externs`. */
  readonly index: number;
  readonly name: string;
  /** The name without its `___flavour`. */
  readonly essentialName: string;
  /** Not there: 0, or a call that the verifier refuses if it is ever reached. */
  readonly weak: boolean;
  readonly symbolIndex: number;
  /** Its VAR or FUNC in the object's BTF. */
  readonly btfId: BtfId;
}

/** A value of the kernel's configuration, in `.kconfig`. */
export interface KconfigExtern extends ExternBase {
  readonly kind: 'kconfig';
  readonly type: KconfigKind;
  readonly signed: boolean;
  /** Bytes. */
  readonly size: number;
  readonly align: number;
  /** Bytes from the start of the `.kconfig` map's value. */
  readonly offset: number;
}

/** A symbol of the kernel, in `.ksyms`: a variable with or without a type, or a kfunc. */
export interface KsymExtern extends ExternBase {
  readonly kind: 'ksym_typeless' | 'ksym_var' | 'kfunc';
  /** Its type behind modifiers and typedefs, in the object's BTF; 0 if typeless, a FUNC_PROTO for a kfunc. */
  readonly typeId: BtfId;
}

/** Something that an object expects of the kernel. */
export type ExternSpec = KconfigExtern | KsymExtern;
