import { checkLeaks } from '../walk/leaks.ts';
import { checkReturn } from '../walk/return-value.ts';
import type { Outcome, Walk } from '../walk/walk.ts';

/** `bpf_throw(cookie)`: all frames end; without a callback of its own the program returns the cookie. */
export function walkThrow(walk: Walk): Outcome {
  const { exceptionCallback } = walk.options;
  const refusal = exceptionCallback === undefined ? checkReturn(walk, 1) : undefined;
  return refusal ?? checkLeaks(walk, 'bpf_throw', true) ?? 'path ends';
}
