import type { Frame } from '../state/state.ts';
import type { ExploredState } from './explored.ts';
import type { PathEnd } from './path-end.ts';

/** A path that came around a loop to where a state stood for it that itself was not walked to the end. */
export interface Backedge {
  readonly covering: ExploredState;
  readonly end: PathEnd;
}

/** One stay in a loop, along one chain of calls. */
export interface LoopVisit {
  /** The calls that lead to it, and its number. */
  readonly name: string;
  /** The first state that was saved in it, whose paths are walked. */
  entry: ExploredState | undefined;
  backedges: Backedge[];
}

/**
 * Which loops the walk is in. What is wanted of the numbers in a loop is known only once all paths around it were walked:
 * until then a state of the loop stands only for those whose numbers lie in its ranges.
 */
export class LoopVisits {
  readonly #loops: Uint32Array;
  readonly #visits = new Map<string, LoopVisit>();

  constructor(loops: Uint32Array) {
    this.#loops = loops;
  }

  /** The visit that a place belongs to: that of the outermost frame that is in a loop. */
  find(frames: readonly Frame[], insn: number): LoopVisit | undefined {
    const name = this.#name(frames, insn);
    return name === undefined ? undefined : this.#visits.get(name);
  }

  /** A state was saved. @returns the visit that begins with it; undefined where none does */
  enter(state: ExploredState): LoopVisit | undefined {
    const name = this.#name(state.saved.frames, state.insn);
    if (name === undefined) return undefined;
    let visit = this.#visits.get(name);
    if (!visit) this.#visits.set(name, (visit = { name, entry: undefined, backedges: [] }));
    else if (visit.entry) return undefined;
    visit.entry = state;
    return visit;
  }

  /** Whether the state is in a loop around which some paths were not yet followed to the end. */
  isOpen(state: ExploredState): boolean {
    return (this.find(state.saved.frames, state.insn)?.backedges.length ?? 0) > 0;
  }

  #name(frames: readonly Frame[], insn: number): string | undefined {
    let calls = '';
    for (let frame = 0; frame < frames.length; frame++) {
      const at = frame === frames.length - 1 ? insn : frames[frame + 1].callSite;
      const loop = this.#loops[at];
      if (loop !== 0) return `${calls}${loop}`;
      calls += `${at},`;
    }
    return undefined;
  }
}
