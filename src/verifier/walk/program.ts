import { bpf_prog_flags } from '../../uapi/index.ts';
import type { Refusal } from '../refusal.ts';
import { PTR_TO_CTX } from '../state/reg-type.ts';
import { NOTHING_SHARED } from '../state/state.ts';
import { enterFrame } from './frames.ts';
import { walkPaths } from './loop.ts';
import { setPointer } from './set-row.ts';
import type { Walk } from './walk.ts';

/** Walks the main function, and each function that is verified on its own. */
export function walkProgram(walk: Walk): Refusal | undefined {
  startAt(walk, 0);
  setPointer(walk.w, walk.reg(1), PTR_TO_CTX);
  return walkPaths(walk);
}

/** Begins anew with the first instruction of a subprogram and no registers. */
function startAt(walk: Walk, subprogram: number): void {
  const { state } = walk;
  state.frames = [];
  state.shared = { ...NOTHING_SHARED, sleepable: (walk.options.flags & bpf_prog_flags.BPF_F_SLEEPABLE) !== 0 };
  enterFrame(walk, { callSite: -1, subprogram, callbackDepth: 0 });
  walk.insn = walk.program.subprograms[subprogram];
  walk.previous = -1;
  walk.parent = undefined;
  walk.history = [];
  walk.first = walk.insn;
}
