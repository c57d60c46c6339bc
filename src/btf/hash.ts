/**
 * Start of every hash, another one in each process, so that nobody can prepare names or types that all fall into one
 * bucket. No result depends on it, only how fast it is found.
 */
const SEED = (Math.random() * 0x1_0000_0000) >>> 0;

/** The hash of nothing. */
export function startHash(): number {
  return SEED;
}

/** Takes one more word in. */
export function mixHash(hash: number, word: number): number {
  const mixed = Math.imul(hash ^ word, 0x9e37_79b1 | 0);
  return mixed ^ (mixed >>> 15);
}

/** Spreads what was taken in over all 32 bits. */
export function finishHash(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b | 0);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35 | 0);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** The hash of the bytes from `start` to `end`. */
export function hashBytes(bytes: Uint8Array, start: number, end: number): number {
  return hashFrom(bytes, start, { end, seed: SEED });
}

/** The same with a start of one's own. */
export function hashFrom(bytes: Uint8Array, start: number, { end, seed }: { end: number; seed: number }): number {
  let hash = seed;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    hash = mixHash(hash, bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24));
  }
  for (; at < end; at++) hash = mixHash(hash, bytes[at]);
  return finishHash(hash);
}

/** Where the NUL-terminated string at `start` ends. */
export function stringEnd(bytes: Uint8Array, start: number): number {
  let end = start;
  while (end < bytes.length && bytes[end] !== 0) end++;
  return end;
}
