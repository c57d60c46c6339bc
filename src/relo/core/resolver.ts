import type { Btf, BtfCoreRelo, BtfId } from '../../btf/index.ts';
import type { Insns } from '../../isa/index.ts';
import { Budget, STEPS_PER_RELOCATION } from './budget.ts';
import { type Candidate, type CandidateSources, findCandidates } from './candidates.ts';
import { type CoreFailure, failure, isFailure } from './failure.ts';
import { type CoreKind, coreKind } from './kinds.ts';
import { type MatchFailure, matchSpec } from './match.ts';
import { nearestNames } from './nearest.ts';
import { type CoreDecision, patchInsn } from './patch.ts';
import { type CoreSpec, formatSpec, parseSpec, specKindName } from './spec.ts';
import { type CoreValue, coreValue, POISON, sizeChangeBreaks } from './value.ts';

/** One CO-RE record and the instruction that it patches. */
export interface CoreRequest {
  /** The instructions of the function, before it is linked with others; patched in place. */
  readonly insns: Insns;
  /** Slot in `insns`. */
  readonly at: number;
  readonly relo: BtfCoreRelo;
}

/** A candidate and how it fared. */
export interface CoreCandidateReport {
  /** As libbpf's log prints the spec in the target, as far as it could be followed. */
  readonly spec: string;
  readonly id: BtfId;
  readonly matches: boolean;
}

/** A record followed in the object and, where a candidate matches, in the target. */
export interface CoreFound {
  readonly local: CoreSpec;
  /** The first candidate that matched; undefined where none did. */
  readonly target: CoreSpec | undefined;
}

/** What was asked, what matched and what was patched. */
export interface CoreReport {
  readonly kind: CoreKind;
  readonly accessString: string;
  /** As libbpf's log prints it, e.g. `<byte_off> [7] struct task_struct.pid (0:78 @ offset 1252)`. */
  readonly localSpec: string;
  /** The same in the target; undefined where nothing matched. */
  readonly targetSpec: string | undefined;
  readonly candidates: readonly CoreCandidateReport[];
  /** `resolved` also where a question (exists, size of a type) is answered with 0; `failed` ends loading. */
  readonly outcome: 'resolved' | 'poisoned' | 'failed';
  /** What was written, e.g. `off 8 -> 16`; or why it failed. */
  readonly detail: string;
  /** Negative errno with which libbpf gives up; 0 unless `failed`. */
  readonly errno: number;
  /** Names in the target nearest to what was not found; worked out when called. */
  nearest(): string[];
}

/**
 * Relocates the CO-RE records of one object, in the order of its file: as in libbpf, a relocation that some candidates of
 * a type do not match drops these for the relocations of that type after it.
 */
export class CoreResolver {
  readonly #local: Btf;
  readonly #sources: CandidateSources;
  readonly #candidates = new Map<BtfId, Candidate[]>();

  /** @param local the object's BTF */
  constructor(local: Btf, sources: CandidateSources) {
    this.#local = local;
    this.#sources = sources;
  }

  /** Patches one instruction. Never throws for what the object or target holds: see `outcome`. */
  relocate(request: CoreRequest): CoreReport {
    const { insns, at, relo } = request;
    const local = this.#local;
    const base = {
      kind: coreKind(relo.kind),
      accessString: local.strings.at(relo.accessString),
      localSpec: '',
      targetSpec: undefined,
      candidates: [],
      nearest: () => [],
    };
    const failed = (cause: CoreFailure, known: Partial<CoreReport> = {}): CoreReport => {
      return { ...base, ...known, outcome: 'failed', errno: cause.errno, detail: cause.text };
    };
    if (!local.has(relo.typeId)) return failed(failure('EINVAL', `no type [${relo.typeId}] in the object's BTF`));
    const spec = parseSpec(local, relo);
    if (isFailure(spec)) return failed(failure('EINVAL', parseFailureText(local, relo, spec.text)));
    const localSpec = formatSpec(spec);
    const candidates = this.#candidatesOf(spec);
    if (isFailure(candidates)) return failed(candidates, { localSpec });
    const resolution = resolve(spec, candidates, insns.endian);
    const reports = resolution.tried.map(({ spec: tried, matches }) => {
      return { spec: formatSpec(tried), id: tried.root, matches };
    });
    const nearest = () => nearestNames(spec, candidates, this.#sources.target);
    const known = { localSpec, candidates: reports, nearest };
    if (isFailure(resolution.result)) return failed(resolution.result, known);
    const { decision, target } = resolution.result;
    if (target !== undefined) this.#keep(relo.typeId, resolution.tried);
    const patch = patchInsn(insns, at, decision);
    const targetSpec = target === undefined ? undefined : formatSpec(target);
    if (isFailure(patch)) return failed(patch, { ...known, targetSpec });
    const outcome = patch.poisoned ? 'poisoned' : 'resolved';
    return { ...base, ...known, targetSpec, outcome, errno: 0, detail: patch.text };
  }

  /** What a record means in the target; no instruction is looked at. */
  find(relo: BtfCoreRelo): CoreFound | CoreFailure {
    const local = this.#local;
    if (!local.has(relo.typeId)) return failure('EINVAL', `no type [${relo.typeId}] in the object's BTF`);
    const spec = parseSpec(local, relo);
    if (isFailure(spec)) return failure('EINVAL', parseFailureText(local, relo, spec.text));
    const candidates = this.#candidatesOf(spec);
    if (isFailure(candidates)) return candidates;
    const { tried, result } = resolve(spec, candidates, local.endian);
    if (isFailure(result)) return result;
    if (result.target !== undefined) this.#keep(relo.typeId, tried);
    return { local: spec, target: result.target };
  }

  /** Candidates of the root type; the object's own type id needs none. */
  #candidatesOf(spec: CoreSpec): Candidate[] | CoreFailure {
    const { btf, root } = spec;
    if (coreKind(spec.kind) === 'local_type_id') return [];
    const known = this.#candidates.get(root);
    if (known !== undefined) return known;
    if (btf.nameOf(root) === '') {
      return failure('EINVAL', `<${coreKind(spec.kind)}> relocation doesn't support anonymous types`);
    }
    const found = findCandidates(btf, root, this.#sources);
    this.#candidates.set(root, found);
    return found;
  }

  #keep(root: BtfId, tried: readonly { spec: CoreSpec; matches: boolean }[]): void {
    const matching = tried.filter(({ matches }) => matches);
    if (matching.length === 0) return;
    this.#candidates.set(
      root,
      matching.map(({ spec }) => ({ btf: spec.btf, id: spec.root })),
    );
  }
}

