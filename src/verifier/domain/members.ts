import { MASK, VALUE } from './row.ts';
import { ltU, set64 } from './words.ts';

/*
 * The numbers that known bits allow, in order: those that have the bits of VALUE wherever MASK is 0.
 */

/** Whether the number at `at` has the known bits. */
export function isMember(w: Int32Array, r: number, at: number): boolean {
  return ((w[at] ^ w[r + VALUE]) & ~w[r + MASK]) === 0 && ((w[at + 1] ^ w[r + VALUE + 1]) & ~w[r + MASK + 1]) === 0;
}

/** The result of `nextMember`. */
export const next = new Int32Array(2);

/** Sets `next` to the least member above a number, or to the greatest of all where there is none. */
export function nextMember(w: Int32Array, r: number, { low, high }: { low: number; high: number }): void {
  const [value, valueHigh, mask, maskHigh] = [w[r + VALUE], w[r + VALUE + 1], w[r + MASK], w[r + MASK + 1]];
  if (!ltU(low, high, value | mask, valueHigh | maskHigh)) {
    set64(next, 0, value | mask, valueHigh | maskHigh);
    return;
  }
  // The least number that is not below: its known bits may be wrong.
  const from = (low + 1) | 0;
  const fromHigh = from === 0 ? (high + 1) | 0 : high;
  const wrongHigh = (fromHigh ^ valueHigh) & ~maskHigh;
  const wrong = wrongHigh === 0 ? (from ^ value) & ~mask : -1;
  if (wrongHigh === 0 && wrong === 0) {
    set64(next, 0, from, fromHigh);
    return;
  }
  // From the highest wrong bit down, all open bits are 0; where that bit is to be 0, the open bits above count on by one.
  const belowHigh = wrongHigh === 0 ? 0 : -1 >>> Math.clz32(wrongHigh);
  const below = wrongHigh === 0 ? -1 >>> Math.clz32(wrong) : -1;
  const top = wrongHigh === 0 ? wrong & ~(below >>> 1) : wrongHigh & ~(belowHigh >>> 1);
  const bit = (wrongHigh === 0 ? value : valueHigh) & top;
  let [open, openHigh] = [from & ~below, fromHigh & ~belowHigh];
  if (bit === 0) {
    const filled = open | ~mask | below;
    const filledHigh = openHigh | ~maskHigh | belowHigh;
    open = (filled + 1) | 0;
    openHigh = open === 0 ? (filledHigh + 1) | 0 : filledHigh;
  }
  set64(next, 0, (open & mask & ~below) | value, (openHigh & maskHigh & ~belowHigh) | valueHigh);
}
