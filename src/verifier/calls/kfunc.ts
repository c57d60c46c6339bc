import type { Refusal } from '../refusal.ts';
import type { Walk } from '../walk/walk.ts';

/** A call of a kfunc. */
export function walkKfunc(walk: Walk): Refusal | 'path ends' | undefined {
  return walk.unsupported('calls of kfuncs');
}
