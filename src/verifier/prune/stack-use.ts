import type { ControlFlow } from './control-flow.ts';
import { SlotFlow } from './slot-flow.ts';
import type { FlowOrder } from './successors.ts';

/** Two words of slots. */
export type SlotSet = readonly [number, number];

/** Says what is found of which slots of stacks are still read. */
export interface StackLivenessLog {
  /** What is live at an instruction, or sure to be written from it on, became different. */
  changed(use: StackUse, change: SlotChange): void;
  /** All is known again. */
  done(use: StackUse, passes: number): void;
}

export interface SlotChange {
  readonly frame: number;
  readonly insn: number;
  readonly what: 'live' | 'written';
  readonly before: SlotSet;
  readonly after: SlotSet;
}

/** Where a use of stacks begins. */
export interface StackUsePlace {
  /** First instruction of the subprogram. */
  readonly start: number;
  readonly order: FlowOrder;
  /** The call that entered it, as the outer one's instruction; -1 in the first frame. */
  readonly callSite: number;
  readonly outer: StackUse | undefined;
}

/**
 * One subprogram entered by one chain of calls: what its instructions do to the stacks of its own frame and those of its
 * callers.
 */
export class StackUse {
  readonly callSite: number;
  readonly outer: StackUse | undefined;
  /** First instruction of the subprogram. */
  readonly start: number;
  readonly #order: FlowOrder;
  readonly #depth: number;
  /** What it calls, by call site and subprogram. */
  readonly #inner = new Map<number, StackUse>();
  /** By frame; none where nothing of the frame's stack is touched. */
  readonly #frames: (SlotFlow | undefined)[] = [];
  /** By place: 1 where what it writes was noted before. */
  readonly #seen: Uint8Array;
  /** Something was noted since the sets were computed last. */
  #changed = false;
  /** Something is not written on every path any more. */
  #dropped = false;

  constructor({ start, order, callSite, outer }: StackUsePlace) {
    this.callSite = callSite;
    this.outer = outer;
    this.start = start;
    this.#order = order;
    this.#depth = outer ? outer.#depth + 1 : 0;
    this.#seen = new Uint8Array(order.next.length);
  }

  /** What the function that is called by the frame does. */
  inner(key: number, make: () => StackUse): StackUse {
    let use = this.#inner.get(key);
    if (!use) this.#inner.set(key, (use = make()));
    return use;
  }

  /** The instruction may read a slot of a frame. */
  read(insn: number, frame: number, slot: number): void {
    const bit = 1 << (slot & 31);
    this.#read(this.#placeOf(insn), frame, slot < 32 ? { low: bit, high: 0 } : { low: 0, high: bit });
  }

  #read(at: number, frame: number, { low, high }: { low: number; high: number }): void {
    if (this.#flow(frame).read(at, low, high)) this.#changed = true;
  }

  /** The instruction was walked and wrote these slots, by frame two words: for sure only what it wrote each time. */
  wrote(insn: number, slots: Int32Array): void {
    const at = this.#placeOf(insn);
    const again = this.#seen[at] === 1;
    for (let frame = 0; frame <= this.#depth; frame++) {
      const [low, high] = [slots[2 * frame], slots[2 * frame + 1]];
      if (low === 0 && high === 0 && !(again && this.#frames[frame])) continue;
      const news = this.#flow(frame).write(at, { low, high, again });
      if (news !== 'same') this.#changed = true;
      if (news === 'dropped') this.#dropped = true;
    }
    this.#seen[at] = 1;
  }

  /** Whether a slot of a frame may be read at the instruction, or after it, before it is written. */
  isLive(insn: number, frame: number, slot: number): boolean {
    return this.#frames[frame]?.isLive(this.#placeOf(insn), slot) ?? false;
  }

  /** Computes what is live from what was noted, and tells the caller. */
  update(flow: ControlFlow, log: StackLivenessLog | undefined): void {
    if (!this.#changed) return;
    if (this.#dropped) for (const slots of this.#frames) slots?.forgetSure();
    let passes = 1;
    while (this.#pass(flow, log)) passes++;
    log?.done(this, passes);
    this.#changed = false;
    this.#dropped = false;
    this.#tellCaller();
  }

  #pass(flow: ControlFlow, log: StackLivenessLog | undefined): boolean {
    let changed = false;
    for (let frame = 0; frame < this.#frames.length; frame++) {
      const slots = this.#frames[frame];
      const tell = log && ((at: number, before: Int32Array) => this.#tell(log, { frame, at, before, flow }));
      if (slots?.pass(tell)) changed = true;
    }
    return changed;
  }

  #tell(log: StackLivenessLog, change: { frame: number; at: number; before: Int32Array; flow: ControlFlow }): void {
    const { frame, at, before, flow } = change;
    const slots = this.#flow(frame);
    const insn = this.#order.insns[at];
    if (!slots.isTouched(at) && insn !== this.start && flow.prune[insn] === 0) return;
    const after = [0, 1, 2, 3].map((word) => slots.flowing(at, word));
    const what = { frame, insn };
    log.changed(this, { ...what, what: 'live', before: [before[0], before[1]], after: [after[0], after[1]] });
    log.changed(this, { ...what, what: 'written', before: [before[2], before[3]], after: [after[2], after[3]] });
  }

  /** What the subprogram does to the callers' stacks, its call does. */
  #tellCaller(): void {
    const { outer } = this;
    if (!outer) return;
    const first = this.#placeOf(this.start);
    const call = outer.#placeOf(this.callSite);
    const sure = new Int32Array(2 * this.#depth + 2);
    for (let frame = 0; frame < this.#depth; frame++) {
      const flow = this.#frames[frame];
      if (!flow) continue;
      const [low, high] = [flow.flowing(first, 0), flow.flowing(first, 1)];
      if (low !== 0 || high !== 0) outer.#read(call, frame, { low, high });
      sure[2 * frame] = flow.flowing(first, 2);
      sure[2 * frame + 1] = flow.flowing(first, 3);
    }
    outer.wrote(this.callSite, sure);
  }

  #placeOf(insn: number): number {
    return this.#order.place[insn - this.start];
  }

  #flow(frame: number): SlotFlow {
    let flow = this.#frames[frame];
    if (!flow) this.#frames[frame] = flow = new SlotFlow(this.#order);
    return flow;
  }
}
