/** `AUX2` of an iterator on the stack: more may come, or it is at its end. */
export const ITER_ACTIVE = 1;
export const ITER_DRAINED = 2;
