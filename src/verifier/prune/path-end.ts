import type { ExploredState } from './explored.ts';
import type { History } from './history.ts';

/** A place of a path: the instruction that comes next, and how it was come to from the state saved last. */
export interface PathEnd {
  readonly parent: ExploredState | undefined;
  readonly history: History;
  /** First instruction since the parent. */
  readonly first: number;
  /** The instruction that the path stands at. */
  readonly insn: number;
  /** Index of the frame that runs. */
  readonly frame: number;
}
