import { BPF_JMP, BPF_ST, BPF_STX, insnClass } from '../../isa/index.ts';
import { errno } from '../../uapi/index.ts';
import { stackLivenessLog } from '../log/stack-liveness.ts';
import { traceInsn, traceSafe, traceStep } from '../log/trace.ts';
import { endPath, visitState } from '../prune/visited.ts';
import { invalid, type Refusal } from '../refusal.ts';
import { resume } from './defer.ts';
import { avoid, endsBefore, endsBehind } from './guess.ts';
import { step } from './step.ts';
import type { Walk } from './walk.ts';

/** Instructions walked at most, on all paths together: BPF_COMPLEXITY_LIMIT_INSNS. */
export const MAX_PROCESSED = 1_000_000;

/** Walks all paths from the state and instruction that `walk` stands at. */
export function walkPaths(walk: Walk): Refusal | undefined {
  const { flow, live } = walk.program;
  const { observer } = walk.options;
  for (;;) {
    if (walk.insn >= walk.insns.length) return invalid(`invalid insn idx ${walk.insn} insn_cnt ${walk.insns.length}`);
    if (++walk.processed > MAX_PROCESSED) {
      return { errno: errno.E2BIG, text: `BPF program is too large. Processed ${walk.processed} insn` };
    }
    const visited = flow.prune[walk.insn] ? visitState(walk) : undefined;
    if (typeof visited === 'object') return visited;
    if (visited === undefined) {
      if (flow.jump[walk.insn]) walk.note(0);
      if (!walk.state.shared.speculative) walk.seen[walk.insn] = 1;
      if (walk.log) traceInsn(walk);
      if (observer) observer.visit(walk.insn, walk.state, live[walk.insn]);
      const { length } = walk.state.frames;
      const outcome = endsBefore(walk) ? 'path ends' : step(walk);
      if (outcome === undefined) {
        noteWrites(walk, length);
        if (walk.log) traceStep(walk);
        if (!endsBehind(walk)) {
          walk.previous = walk.insn;
          walk.insn = walk.next;
          continue;
        }
      } else if (typeof outcome === 'object' && !avoid(walk, outcome)) return outcome;
    } else if (walk.log) traceSafe(walk);
    endPath(walk);
    walk.stackLiveness.update(walk.state.frames, stackLivenessLog(walk));
    if (!resume(walk)) return undefined;
  }
}

/** What stores and calls wrote to stacks, where they did not enter or leave a frame, is known from now on. */
function noteWrites({ insns, insn, state, stackLiveness }: Walk, depth: number): void {
  const kind = insnClass(insns.code(insn));
  if (kind !== BPF_STX && kind !== BPF_ST && kind !== BPF_JMP) return;
  if (state.frames.length === depth) stackLiveness.commit(state.frames, insn);
  else stackLiveness.reset();
}
