/** Bytes of a page of the linear memory: what a machine saves by. */
export const PAGE_SIZE = 0x1_0000;
