import type { Json } from './json.ts';

const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Two digits a byte, 16 bytes a line with a wider gap in its middle, `separator` between the others. */
export function hexLines(bytes: Uint8Array, separator = ' '): string {
  let text = '';
  for (let i = 0; i < bytes.length; i++) {
    if (i > 0) text += i % 16 === 0 ? '\n' : i % 8 === 0 ? '  ' : '';
    // After a gap of its own kind there is no separator.
    if (i % 8 !== 0) text += separator;
    text += HEX[bytes[i]];
  }
  return text;
}

/** `["0x01","0xff"]` */
export function hexJson(bytes: Uint8Array): Json {
  return Array.from(bytes, (byte) => `0x${HEX[byte]}`);
}

/** `[1,255]` */
export function decimalJson(bytes: Uint8Array): Json {
  return Array.from(bytes);
}

/** The offset, 16 bytes in pairs and the same as text, a line each, as `prog run` prints data. */
export function hexDump(bytes: Uint8Array): string {
  let text = '';
  for (let row = 0; row < bytes.length; row += 16) {
    let digits = '';
    let letters = '';
    for (let i = row; i < row + 16; i++) {
      const byte = bytes[i];
      digits += byte === undefined ? '  ' : HEX[byte];
      if (i % 2 === 1) digits += ' ';
      if (byte === undefined) continue;
      letters += byte < 0x20 || byte > 0x7e ? '.' : String.fromCharCode(byte);
      if (i === row + 7) letters += ' ';
    }
    text += `${row.toString(16).padStart(7, '0')}\t${digits}| ${letters}\n`;
  }
  return text;
}
