import type { Btf } from '../../btf/index.ts';
import { type BpfObject, type FunctionSpec, sourceLine } from '../../object/index.ts';
import { relocateObject } from '../relocate.ts';
import type { RelocationOutcome } from '../report.ts';

/** What came of a reference on one kernel. */
export interface OutcomeSide {
  readonly outcome: RelocationOutcome;
  /** What was written or found, or why not: one line. */
  readonly detail: string;
  /** Of CO-RE, what matched, as libbpf's log prints it; undefined where nothing did. */
  readonly target: string | undefined;
}

/** A reference of an object to the kernel that comes out otherwise on another kernel. */
export interface OutcomeChange {
  /** `attach`: what a program attaches to. */
  readonly kind: 'core' | 'kfunc' | 'ksym' | 'attach';
  /** Of CO-RE, e.g. `byte_off`. */
  readonly coreKind: string | undefined;
  readonly function: string | undefined;
  /** Slot in that function as compiled. */
  readonly insn: number | undefined;
  /** Of CO-RE the local spec, as libbpf's log prints it; else a name. */
  readonly subject: string;
  /** Where it stands in the source, where the object says. */
  readonly source: { readonly file: string; readonly line: number } | undefined;
  readonly before: OutcomeSide;
  readonly after: OutcomeSide;
}

/**
 * Relocates an object against two kernels and tells what does not come out the same: what one has and the other has
 * not, and values that CO-RE adapts. Ids of types, which always differ, do not count.
 */
export function outcomeChanges(object: BpfObject, before: Btf, after: Btf): OutcomeChange[] {
  const old = outcomesOn(object, before);
  const now = outcomesOn(object, after);
  const changes: OutcomeChange[] = [];
  for (const [key, one] of old) {
    const other = now.get(key);
    if (other === undefined || isSame(one, other)) continue;
    const { kind, coreKind, fn, insn, subject } = one;
    const place = fn === undefined || insn === undefined ? undefined : sourceLine(object, fn, insn);
    const source = place && { file: place.file, line: place.line };
    changes.push({ kind, coreKind, function: fn?.name, insn, subject, source, before: one.side, after: other.side });
  }
  return changes;
}

interface Outcome {
  readonly kind: OutcomeChange['kind'];
  readonly coreKind: string | undefined;
  readonly fn: FunctionSpec | undefined;
  readonly insn: number | undefined;
  readonly subject: string;
  readonly side: OutcomeSide;
}

function isSame(one: Outcome, other: Outcome): boolean {
  if (one.side.outcome !== other.side.outcome) return false;
  const isValue = one.kind === 'core' && one.side.outcome === 'resolved' && one.coreKind !== 'target_type_id';
  return !isValue || one.side.detail === other.side.detail;
}

/** By place and kind: the same object asks the same of every kernel. */
function outcomesOn(object: BpfObject, target: Btf): Map<string, Outcome> {
  const { reports, programs } = relocateObject(object, { target, lenient: true });
  const outcomes = new Map<string, Outcome>();
  for (const report of reports) {
    const { kind, insn } = report;
    if (kind !== 'core' && kind !== 'kfunc' && kind !== 'ksym') continue;
    const { function: fn, subject, outcome, detail, core } = report;
    const side = { outcome, detail, target: core?.targetSpec };
    outcomes.set(`${kind} ${fn?.name} ${insn} ${subject}`, { kind, coreKind: core?.kind, fn, insn, subject, side });
  }
  for (const { spec, attach } of programs) {
    if (attach === undefined) continue;
    const [outcome, detail] = 'problem' in attach ? (['failed', attach.problem] as const) : (['resolved', ''] as const);
    outcomes.set(`attach ${spec.name}`, {
      kind: 'attach',
      coreKind: undefined,
      fn: spec,
      insn: undefined,
      subject: spec.attachTarget ?? '',
      side: { outcome, detail, target: undefined },
    });
  }
  return outcomes;
}
