import { kernelSwitches } from '../catalog/index.ts';
import type { Insns, ProgramFacts, RefusalReport } from '../isa/index.ts';
import { bpf_prog_flags, errno } from '../uapi/index.ts';
import { checkAttachTarget } from './attach/target.ts';
import { checkLoopEntries } from './back-edges.ts';
import { checkKfuncCalls } from './calls/kfunc-load.ts';
import { checkThrowingCallbacks } from './calls/throwing-callbacks.ts';
import { effectsOf } from './effects.ts';
import { factsOfWalk } from './facts/of-walk.ts';
import { checkInsnVersions } from './insn-versions.ts';
import { endOfLog } from './log/end.ts';
import { traceFunctions } from './log/functions.ts';
import { SourceLines } from './log/source-lines.ts';

import { checkMaps } from './map-rules.ts';
import { checkPacketLoadFunctions } from './memory/int-functions.ts';
import type { VerifiedMap, VerifyOptions } from './options.ts';
import { privilegesOf } from './privileges.ts';
import { argumentsOf } from './prune/call-arguments.ts';
import { callKindOf } from './prune/call-kind.ts';
import { findLoops } from './prune/components.ts';
import { markFlow } from './prune/control-flow.ts';
import { liveRegisters } from './prune/liveness.ts';
import { successorsOf } from './prune/successors.ts';
import type { Refusal } from './refusal.ts';
import { reportRefusal, reportUnwalked } from './report/report.ts';
import { checkStackDepth, hasPrivateStacks } from './stack-depth.ts';
import { checkJumps, checkReachable, checkSubprograms } from './subprograms.ts';
import { checkTranslatable } from './translatable.ts';
import { checkExceptionTag } from './types/exception-tag.ts';
import { functionsOf } from './types/global-function.ts';
import { type KernelVariable, kernelVariable } from './types/kernel-variable.ts';
import { checkCallsAllowed, checkMapsAllowed, checkNoLoops } from './unprivileged.ts';
import { walkProgram } from './walk/program.ts';
import { Walk, type WalkedProgram } from './walk/walk.ts';
import { resolveWide } from './wide.ts';

/** Instructions of one program at most: BPF_COMPLEXITY_LIMIT_INSNS. */
const MAX_INSNS = 1_000_000;

/** What the walk counted. */
export interface VerifyCounters {
  /** Instructions walked, on all paths. */
  readonly insns: number;
  readonly states: number;
  readonly peakStates: number;
  readonly maxStatesPerInsn: number;
}

/** The answer: the kernel's, with the log that it writes. */
export type VerifyResult<M extends VerifiedMap = VerifiedMap> = {
  readonly log: string;
  readonly counters: VerifyCounters;
} & (
  | { readonly verdict: 'accepted'; readonly facts: ProgramFacts<M> }
  | {
      readonly verdict: 'rejected';
      /** Negative errno. */
      readonly errno: number;
      /** The instruction that the refusal is about, where it is about one. */
      readonly insn?: number;
      /** Why, for people and tools. */
      readonly report: RefusalReport;
      /** Not the kernel's verdict: what the check cannot judge yet. */
      readonly unsupported: boolean;
    }
);

/**
 * Verifies a program as Linux 6.18 does: walks over all of its paths with what each register and each byte of the stack
 * may hold.
 * @see Documentation/bpf/verifier.rst (v6.18)
 */
export function verifyProgram<M extends VerifiedMap>(options: VerifyOptions<M>): VerifyResult<M> {
  const checked = checkShape(options);
  if ('errno' in checked) return rejected(undefined, checked, options.logLevel);
  const walk = new Walk<M>(checked);
  traceFunctions(walk as unknown as Walk);
  const refusal =
    walkProgram(walk as unknown as Walk) ??
    checkThrowingCallbacks(walk.program) ??
    checkDepth(walk) ??
    checkTranslatable(walk as unknown as Walk);
  if (refusal) return rejected(walk, refusal, options.logLevel);
  const counters = countersOf(walk);
  return { verdict: 'accepted', facts: factsOfWalk(walk), counters, log: logOf(walk, '', options.logLevel) };
}

const NOTHING: VerifyCounters = { insns: 0, states: 0, peakStates: 0, maxStatesPerInsn: 0 };

