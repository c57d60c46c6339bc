import { type Insns, isEnd, isWide, jumpTarget } from '../../isa/index.ts';

/**
 * By instruction: the loop that it is in (one number for all instructions from which each leads to each other), 0 where it
 * is in none. Calls are gone over, not into.
 * @see R. Tarjan, Depth-First Search and Linear Graph Algorithms, 1972
 */
export function findLoops(insns: Insns): Uint32Array {
  const finder = new LoopFinder(insns);
  for (let i = 0; i < insns.length; i += isWide(insns.code(i)) ? 2 : 1) finder.visit(i);
  return finder.loops;
}

class LoopFinder {
  readonly loops: Uint32Array;
  readonly #insns: Insns;
  /** Order of the visit, from 1; 0: not visited. */
  readonly #order: Uint32Array;
  /** The earliest that is reached. */
  readonly #low: Uint32Array;
  readonly #open: Uint8Array;
  readonly #stack: number[] = [];
  #visited = 0;
  #count = 0;

  constructor(insns: Insns) {
    this.#insns = insns;
    this.loops = new Uint32Array(insns.length);
    this.#order = new Uint32Array(insns.length);
    this.#low = new Uint32Array(insns.length);
    this.#open = new Uint8Array(insns.length);
  }

  visit(root: number): void {
    if (this.#order[root] !== 0) return;
    const work = [{ at: root, next: this.#enter(root) }];
    for (let top = work.at(-1); top; top = work.at(-1)) {
      const { at, next } = top;
      const to = next.pop();
      if (to === undefined) {
        work.pop();
        if (this.#low[at] === this.#order[at]) this.#close(at);
        const above = work.at(-1);
        if (above) this.#low[above.at] = Math.min(this.#low[above.at], this.#low[at]);
      } else if (this.#order[to] === 0) work.push({ at: to, next: this.#enter(to) });
      else if (this.#open[to]) this.#low[at] = Math.min(this.#low[at], this.#order[to]);
    }
  }

  #enter(at: number): number[] {
    this.#order[at] = this.#low[at] = ++this.#visited;
    this.#open[at] = 1;
    this.#stack.push(at);
    return this.#successors(at);
  }

  #successors(at: number): number[] {
    const insns = this.#insns;
    const target = jumpTarget(insns, at);
    const list = target === undefined ? [] : [target];
    const next = at + (isWide(insns.code(at)) ? 2 : 1);
    if (!isEnd(insns.code(at)) && next < insns.length) list.push(next);
    return list;
  }

  #close(root: number): void {
    const from = this.#stack.lastIndexOf(root);
    const members = this.#stack.splice(from);
    const isLoop = members.length > 1 || this.#successors(root).includes(root);
    if (isLoop) this.#count++;
    for (const at of members) {
      this.#open[at] = 0;
      if (isLoop) this.loops[at] = this.#count;
    }
  }
}
