import { decodeUtf8, encodeUtf8 } from '../../base/index.ts';

/** Longest line, without the backslash that ends it; in pairs of characters, of which everything here is made. */
const PAIRS = 78 / 2;

/** Two characters in one number, as they lie in memory. */
const pairsOf = (text: string): Uint16Array => new Uint16Array(encodeUtf8(text).slice().buffer);

/** Bytes as the lines inside a string literal of C, `\x7f\x45\0…`, each but the last continued by a backslash. */
export function cStringLines(bytes: Uint8Array): string {
  const hex = pairsOf(Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0')).join(''));
  const [zero, hexMark, newLine] = pairsOf('\\0\\x\\\n');
  const out = new Uint16Array(2 * bytes.length + 1 + Math.floor((2 * bytes.length) / (PAIRS - 1)));
  let at = 0;
  let lineEnd = PAIRS;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (at + (byte === 0 ? 1 : 2) > lineEnd) {
      out[at++] = newLine;
      lineEnd = at + PAIRS;
    }
    if (byte === 0) {
      out[at++] = zero;
    } else {
      out[at++] = hexMark;
      out[at++] = hex[byte];
    }
  }
  return decodeUtf8(new Uint8Array(out.buffer, 0, 2 * at));
}
