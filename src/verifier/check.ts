import { formatInsn, type Insns, type ProgramFacts } from '../isa/index.ts';
import { errno } from '../uapi/index.ts';
import { analyse } from './facts/analyse.ts';
import { checkHelperVersions, checkInsnVersions } from './insn-versions.ts';
import type { CheckedMap, CheckOptions } from './options.ts';
import type { Refusal } from './refusal.ts';
import { checkStackDepth } from './stack-depth.ts';
import { checkJumps, checkReachable, checkSubprograms } from './subprograms.ts';
import { resolveWide } from './wide.ts';

/** Instructions of one program at most: BPF_COMPLEXITY_LIMIT_INSNS. */
const MAX_INSNS = 1_000_000;

/** The answer: the kernel's, with the log that it writes. */
export type CheckResult<M extends CheckedMap = CheckedMap> =
  | { readonly verdict: 'accepted'; readonly log: string; readonly facts: ProgramFacts<M> }
  | {
      readonly verdict: 'rejected';
      /** Negative errno. */
      readonly errno: number;
      readonly log: string;
      /** The instruction that the refusal is about, where it is about one. */
      readonly insn?: number;
    };

/**
 * Checks the structure of a program: operation bytes, reserved fields, registers, jumps, calls, stack bounds. Refusals
 * have the errno and the last words of Linux 6.18. Finds the program's facts on the way.
 *
 * It does **not** prove that running the program is safe, as Linux's verifier does: types of registers, bounds of
 * accesses, arguments of helpers and the end of loops are not checked.
 * @see kernel/bpf/verifier.c (v6.18)
 */
export function checkProgram<M extends CheckedMap>(options: CheckOptions<M>): CheckResult<M> {
  const { insns } = options;
  const result = checkAll(options);
  if (!('errno' in result)) return { verdict: 'accepted', log: '', facts: result };
  return { verdict: 'rejected', errno: -result.errno, log: refusalLog(insns, result), insn: result.insn };
}

/** First instruction of each subprogram. @returns undefined where calls or jumps are not in order: a check will say so */
export function subprogramsOf(insns: Insns, exceptionCallback: number | undefined): readonly number[] | undefined {
  if (insns.length === 0 || insns.length > MAX_INSNS) return undefined;
  const subprograms = checkSubprograms(insns, exceptionCallback);
  return 'errno' in subprograms || checkJumps(insns, subprograms) ? undefined : subprograms;
}

function checkAll<M extends CheckedMap>(options: CheckOptions<M>): ProgramFacts<M> | Refusal {
  const { insns, exceptionCallback } = options;
  if (insns.length === 0 || insns.length > MAX_INSNS) return { errno: errno.E2BIG, text: '' };
  const version = options.profile?.version;
  const later = version === undefined ? undefined : checkInsnVersions(version, insns);
  if (later) return later;
  const subprograms = checkSubprograms(insns, exceptionCallback);
  if ('errno' in subprograms) return subprograms;
  const jumps = checkJumps(insns, subprograms);
  if (jumps) return jumps;
  const used = resolveWide(options);
  if ('errno' in used) return used;
  const unreachable = checkReachable(insns, exceptionCallback);
  if (unreachable) return unreachable;
  const contextPointer = options.contextPointer?.bind(options) ?? (() => undefined);
  const constantAt = options.constantAt?.bind(options) ?? (() => undefined);
  const facts = analyse({ insns, subprograms, ...used, exceptionCallback, contextPointer, constantAt });
  if ('errno' in facts) return facts;
  const unknown = version === undefined ? undefined : checkHelperVersions(version, insns, facts.reached);
  return unknown ?? checkStackDepth(insns, facts) ?? facts;
}

/** The log of a refusal: where the kernel stood, its words, and what it counts before it has walked anything. */
function refusalLog(insns: Insns, { text, insn }: Refusal): string {
  if (text === '') return '';
  if (insn !== undefined) return `${insn}: ${formatInsn(insns, insn)}\n${text}\n`;
  return `${text}\nprocessed 0 insns (limit ${MAX_INSNS}) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0\n`;
}
