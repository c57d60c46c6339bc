import type { FunctionBody } from '../../wasm/index.ts';
import type { Flow } from './flow.ts';

/** What a block's instructions are compiled to. */
export interface BlockCompiler {
  /** All but a jump at the end. */
  instructions(block: number): void;
  /** Leaves an i32 on the stack: whether the jump at the end is taken. */
  condition(block: number): void;
}

/**
 * Compiles control flow to blocks and loops. Each block of the program stands once: what only one path comes to stands
 * where that path is, a merge behind the block that its paths leave, inside the block that dominates it.
 * @see Norman Ramsey: Beyond Relooper (ICFP 2022)
 */
export function emitStructured(body: FunctionBody, flow: Flow, compiler: BlockCompiler): void {
  const { blocks, place, dominated, isLoop, isMerge } = flow;
  /** Where a branch to a block goes: its loop for jumps back, else the end of what stands before it. */
  const loopOf = new Int32Array(blocks.length);
  const endBefore = new Int32Array(blocks.length);
  /** What is still to be written, the next at the end: nesting is as deep as a program is long. */
  const pending: (() => void)[] = [() => tree(0)];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) next();
  body.op('unreachable');

  /** A block and all that it dominates. */
  function tree(block: number): void {
    if (isLoop[block] === 1) {
      loopOf[block] = body.open('loop');
      pending.push(() => body.end());
    }
    const merges = dominated[block].filter((each) => isMerge[each] === 1);
    pending.push(() => within(block, merges, merges.length));
  }

  /** A block with the first `count` of the merges that it dominates behind it; the last of them is the outermost. */
  function within(block: number, merges: readonly number[], count: number): void {
    if (count === 0) {
      own(block);
      return;
    }
    const last = merges[count - 1];
    endBefore[last] = body.open('block');
    pending.push(
      () => tree(last),
      () => body.end(),
      () => within(block, merges, count - 1),
    );
  }

  function own(block: number): void {
    compiler.instructions(block);
    const { next, jump } = blocks[block];
    if (jump === undefined || next === undefined || jump === next) {
      const to = next ?? jump;
      if (to !== undefined) go(block, to);
      return;
    }
    compiler.condition(block);
    const label = labelOf(block, jump);
    if (label !== undefined) {
      body.branch('br_if', label);
      go(block, next);
      return;
    }
    body.open('if');
    pending.push(
      () => body.end(),
      () => go(block, next),
      () => body.op('else'),
      () => go(block, jump),
    );
  }

  function go(from: number, to: number): void {
    const label = labelOf(from, to);
    if (label === undefined) tree(to);
    else body.branch('br', label);
  }

  /** The label that leads to a block; undefined where it is to stand here. */
  function labelOf(from: number, to: number): number | undefined {
    if (place[to] <= place[from]) return loopOf[to];
    return isMerge[to] === 1 ? endBefore[to] : undefined;
  }
}

/** Compiles control flow that has no such form (jumps into loops): a loop around a table of all blocks. */
export function emitDispatched(body: FunctionBody, flow: Flow, compiler: BlockCompiler): void {
  const { blocks, order, place } = flow;
  const next = body.local('i32');
  const loop = body.open('loop');
  const ends = order.map(() => body.open('block')).reverse();
  body.get(next).branchTable([...ends, ends[0]]);
  for (const block of order) {
    body.end();
    compiler.instructions(block);
    const { next: after, jump } = blocks[block];
    if (jump !== undefined && after !== undefined) {
      body.i32(place[jump]).i32(place[after]);
      compiler.condition(block);
      body.op('select').set(next).branch('br', loop);
    } else if (after !== undefined || jump !== undefined) {
      body
        .i32(place[after ?? (jump as number)])
        .set(next)
        .branch('br', loop);
    }
  }
  body.end().op('unreachable');
}
