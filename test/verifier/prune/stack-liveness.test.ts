import { expect, test } from 'vitest';
import { assemble, findSubprograms } from '../../../src/isa/index.ts';
import { markFlow } from '../../../src/verifier/prune/control-flow.ts';
import { StackLiveness } from '../../../src/verifier/prune/stack-liveness.ts';
import { successorsOf } from '../../../src/verifier/prune/successors.ts';
import type { Frame } from '../../../src/verifier/state/state.ts';

const MAIN: Frame = { callSite: -1, subprogram: 0, callbackDepth: 0 };

function livenessOf(text: string): StackLiveness {
  const insns = assemble(text);
  const flow = markFlow(insns, () => 'other');
  const program = { length: insns.length, subprograms: findSubprograms(insns), successors: successorsOf(insns), flow };
  return new StackLiveness(program);
}

/** By instruction: whether slot 0 of the first frame is live before it. */
function liveAt(liveness: StackLiveness, frames: readonly Frame[], count: number): boolean[] {
  const uses = liveness.usesOf(frames);
  return Array.from({ length: count }, (_, insn) => liveness.isLive(uses, insn, { frame: 0, slot: 0 }));
}

test('a slot is live from where it is written last to where it is read', () => {
  const liveness = livenessOf('r0 = 0\n*(u64 *)(r10 - 8) = r0\nr0 = *(u64 *)(r10 - 8)\nexit');
  liveness.write(0, 0);
  liveness.commit([MAIN], 1);
  liveness.at([MAIN]).read(2, 0, 0);
  liveness.update([MAIN], undefined);
  expect(liveAt(liveness, [MAIN], 4)).toEqual([false, false, true, false]);
});

test('what an instruction does not write each time it is walked, it does not write', () => {
  const liveness = livenessOf('r0 = 0\n*(u64 *)(r1 + 0) = r0\nr0 = *(u64 *)(r10 - 8)\nexit');
  liveness.write(0, 0);
  liveness.commit([MAIN], 1);
  liveness.at([MAIN]).read(2, 0, 0);
  liveness.update([MAIN], undefined);
  liveness.commit([MAIN], 1);
  liveness.update([MAIN], undefined);
  expect(liveAt(liveness, [MAIN], 4)).toEqual([true, true, true, false]);
});

test("what a function reads of its caller's stack is live before the call, and behind it only what the caller reads", () => {
  const liveness = livenessOf('r1 = r10\ncall f\nr0 = 0\nexit\nf: r0 = *(u64 *)(r1 - 8)\nexit');
  const callee: Frame = { callSite: 1, subprogram: 1, callbackDepth: 0 };
  liveness.at([MAIN, callee]).read(4, 0, 0);
  liveness.update([MAIN, callee], undefined);
  expect(liveAt(liveness, [MAIN], 4)).toEqual([true, true, false, false]);
  expect(liveness.isLive(liveness.usesOf([MAIN, callee]), 5, { frame: 0, slot: 0 })).toBe(false);
});
