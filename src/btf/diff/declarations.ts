import type { Btf } from '../btf.ts';
import { BTF_KIND } from '../kinds.ts';
import type { BtfId } from '../model.ts';
import type { NamedPair } from './names.ts';
import type { Change, Sides } from './sides.ts';
import { functionText, typeText } from './type-text.ts';

/** A typedef, function or variable that changed, as C declares it on either side. */
export interface DeclarationChange {
  readonly name: string;
  readonly change: Change;
  /** Undefined where it was added. */
  readonly before: string | undefined;
  /** Undefined where it was removed. */
  readonly after: string | undefined;
}

/** A function that changed. */
export interface FunctionChange extends DeclarationChange {
  /** Whether BPF programs can call it, on either side. */
  readonly kfuncBefore: boolean;
  readonly kfuncAfter: boolean;
}

export function typedefChange(sides: Sides, pair: NamedPair): DeclarationChange | undefined {
  return declarationChange(sides, pair, (btf, id) => typeText(btf, btf.third(id)));
}

export function variableChange(sides: Sides, pair: NamedPair): DeclarationChange | undefined {
  return declarationChange(sides, pair, (btf, id) => typeText(btf, btf.third(id), pair.name));
}

/** Which functions of a BTF BPF programs can call. */
export type Kfuncs = ReadonlySet<BtfId>;

/** Functions that are tagged as kfuncs; kernels before Linux 6.10 tag none. */
export function taggedKfuncs(btf: Btf): Kfuncs {
  const kfuncs = new Set<BtfId>();
  for (let id = btf.firstId; id < btf.typeCount; id++) {
    if (btf.kindOf(id) !== BTF_KIND.DECL_TAG || btf.words[btf.index[id] + 3] !== 0xffff_ffff) continue;
    if (btf.strings.equals(btf.words[btf.index[id]], 'bpf_kfunc')) kfuncs.add(btf.third(id));
  }
  return kfuncs;
}

/** How two functions differ: in their prototypes, or in that only one is a kfunc where both BTFs tag kfuncs. */
export function functionChange(
  sides: Sides,
  pair: NamedPair,
  kfuncs: { readonly before: Kfuncs; readonly after: Kfuncs },
): FunctionChange | undefined {
  const { name, before, after } = pair;
  const kfuncBefore = before !== undefined && kfuncs.before.has(before);
  const kfuncAfter = after !== undefined && kfuncs.after.has(after);
  const bothTag = kfuncs.before.size > 0 && kfuncs.after.size > 0;
  const change = declarationChange(sides, pair, functionText);
  if (change !== undefined) return { ...change, kfuncBefore, kfuncAfter };
  if (before === undefined || after === undefined || !bothTag || kfuncBefore === kfuncAfter) return undefined;
  const texts = { before: functionText(sides.before, before), after: functionText(sides.after, after) };
  return { name, change: 'changed', ...texts, kfuncBefore, kfuncAfter };
}

function declarationChange(
  sides: Sides,
  { name, before, after }: NamedPair,
  text: (btf: Btf, id: BtfId) => string,
): DeclarationChange | undefined {
  const textBefore = () => (before === undefined ? undefined : text(sides.before, before));
  const textAfter = () => (after === undefined ? undefined : text(sides.after, after));
  if (before === undefined || after === undefined) {
    return { name, change: before === undefined ? 'added' : 'removed', before: textBefore(), after: textAfter() };
  }
  if (sides.types.same(sides.before.third(before), sides.after.third(after))) return undefined;
  return { name, change: 'changed', before: textBefore(), after: textAfter() };
}
