import { errno } from '../uapi/index.ts';

/** Why a program is refused: the errno (positive) and the kernel's last words about it. */
export interface Refusal {
  readonly errno: number;
  /** The log's line, without its end; empty where the kernel writes no log. */
  readonly text: string;
  /** The instruction, where the kernel walked to it before it refused. */
  readonly insn?: number;
  /**
   * Compilers write such things too, into code that no values ever lead to: it counts only where every run comes by. (The
   * kernel knows from the ranges of values.)
   */
  readonly depends?: boolean;
  /** Not the kernel's refusal: what the check cannot judge yet. */
  readonly unsupported?: boolean;
}

export function invalid(text: string, insn?: number): Refusal {
  return { errno: errno.EINVAL, text, insn };
}

export function denied(text: string, insn?: number): Refusal {
  return { errno: errno.EACCES, text, insn };
}

/** What the check cannot judge yet, in the user's words. */
export function unsupported(what: string, insn?: number): Refusal {
  return { errno: errno.ENOTSUP, text: `not supported yet: ${what}`, insn, unsupported: true };
}
