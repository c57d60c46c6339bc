/**
 * Owns: the type graph of BTF: parse, encode, dedup, merge, split BTF and distilled bases, look-up, sizes, raw and C
 * printer, what differs between two of them; `.BTF.ext`.
 * Does not own: the ELF file around a `.BTF` section; values of a type.
 * Reads from: `base`.
 */
export { Btf } from './btf.ts';
export type { CDeclarationStyle } from './c/declarer.ts';
export { CDeclarer } from './c/declarer.ts';
export type { CDumpOptions } from './c/dump.ts';
export { formatBtfC } from './c/dump.ts';
export type { BpftoolForm } from './c/form.ts';
export type { DedupOptions, DedupResult } from './dedup/dedup.ts';
export { dedupBtf } from './dedup/dedup.ts';
export type {
  BtfDiff,
  BtfDiffOptions,
  BtfUses,
  Change,
  CompositeChange,
  DeclarationChange,
  EnumChange,
  EnumeratorChange,
  FieldChange,
  FieldDifference,
  FieldPlace,
  FunctionChange,
  UsesOfBoth,
} from './diff/index.ts';
export { diffBtf } from './diff/index.ts';
export type { DistilledBtf } from './distill.ts';
export { distillBase } from './distill.ts';
export type { EditableVar } from './edit.ts';
export { BtfEditor, LINKAGE_EXTERN, LINKAGE_GLOBAL, LINKAGE_STATIC } from './edit.ts';
export type { BtfBuilderOptions } from './encode.ts';
export { BtfBuilder } from './encode.ts';
export type { NewBtfType } from './encode-type.ts';
export { BtfError } from './errors.ts';
export type { BtfCoreRelo, BtfExt, BtfExtRecords, BtfFuncInfo, BtfLineInfo } from './ext.ts';
export { coreRelos, funcInfos, lineInfos, parseBtfExt } from './ext.ts';
export type { BtfExtRemap } from './ext-encode.ts';
export { encodeBtfExt, remapBtfExt } from './ext-encode.ts';
export type { BtfKindName } from './kinds.ts';
export { BTF_KIND, kindName } from './kinds.ts';
export type { MergeBtfOptions } from './merge.ts';
export { mergeBtf } from './merge.ts';
export type {
  BtfArray,
  BtfComposite,
  BtfDatasec,
  BtfDeclTag,
  BtfEnum,
  BtfEnum64,
  BtfEnumerator,
  BtfEnumerator64,
  BtfFloat,
  BtfFunc,
  BtfFuncProto,
  BtfFwd,
  BtfId,
  BtfInt,
  BtfKind,
  BtfLinkage,
  BtfMember,
  BtfParam,
  BtfRef,
  BtfType,
  BtfTypeOf,
  BtfTypeTag,
  BtfUnknown,
  BtfVar,
  BtfVarInfo,
  BtfVoid,
} from './model.ts';
export { essentialName } from './name-index.ts';
export type { ParseBtfOptions } from './parse.ts';
export { parseBtf } from './parse.ts';
export type { RawJsonOptions, RawOptions } from './raw.ts';
export { formatBtfRaw, formatBtfRawJson, rawChunks, rawJsonChunks } from './raw.ts';
export { relocateToBase } from './rebase.ts';
export { alignOf, isComposite, resolveType, sizeOf, skipModifiers, skipModifiersAndTypedefs } from './resolve.ts';
export type { Shape, ShapeField } from './shape.ts';
export { shapeOf } from './shape.ts';
