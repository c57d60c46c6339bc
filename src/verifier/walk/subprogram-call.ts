import type { Refusal } from '../refusal.ts';
import { regRow } from '../state/frame.ts';
import { enterFrame } from './frames.ts';
import { walkGlobalCall } from './global-call.ts';
import type { Walk } from './walk.ts';

/** A call of a subprogram of the program. */
export function walkSubprogramCall(walk: Walk): Refusal | undefined {
  const { insns, insn, state } = walk;
  const target = insn + 1 + insns.imm(insn);
  const subprogram = walk.program.subprogramAt.get(target)!;
  if (walk.program.globals[subprogram]) return walkGlobalCall(walk, subprogram);
  if (state.shared.locks > 0 && !walk.program.switches.calls_under_locks) {
    return walk.invalid('function calls are not allowed while holding a lock');
  }
  const caller = state.current;
  const refusal = enterFrame(walk, { callSite: insn, subprogram, callbackDepth: 0 });
  if (refusal) return refusal;
  for (let register = 1; register <= 5; register++) state.copy(walk.reg(register), regRow(caller, register));
  walk.w.fill(0, regRow(caller, 0), regRow(caller, 6));
  walk.goTo(target);
  return undefined;
}
