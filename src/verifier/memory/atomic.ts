import type { Refusal } from '../refusal.ts';
import type { Walk } from '../walk/walk.ts';

/** An atomic operation on memory. */
export function walkAtomic(walk: Walk): Refusal | undefined {
  return walk.unsupported('atomic operations');
}
