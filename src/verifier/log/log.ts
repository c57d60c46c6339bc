import { LogText } from './text.ts';
import { Touched } from './touched.ts';

/** BPF_LOG_LEVEL1 and BPF_LOG_LEVEL2. */
const STEPS = 3;
/** Every step and state: BPF_LOG_LEVEL2. */
const EVERYTHING = 2;

/** Where the walk stood when a branch was put aside. */
interface Mark {
  readonly position: number;
}

/** The log of one walk: its text, and what it has to remember between two instructions. */
export class VerifierLog {
  readonly text = new LogText();
  /** BPF_LOG_LEVEL* */
  readonly level: number;
  /** What the instruction that was printed last read and wrote. */
  readonly touched = new Touched();
  /** Where the text of the instruction that was printed last begins and ends; -1: none yet. */
  insnBegin = -1;
  insnEnd = -1;
  /** The record of the source line that was printed last; -1: none. */
  lineRecord = -1;
  /** The next state is one that did not follow from the instruction before: all of it is printed. */
  afterJump = false;
  /** The frame that runs, and what is to be said of it when it is left. */
  depth = 0;
  leaving = '';
  readonly #branches: Mark[] = [];

  constructor(level: number) {
    this.level = level;
  }

  /** @returns undefined where the level asks for no steps */
  static of(level: number): VerifierLog | undefined {
    return level & STEPS ? new VerifierLog(level) : undefined;
  }

  /** All paths are printed, not only the last one. */
  get all(): boolean {
    return (this.level & EVERYTHING) !== 0;
  }

  line(text: string): void {
    this.text.add(`${text}\n`);
  }

  /** A branch is put aside. */
  branchPut(): void {
    this.#branches.push({ position: this.text.end });
  }

  /** The branch put aside last is gone on with: what was said of the path before it is taken back. */
  branchTaken(): void {
    const mark = this.#branches.pop();
    if (mark && !this.all) this.text.cut(mark.position);
    this.afterJump = true;
    this.touched.addAll();
  }

  /** All paths were walked: nothing more is said of them. */
  pathsDone(): void {
    if (!this.all) this.text.cut(0);
  }
}
