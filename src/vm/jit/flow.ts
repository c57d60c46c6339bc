import { type BasicBlock, basicBlocks, type Insns } from '../../isa/index.ts';

/** The control flow of a subprogram: blocks by number, the entry is 0; only what can be reached. */
export interface Flow {
  readonly blocks: readonly BasicBlock[];
  /** Blocks in reverse postorder. */
  readonly order: readonly number[];
  /** Place in `order` by block; -1 where no path comes. */
  readonly place: Int32Array;
  /** Blocks that each one dominates at once, in `order`. */
  readonly dominated: readonly (readonly number[])[];
  /** By block: 1 where a jump from itself or from a later block comes back to it. */
  readonly isLoop: Uint8Array;
  /** By block: 1 where more than one path comes from before. */
  readonly isMerge: Uint8Array;
  /** Every jump back goes to a block that dominates the jump. */
  readonly isReducible: boolean;
}

/** The control flow of instructions `start` to `end`. */
export function flowOf(insns: Insns, start: number, end: number): Flow {
  const blocks = basicBlocks(insns, start, end);
  const order = reversePostorder(blocks);
  const place = new Int32Array(blocks.length).fill(-1);
  order.forEach((block, i) => {
    place[block] = i;
  });
  const dominator = dominatorsOf(blocks, order, place);
  const dominated: number[][] = blocks.map(() => []);
  for (const block of order.slice(1)) dominated[dominator[block]].push(block);
  const isLoop = new Uint8Array(blocks.length);
  const forward = new Int32Array(blocks.length);
  let isReducible = true;
  for (const block of order) {
    for (const to of successors(blocks[block])) {
      if (place[to] > place[block]) forward[to]++;
      else {
        isLoop[to] = 1;
        isReducible &&= dominates(to, block);
      }
    }
  }
  const isMerge = Uint8Array.from(forward, (count) => (count > 1 ? 1 : 0));
  return { blocks, order, place, dominated, isLoop, isMerge, isReducible };

  function dominates(above: number, block: number): boolean {
    let at = block;
    while (place[at] > place[above]) at = dominator[at];
    return at === above;
  }
}

/** Blocks that may follow, each once. */
function successors({ next, jump }: BasicBlock): number[] {
  const list = next === undefined ? [] : [next];
  if (jump !== undefined && jump !== next) list.push(jump);
  return list;
}

function reversePostorder(blocks: readonly BasicBlock[]): number[] {
  const order: number[] = [];
  const seen = new Uint8Array(blocks.length);
  const open: { block: number; rest: number[] }[] = [{ block: 0, rest: successors(blocks[0]) }];
  seen[0] = 1;
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const next = top.rest.pop();
    if (next === undefined) {
      order.push(top.block);
      open.pop();
    } else if (seen[next] === 0) {
      seen[next] = 1;
      open.push({ block: next, rest: successors(blocks[next]) });
    }
  }
  return order.reverse();
}

/**
 * The nearest block that every path to a block passes, by block.
 * @see Cooper, Harvey, Kennedy: A Simple, Fast Dominance Algorithm (2001)
 */
function dominatorsOf(blocks: readonly BasicBlock[], order: readonly number[], place: Int32Array): Int32Array {
  const before: number[][] = blocks.map(() => []);
  for (const block of order) for (const to of successors(blocks[block])) before[to].push(block);
  const dominator = new Int32Array(blocks.length).fill(-1);
  dominator[0] = 0;
  for (let changed = true; changed; ) {
    changed = false;
    for (const block of order.slice(1)) {
      let common = -1;
      for (const from of before[block]) {
        if (dominator[from] < 0) continue;
        common = common < 0 ? from : meet(common, from);
      }
      if (dominator[block] === common) continue;
      dominator[block] = common;
      changed = true;
    }
  }
  return dominator;

  function meet(a: number, b: number): number {
    let [x, y] = [a, b];
    while (x !== y) {
      if (place[x] > place[y]) x = dominator[x];
      else y = dominator[y];
    }
    return x;
  }
}