/** What is checked before the walk. */
function checkShape<M extends VerifiedMap>(options: VerifyOptions<M>): WalkedProgram<M> | Refusal {
  const { insns, exceptionCallback } = options;
  if (insns.length === 0 || insns.length > MAX_INSNS) return { errno: errno.E2BIG, text: '' };
  const later = checkInsnVersions(options.profile.version, insns);
  if (later) return later;
  const functions = functionsOf(options);
  const tag = checkExceptionTag(options, functions);
  if (tag) return tag;
  const switches = kernelSwitches(options.profile.version);
  const privileges = privilegesOf(options.capabilities, switches);
  const notAllowed = checkCallsAllowed(insns, privileges);
  if (notAllowed) return notAllowed;
  const subprograms = checkSubprograms(insns, exceptionCallback);
  if ('errno' in subprograms) return subprograms;
  const jumps = checkJumps(insns, subprograms);
  if (jumps) return jumps;
  const loads = checkPacketLoadFunctions({ insns, btf: options.btf, subprograms, functions });
  if (loads) return loads;
  const kfuncs = checkKfuncCalls(options);
  if (kfuncs) return kfuncs;
  const variableAt = new Map<number, KernelVariable>();
  const used = resolveWide(options, (insn) => {
    const variable = kernelVariable(options, insn);
    if ('errno' in variable) return variable;
    variableAt.set(insn, variable);
    return undefined;
  });
  if ('errno' in used) return used;
  const progType = options.attachTarget?.program?.progType ?? options.progType;
  const sleepable = (options.flags & bpf_prog_flags.BPF_F_SLEEPABLE) !== 0;
  const unfit = checkMapsAllowed(used.maps, privileges) ?? checkMaps(used.maps, { progType, sleepable });
  if (unfit) return unfit;
  const loops = checkNoLoops(insns, privileges) ?? (switches.fallthrough_loops ? undefined : checkLoopEntries(insns));
  const unreachable = loops ?? checkReachable(insns, exceptionCallback);
  if (unreachable) return unreachable;
  const target = checkAttachTarget(options);
  if (target) return target;
  return {
    options,
    insns,
    subprograms,
    subprogramOf: subprogramOf(insns, subprograms),
    subprogramAt: new Map(subprograms.map((start, index) => [start, index])),
    maps: used.maps,
    mapAt: used.mapAt,
    variableAt,
    privileges,
    functions,
    effects: effectsOf(options, subprograms),
    globals: globalsOf(functions, subprograms.length),
    live: liveRegisters(insns, (insn) => argumentsOf(options, insn)),
    loops: findLoops(insns),
    successors: successorsOf(insns),
    flow: markFlow(insns, (insn) => callKindOf(options, insn)),
    lines: new SourceLines(options.btf, options.lineInfo),
    switches,
    strictAlignment: isStrict(options),
  };
}

/** Whether every access has to be aligned. The flag that allows any alignment is the stronger one. */
function isStrict({ flags }: VerifyOptions): boolean {
  const { BPF_F_STRICT_ALIGNMENT, BPF_F_ANY_ALIGNMENT } = bpf_prog_flags;
  return (flags & (BPF_F_STRICT_ALIGNMENT | BPF_F_ANY_ALIGNMENT)) === BPF_F_STRICT_ALIGNMENT;
}

/** By subprogram: 1 where it is verified on its own. */
function globalsOf(functions: ReturnType<typeof functionsOf>, count: number): Uint8Array {
  return Uint8Array.from({ length: count }, (_, i) => Number(i > 0 && functions?.[i]?.linkage === 'global'));
}

function subprogramOf(insns: Insns, subprograms: readonly number[]): Uint16Array {
  const of = new Uint16Array(insns.length);
  for (const [index, start] of subprograms.entries()) of.fill(index, start, subprograms[index + 1] ?? insns.length);
  return of;
}

function checkDepth<M extends VerifiedMap>(walk: Walk<M>): Refusal | undefined {
  const { insns, stackDepths, asyncCallbacks, program } = walk;
  const { progType, expectedAttachType } = program.options;
  const privateStacks = program.switches.private_stacks && hasPrivateStacks(progType, expectedAttachType);
  return checkStackDepth(insns, { subprograms: program.subprograms, stackDepths, asyncCallbacks, privateStacks });
}

function countersOf<M extends VerifiedMap>({ processed, table }: Walk<M>): VerifyCounters {
  return { insns: processed, states: table.total, peakStates: table.peak, maxStatesPerInsn: table.most };
}

/** @param walk undefined where the program was refused before it */
function rejected<M extends VerifiedMap>(
  walk: Walk<M> | undefined,
  refusal: Refusal,
  logLevel: number,
): VerifyResult<M> {
  const { errno: code, text, insn, unsupported = false } = refusal;
  const report = walk ? reportRefusal(walk as unknown as Walk, refusal) : reportUnwalked(refusal);
  const log = text === '' ? '' : logOf(walk, `${text}\n`, logLevel);
  return {
    verdict: 'rejected',
    errno: -code,
    insn,
    unsupported,
    log,
    report,
    counters: walk ? countersOf(walk) : NOTHING,
  };
}

/** The log: what was said of each step, why the program is refused, and what was counted. */
function logOf<M extends VerifiedMap>(walk: Walk<M> | undefined, last: string, level: number): string {
  const counted = walk ? countersOf(walk) : NOTHING;
  const stackDepths = walk?.stackDepths ?? [];
  return `${walk?.log?.text ?? ''}${last}${endOfLog({ level, counted, stackDepths, usec: 0 })}`;
}
