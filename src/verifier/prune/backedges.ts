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
    const key = this.#key(frames, insn);
    return key === undefined ? undefined : this.#visits.get(key);
  }

  enter(state: ExploredState): void {
    const key = this.#key(state.saved.frames, state.insn);
    if (key === undefined) return;
    const visit = this.#visits.get(key);
    if (!visit) this.#visits.set(key, { entry: state, backedges: [] });
    else visit.entry ??= state;
  }

  /** Whether the state is in a loop around which some paths were not yet followed to the end. */
  isOpen(state: ExploredState): boolean {
    return (this.find(state.saved.frames, state.insn)?.backedges.length ?? 0) > 0;
  }

  #key(frames: readonly Frame[], insn: number): string | undefined {
    let key = '';
    for (let frame = 0; frame < frames.length; frame++) {
      const at = frame === frames.length - 1 ? insn : frames[frame + 1].callSite;
      const loop = this.#loops[at];
      if (loop !== 0) return `${key}:${loop}`;
      key += `,${at}`;
    }
    return undefined;
  }
}
