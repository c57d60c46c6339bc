import type { SavedState } from '../state/state.ts';
import type { History } from './history.ts';

/** A state that was gone on from at some instruction; what is known of it grows as the paths from it are walked. */
export interface ExploredState {
  readonly saved: SavedState;
  readonly insn: number;
  readonly parent: ExploredState | undefined;
  /** How the path came from the parent. */
  readonly history: History;
  /** The instruction before `insn` on the path. */
  readonly last: number;
  /** First instruction of the path since the parent. */
  readonly first: number;
  /** States on the path before it. */
  readonly depth: number;
  /** Paths from it that are still walked. */
  branches: number;
  hits: number;
  misses: number;
  /** It is not compared with any more. */
  removed: boolean;
  /** Where it differed from the state that it was compared with last; -1: nowhere yet. */
  differs: number;
  /** The word of the registers of the frame that runs, by which one on the same path differed last. */
  moved: number;
  /** What nothing reads any more was taken out. */
  cleaned: boolean;
}
