const GOLDEN = 0xdeadbeef;

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

function wordAt(bytes: Uint8Array, at: number, little: boolean): number {
  return little
    ? bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)
    : (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
}

/** Up to four of the last `left` bytes: a word of the machine, or the first byte lowest. */
function restAt(bytes: Uint8Array, at: number, left: number, bigWords: boolean): number {
  if (left <= 0) return 0;
  if (left >= 4) return wordAt(bytes, at, !bigWords);
  let part = bytes[at];
  if (left > 1) part |= bytes[at + 1] << 8;
  if (left > 2) part |= bytes[at + 2] << 16;
  return part;
}

/**
 * Bob Jenkins' lookup3 hash of the bytes, as an unsigned 32-bit number, in the form that Linux hashes map keys with: so a
 * map with BPF_F_ZERO_SEED has its keys in the order that they have in Linux.
 * @param little byte order of the machine
 * @see http://burtleburtle.net/bob/c/lookup3.c (public domain); order of keys: recorded from Linux 6.18
 */
export function jhash(bytes: Uint8Array, seed: number, little: boolean): number {
  let left = bytes.length;
  let a = (GOLDEN + left + seed) | 0;
  let b = a;
  let c = a;
  let at = 0;
  for (; left > 12; left -= 12, at += 12) {
    a = (a + wordAt(bytes, at, little)) | 0;
    b = (b + wordAt(bytes, at + 4, little)) | 0;
    c = (c + wordAt(bytes, at + 8, little)) | 0;
    a = ((a - c) | 0) ^ rotate(c, 4);
    c = (c + b) | 0;
    b = ((b - a) | 0) ^ rotate(a, 6);
    a = (a + c) | 0;
    c = ((c - b) | 0) ^ rotate(b, 8);
    b = (b + a) | 0;
    a = ((a - c) | 0) ^ rotate(c, 16);
    c = (c + b) | 0;
    b = ((b - a) | 0) ^ rotate(a, 19);
    a = (a + c) | 0;
    c = ((c - b) | 0) ^ rotate(b, 4);
    b = (b + a) | 0;
  }
  if (left === 0) return c >>> 0;
  const bigWords = !little && left % 4 === 0;
  a = (a + restAt(bytes, at, left, bigWords)) | 0;
  b = (b + restAt(bytes, at + 4, left - 4, bigWords)) | 0;
  c = (c + restAt(bytes, at + 8, left - 8, bigWords)) | 0;
  c = ((c ^ b) - rotate(b, 14)) | 0;
  a = ((a ^ c) - rotate(c, 11)) | 0;
  b = ((b ^ a) - rotate(a, 25)) | 0;
  c = ((c ^ b) - rotate(b, 16)) | 0;
  a = ((a ^ c) - rotate(c, 4)) | 0;
  b = ((b ^ a) - rotate(a, 14)) | 0;
  c = ((c ^ b) - rotate(b, 24)) | 0;
  return c >>> 0;
}
