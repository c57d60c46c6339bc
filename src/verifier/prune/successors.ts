import { type Insns, isEnd, isWide, jumpTarget } from '../../isa/index.ts';

/** By instruction: where control may go on in the same subprogram, -1 for nowhere. Calls are gone over, not into. */
export interface Successors {
  /** The instruction behind it. */
  readonly next: Int32Array;
  /** The one that it may jump to. */
  readonly jump: Int32Array;
}

export function successorsOf(insns: Insns): Successors {
  const next = new Int32Array(insns.length).fill(-1);
  const jump = new Int32Array(insns.length).fill(-1);
  for (let i = 0; i < insns.length; i += isWide(insns.code(i)) ? 2 : 1) {
    jump[i] = jumpTarget(insns, i) ?? -1;
    const after = i + (isWide(insns.code(i)) ? 2 : 1);
    if (!isEnd(insns.code(i)) && after < insns.length) next[i] = after;
  }
  return { next, jump };
}

/** The instructions of a subprogram in an order that suits what flows backwards, numbered by their places in it. */
export interface FlowOrder {
  /** By place: the instruction. */
  readonly insns: Int32Array;
  /** By place: the places of the instruction's successors; its own where there is none. */
  readonly next: Int32Array;
  readonly jump: Int32Array;
  /** By place: 1 where control may go on. */
  readonly goesOn: Uint8Array;
  /** By place: from where in `before` the places of the instructions that lead to it are. */
  readonly from: Int32Array;
  readonly before: Int32Array;
  /** By instruction, from the first of the subprogram: its place; -1 where it has none. */
  readonly place: Int32Array;
}

/** The order of the instructions `start` to `end`: each after those that it leads to, as far as there are no loops. */
export function flowOrder({ next, jump }: Successors, start: number, end: number): FlowOrder {
  const order = postorder({ next, jump }, start);
  const place = new Int32Array(end - start).fill(-1);
  for (let i = 0; i < order.length; i++) place[order[i] - start] = i;
  const nextPlace = new Int32Array(order.length);
  const jumpPlace = new Int32Array(order.length);
  const goesOn = new Uint8Array(order.length);
  const from = new Int32Array(order.length + 1);
  for (let i = 0; i < order.length; i++) {
    const insn = order[i];
    const [a, b] = [next[insn], jump[insn]];
    goesOn[i] = Number(a >= 0 || b >= 0);
    nextPlace[i] = goesOn[i] ? place[(a < 0 ? b : a) - start] : i;
    jumpPlace[i] = goesOn[i] ? place[(b < 0 ? a : b) - start] : i;
    if (!goesOn[i]) continue;
    from[nextPlace[i] + 1]++;
    if (jumpPlace[i] !== nextPlace[i]) from[jumpPlace[i] + 1]++;
  }
  for (let i = 0; i < order.length; i++) from[i + 1] += from[i];
  const fill = from.slice();
  const before = new Int32Array(from[order.length]);
  for (let i = 0; i < order.length; i++) {
    if (!goesOn[i]) continue;
    before[fill[nextPlace[i]]++] = i;
    if (jumpPlace[i] !== nextPlace[i]) before[fill[jumpPlace[i]]++] = i;
  }
  return { insns: Int32Array.from(order), next: nextPlace, jump: jumpPlace, goesOn, from, before, place };
}

function postorder({ next, jump }: Successors, start: number): number[] {
  const order: number[] = [];
  const found = new Set([start]);
  const explored = new Set<number>();
  const stack = [start];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    if (explored.has(top)) {
      order.push(top);
      stack.pop();
      continue;
    }
    explored.add(top);
    for (const to of [next[top], jump[top]]) {
      if (to < 0 || found.has(to)) continue;
      found.add(to);
      stack.push(to);
    }
  }
  return order;
}
