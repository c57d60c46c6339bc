import type { CTables } from './tables.ts';

/** Deepest indentation that is written. @see tools/lib/bpf/btf_dump.c (v6.12) */
const INDENT_MAX = 13;

/** Bytes that may be written where `length` is not past `end`; no constant text is longer. */
export const PIECE_MAX = 64;

const FOUR_TABS = 0x0909_0909;
const LOW_BITS = 0x0101_0101;
const HIGH_BITS = 0x8080_8080 | 0;

/** Writes constant ASCII text. Compiled, it is a few stores of constants. */
export function write(t: CTables, text: string): void {
  if (t.length > t.end) t.grow();
  for (let i = 0; i < text.length; i++) t.text.setUint8(t.length + i, text.charCodeAt(i));
  t.length += text.length;
}

/** Whether the string at an offset is that constant ASCII text. Compiled, it is a few comparisons. */
export function equals(t: CTables, offset: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (t.strings[offset + i] !== text.charCodeAt(i)) return false;
  return t.strings[offset + text.length] === 0;
}

/** Writes a string of the BTF: bytes as they are, four at a time; what comes next overwrites those past the end. */
export function writeString(t: CTables, offset: number): void {
  let at = t.length;
  for (let from = offset; ; from += 4) {
    if (at > t.end) {
      t.length = at;
      t.grow();
    }
    const word = t.stringView.getInt32(from, true);
    t.text.setInt32(at, word, true);
    const end = firstZero(word);
    at += end;
    if (end < 4) {
      t.length = at;
      return;
    }
  }
}

/** Which byte of a little-endian word is the first that is 0; 4 if none is. */
export function firstZero(word: number): number {
  const zeros = (word - LOW_BITS) & ~word & HIGH_BITS;
  return zeros === 0 ? 4 : (31 - Math.clz32(zeros & -zeros)) >> 3;
}

/** Writes a new line, and a tab for each level of nesting. */
export function newLine(t: CTables, level: number): void {
  write(t, '\n');
  const tabs = Math.min(level, INDENT_MAX);
  for (let i = 0; i < tabs; i += 4) t.text.setInt32(t.length + i, FOUR_TABS, true);
  t.length += tabs;
}

/** Writes 32 bits as a signed number. */
export function writeSigned(t: CTables, value: number): void {
  if (value < 0) write(t, '-');
  writeUnsigned(t, value < 0 ? -value | 0 : value);
}

/** Writes 32 bits as a number without a sign. */
export function writeUnsigned(t: CTables, value: number): void {
  if (t.length > t.end) t.grow();
  // Half of the value is positive as a signed number.
  const tens = value < 0 ? ((value >>> 1) / 5) | 0 : (value / 10) | 0;
  let at = t.length;
  for (let rest = tens; rest > 0; rest = (rest / 10) | 0) at++;
  t.length = at + 1;
  t.text.setUint8(at, 0x30 + (value - Math.imul(tens, 10)));
  for (let rest = tens; rest > 0; ) {
    const next = (rest / 10) | 0;
    at--;
    t.text.setUint8(at, 0x30 + (rest - next * 10));
    rest = next;
  }
}

/** Writes 64 bits as a number without a sign: those before the last digit, then that one. */
export function writeLong(t: CTables, high: number, low: number): void {
  if (high === 0) {
    writeUnsigned(t, low);
    return;
  }
  // Divided by ten as on paper, in digits of 16 bits.
  const a = high >>> 16;
  const b = ((a % 10) << 16) | (high & 0xffff);
  const c = ((b % 10) << 16) | (low >>> 16);
  const d = ((c % 10) << 16) | (low & 0xffff);
  const tenHigh = (((a / 10) | 0) << 16) | ((b / 10) | 0);
  const tenLow = (((c / 10) | 0) << 16) | ((d / 10) | 0);
  writeLong(t, tenHigh, tenLow);
  writeUnsigned(t, d % 10);
}