function parseFailureText(local: Btf, relo: BtfCoreRelo, cause: string): string {
  const name = local.nameOf(relo.typeId);
  const type = `[${relo.typeId}] ${specKindName(local.kindOf(relo.typeId))} ${name === '' ? '<anon>' : name}`;
  return `parsing ${type} + ${local.strings.at(relo.accessString)} failed: ${cause}`;
}

interface Resolved {
  readonly decision: CoreDecision;
  /** The first candidate that matched; undefined where none did. */
  readonly target: CoreSpec | undefined;
}

interface Resolution {
  readonly tried: { spec: CoreSpec; matches: boolean }[];
  readonly result: Resolved | CoreFailure;
}

/** Tries every candidate; all that match must agree. */
function resolve(local: CoreSpec, candidates: readonly Candidate[], endian: Insns['endian']): Resolution {
  const tried: Resolution['tried'] = [];
  if (coreKind(local.kind) === 'local_type_id') {
    return { tried, result: { decision: localTypeId(local), target: local } };
  }
  const budget = new Budget(STEPS_PER_RELOCATION);
  let chosen: Resolved | undefined;
  for (const candidate of candidates) {
    const match = matchSpec(local, candidate, budget);
    if (isFailure(match)) return { tried, result: matchingFailure(match, tried.length) };
    tried.push(match);
    if (!match.matches) continue;
    const decision = decide(local, match.spec, endian);
    if (isFailure(decision)) return { tried, result: decision };
    const conflict = chosen && disagreement({ decision, target: match.spec }, chosen);
    if (conflict !== undefined) return { tried, result: conflict };
    chosen ??= { decision, target: match.spec };
  }
  if (chosen !== undefined) return { tried, result: chosen };
  const decision = decide(local, undefined, endian);
  return { tried, result: isFailure(decision) ? decision : { decision, target: undefined } };
}

function matchingFailure({ errno, text, spec }: MatchFailure, position: number): CoreFailure {
  if (spec === undefined) return { errno, text };
  return { errno, text: `error matching candidate #${position} ${formatSpec(spec)}: ${errno} (${text})` };
}

function disagreement(other: Resolved, chosen: Resolved): CoreFailure | undefined {
  const offset = other.target?.bitOffset ?? 0;
  const chosenOffset = chosen.target?.bitOffset ?? 0;
  if (offset !== chosenOffset) return failure('EINVAL', `field offset ambiguity: ${offset} != ${chosenOffset}`);
  const [a, b] = [other.decision, chosen.decision];
  if (a.poison === b.poison && a.targetValue === b.targetValue) return undefined;
  const word = ({ poison, targetValue }: CoreDecision) => `${poison ? 'failure' : 'success'} ${targetValue}`;
  return failure('EINVAL', `relocation decision ambiguity: ${word(a)} != ${word(b)}`);
}

function localTypeId({ root }: CoreSpec): CoreDecision {
  const value = BigInt(root);
  return {
    poison: false,
    localValue: value,
    targetValue: value,
    validate: false,
    localSize: 0,
    targetSize: 0,
    sizeChangeBreaks: false,
  };
}

function decide(local: CoreSpec, target: CoreSpec | undefined, endian: Insns['endian']): CoreDecision | CoreFailure {
  const have = coreValue(local.kind, local, endian);
  if (isFailure(have)) return have;
  const want = coreValue(local.kind, target, endian);
  if (isFailure(want)) return want;
  const localValue = have === POISON ? undefined : have;
  const targetValue = want === POISON ? undefined : want;
  const poison = localValue === undefined || targetValue === undefined;
  return {
    poison,
    localValue: localValue?.value ?? 0n,
    targetValue: targetValue?.value ?? 0n,
    validate: localValue?.validate ?? true,
    localSize: localValue?.size ?? 0,
    targetSize: targetValue?.size ?? 0,
    sizeChangeBreaks: !poison && sizeBreaks({ spec: local, value: localValue }, { spec: target, value: targetValue }),
  };
}

interface Side {
  readonly spec: CoreSpec | undefined;
  readonly value: CoreValue | undefined;
}

function sizeBreaks(local: Side, target: Side): boolean {
  if (local.spec === undefined || local.value === undefined) return false;
  if (target.spec === undefined || target.value === undefined) return false;
  return sizeChangeBreaks({ btf: local.spec.btf, value: local.value }, { btf: target.spec.btf, value: target.value });
}
