import { decodeUtf8 } from '../../base/index.ts';

/** Longest line, without the backslash that ends it. */
const WIDTH = 78;
const HEX = '0123456789abcdef';
const BACKSLASH = 0x5c;

/** Bytes as the lines inside a string literal of C, `\x7f\x45\0…`, each but the last continued by a backslash. */
export function cStringLines(bytes: Uint8Array): string {
  const out = new Uint8Array(4 * bytes.length + 2 * (1 + Math.floor((4 * bytes.length) / (WIDTH - 3))));
  const digits = Uint8Array.from(HEX, (char) => char.charCodeAt(0));
  let at = 0;
  let column = 0;
  for (const byte of bytes) {
    const width = byte === 0 ? 2 : 4;
    column += width;
    if (column > WIDTH) {
      out[at++] = BACKSLASH;
      out[at++] = 0x0a;
      column = width;
    }
    out[at++] = BACKSLASH;
    if (byte === 0) {
      out[at++] = 0x30;
    } else {
      out[at++] = 0x78;
      out[at++] = digits[byte >> 4];
      out[at++] = digits[byte & 15];
    }
  }
  return decodeUtf8(out.subarray(0, at));
}
