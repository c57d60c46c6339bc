import type { Errno } from '../../syscall/index.ts';

/** A refusal: the errno and the line for the log. */
export interface Refusal {
  readonly errno: Errno;
  readonly log: string;
}
