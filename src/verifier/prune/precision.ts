import type { Walk } from '../walk/walk.ts';

/** The register's exact number decided something: states that stand for this one have to have it, too. */
export function markPrecise(walk: Walk, register: number): void {
  void walk;
  void register;
}
