import type { ProgLoadAttr } from '../../src/syscall/index.ts';

/** A program as each of the two kernels gets it. */
export interface Candidate {
  /** Where it comes from, for a person. */
  readonly name: string;
  readonly seed: number;
  readonly attrs: { readonly live: ProgLoadAttr; readonly emulated: ProgLoadAttr };
}

/** Where programs come from. */
export interface Source {
  /** Those of the seeds from `first` on. */
  programs(first: number, count: number): AsyncIterable<Candidate>;
}
