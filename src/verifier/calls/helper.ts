import type { Refusal } from '../refusal.ts';
import type { Walk } from '../walk/walk.ts';

/** A call of a helper. */
export function walkHelper(walk: Walk): Refusal | 'path ends' | undefined {
  return walk.unsupported('calls of helpers');
}
