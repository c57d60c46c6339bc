import type { Btf, BtfId } from '../../btf/index.ts';
import { essentialName } from '../../btf/index.ts';
import { kindsAreCompatible } from './compat.ts';

/** A type of the target that could be the one that the object means. */
export interface Candidate {
  readonly btf: Btf;
  readonly id: BtfId;
}

/** BTF to search: the kernel's, and modules' where the kernel's has no candidate. */
export interface CandidateSources {
  readonly target: Btf;
  /** Asked for only when the kernel's BTF has no candidate. */
  readonly modules?: () => readonly Btf[];
}

/** Types of the target of a compatible kind and the same essential name, in the order in which libbpf finds them. */
export function findCandidates(local: Btf, localId: BtfId, sources: CandidateSources): Candidate[] {
  const name = essentialName(local.nameOf(localId));
  const kind = local.kindOf(localId);
  const within = (btf: Btf): Candidate[] =>
    btf
      .ownIdsByEssentialName(name, kind)
      .filter((id) => kindsAreCompatible(btf.kindOf(id), kind))
      .map((id) => ({ btf, id }));
  const { target } = sources;
  const found = [...(target.base === undefined ? [] : within(target.base)), ...within(target)];
  if (found.length > 0) return found;
  return (sources.modules?.() ?? []).flatMap(within);
}
