import type {
  BtfDiff,
  CompositeChange,
  DeclarationChange,
  EnumChange,
  FieldChange,
  FieldPlace,
  FunctionChange,
} from '../../btf/index.ts';
import type { Json } from './json.ts';

/** Version of the JSON form: a new one where a reader of an older one would go wrong. */
const FORM_VERSION = 1;

/** The parts of a comparison in JSON. @see docs/btf-diff.md */
export function btfDiffJson(diff: BtfDiff, paths: { readonly before: string; readonly after: string }) {
  return {
    version: FORM_VERSION,
    ...paths,
    structs: diff.composites.map(compositeJson),
    enums: diff.enums.map(enumJson),
    typedefs: diff.typedefs.map(declarationJson),
    functions: diff.functions.map(functionJson),
    variables: diff.variables.map(declarationJson),
  };
}

function compositeJson({ kind, name, isTypedef, change, sizeBefore, sizeAfter, fields }: CompositeChange): Json {
  return {
    kind,
    name,
    typedef: isTypedef,
    change,
    size_before: sizeBefore,
    size_after: sizeAfter,
    fields: change === 'changed' ? fields.map(fieldJson) : undefined,
  };
}

function fieldJson({ changes, before, after }: FieldChange): Json {
  return { changes, before: before && placeJson(before), after: after && placeJson(after) };
}

function placeJson({ path, type, bitOffset, bits, bitfield }: FieldPlace): Json {
  return { path, type, bit_offset: bitOffset, bits, bitfield };
}

function enumJson({ name, change, sizeBefore, sizeAfter, values }: EnumChange): Json {
  return {
    name: name === '' ? null : name,
    change,
    size_before: sizeBefore,
    size_after: sizeAfter,
    values:
      change === 'changed'
        ? values.map((value) => ({
            change: value.change,
            name: value.name,
            name_after: value.nameAfter,
            before: value.before,
            after: value.after,
          }))
        : undefined,
  };
}

function declarationJson({ name, change, before, after }: DeclarationChange): { [name: string]: Json | undefined } {
  return { name, change, before, after };
}

function functionJson(change: FunctionChange): Json {
  const { kfuncBefore, kfuncAfter } = change;
  return { ...declarationJson(change), kfunc_before: kfuncBefore, kfunc_after: kfuncAfter };
}
