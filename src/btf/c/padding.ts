import type { Wide } from '../layout.ts';
import type { CTables } from './tables.ts';
import { newLine, write, writeUnsigned } from './text.ts';

/** Types of padding, the largest first: long, int, short, char. */
const LONG = 0;
const INT = 1;
const SHORT = 2;
const CHAR = 3;

/** A hole between two members, in bits from the start of the struct. */
export interface Hole {
  readonly from: Wide;
  readonly to: Wide;
  /** Alignment in bytes of what follows the hole. */
  readonly nextAlign: number;
  /** Both neighbours are bitfields, so that a `: 0` would not reach. */
  readonly insideBitfields: boolean;
}

/**
 * Prints unnamed bitfields that fill a hole which C's own alignment would not leave. The largest of long, int, short and
 * char whose boundary still lies in the hole is chosen, `type: 0` moves to that boundary where the compiler would not get
 * there by itself, and whole fields and a last smaller one fill the rest.
 * @see tools/lib/bpf/btf_dump.c (v6.12) for the choice of types, which the output shows
 */
export function writePadding(t: CTables, { from, to, nextAlign, insideBitfields }: Hole): void {
  if (from >= to) return;
  let type = LONG;
  while (type < CHAR && roundUp(from, bitsOf(t, type)) > to) type++;
  const bits = bitsOf(t, type);
  const boundary = roundUp(from, bits);
  let at = from;
  if (boundary > from && boundary <= to) {
    const alignsItself = boundary !== to || roundUp(from, nextAlign * 8) === boundary;
    const swallowed = boundary !== to && to - boundary <= boundary - from;
    if (insideBitfields) writeField(t, type, (boundary - from) | 0);
    else if (!alignsItself || swallowed) writeField(t, type, 0);
    at = boundary;
  }
  for (; to - at >= bits; at += bits) writeField(t, type, bits);
  if (at < to) {
    const rest = (to - at) | 0;
    let smallest = CHAR;
    while (smallest > type && bitsOf(t, smallest) < rest) smallest--;
    writeField(t, smallest, rest);
  }
}

function bitsOf(t: CTables, type: number): number {
  return type === LONG ? 8 * t.pointerSize : 64 >> type;
}

function writeField(t: CTables, type: number, bits: number): void {
  newLine(t, t.level + 1);
  if (type === LONG) write(t, 'long: ');
  else if (type === INT) write(t, 'int: ');
  else write(t, type === SHORT ? 'short: ' : 'char: ');
  writeUnsigned(t, bits);
  write(t, ';');
}

function roundUp(value: Wide, multiple: number): Wide {
  return multiple === 0 ? value : Math.ceil(value / multiple) * multiple;
}
