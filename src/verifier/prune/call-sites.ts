import type { Frame } from '../state/state.ts';

/** Whether two states stand in the same functions, called from the same places. */
export function sameCallSites(one: readonly Frame[], other: readonly Frame[]): boolean {
  if (one.length !== other.length) return false;
  for (let i = 0; i < one.length; i++) if (one[i].callSite !== other[i].callSite) return false;
  return true;
}
