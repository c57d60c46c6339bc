import { MAX_FRAMES } from '../state/frame.ts';
import type { Frame } from '../state/state.ts';
import type { ControlFlow } from './control-flow.ts';
import { type StackLivenessLog, StackUse } from './stack-use.ts';
import { type FlowOrder, flowOrder, type Successors } from './successors.ts';

/** What the program looks like to whom looks after its stacks. */
export interface StackProgram {
  readonly length: number;
  readonly subprograms: readonly number[];
  readonly successors: Successors;
  readonly flow: ControlFlow;
}

/**
 * Which slots of stacks are still read: gathered from what the instructions were seen to do on the paths walked so far,
 * apart for each chain of calls. It is right for states from which all paths were walked.
 */
export class StackLiveness {
  readonly #program: StackProgram;
  readonly #roots = new Map<number, StackUse>();
  readonly #orders = new Map<number, FlowOrder>();
  /** The frame that runs, and what is known of it. */
  #frame: Frame | undefined;
  #use: StackUse | undefined;
  /** Slots that the instruction wrote whole, by frame two words. */
  readonly #written = new Int32Array(2 * MAX_FRAMES);
  #wrote = false;

  constructor(program: StackProgram) {
    this.#program = program;
  }

  /** What the function that runs does to stacks. */
  at(frames: readonly Frame[]): StackUse {
    const frame = frames[frames.length - 1];
    if (frame !== this.#frame || !this.#use) {
      this.#frame = frame;
      this.#use = this.#find(frames);
    }
    return this.#use;
  }

  /** The instruction writes all of a slot of a frame's stack. */
  write(frame: number, slot: number): void {
    this.#written[2 * frame + (slot >> 5)] |= 1 << (slot & 31);
    this.#wrote = true;
  }

  /** The instruction was walked, and entered no other frame. */
  commit(frames: readonly Frame[], insn: number): void {
    this.at(frames).wrote(insn, this.#written);
    this.reset();
  }

  /** What the instruction wrote is forgotten. */
  reset(): void {
    if (!this.#wrote) return;
    this.#written.fill(0);
    this.#wrote = false;
  }

  /** A path, or the frame that runs, is at its end: what is known of all frames is brought up to date. */
  update(frames: readonly Frame[], log: StackLivenessLog | undefined): void {
    const { flow } = this.#program;
    for (let use: StackUse | undefined = this.at(frames); use; use = use.outer) use.update(flow, log);
  }

  /** The uses of the frames of a state, the first frame's first. */
  usesOf(frames: readonly Frame[]): StackUse[] {
    const uses: StackUse[] = [];
    for (let use: StackUse | undefined = this.#find(frames); use; use = use.outer) uses.unshift(use);
    return uses;
  }

  /** Whether a slot may be read by what comes after a state whose frames stand at `insn` and before. */
  isLive(uses: readonly StackUse[], insn: number, { frame, slot }: { frame: number; slot: number }): boolean {
    const last = uses.length - 1;
    if (uses[last].isLive(insn, frame, slot)) return true;
    for (let i = frame; i < last; i++) {
      const { callSite } = uses[i + 1];
      // A callback may be called once more, so that the call is gone through again.
      const after = this.#program.flow.callsCallback[callSite] ? callSite : callSite + 1;
      if (uses[i].isLive(after, frame, slot)) return true;
    }
    return false;
  }

  #find(frames: readonly Frame[]): StackUse {
    const root = frames[0].subprogram;
    let use = this.#roots.get(root);
    if (!use) this.#roots.set(root, (use = this.#make(frames[0], undefined)));
    for (let i = 1; i < frames.length; i++) {
      const frame = frames[i];
      const outer: StackUse = use;
      const key = frame.callSite * this.#program.subprograms.length + frame.subprogram;
      use = outer.inner(key, () => this.#make(frame, outer));
    }
    return use;
  }

  #make({ callSite, subprogram }: Frame, outer: StackUse | undefined): StackUse {
    const { subprograms, length, successors } = this.#program;
    const start = subprograms[subprogram];
    const end = subprograms[subprogram + 1] ?? length;
    let order = this.#orders.get(start);
    if (!order) this.#orders.set(start, (order = flowOrder(successors, start, end)));
    return new StackUse({ start, order, callSite, outer });
  }
}
