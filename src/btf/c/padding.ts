import { type Piece, piece } from '../piece.ts';
import type { TextBytes } from '../text-bytes.ts';
import { C, line } from './pieces.ts';

/** A hole between two members, in bits from the start of the struct. */
export interface Hole {
  readonly from: number;
  readonly to: number;
  /** Alignment in bytes of what follows the hole. */
  readonly nextAlign: number;
  /** Both neighbours are bitfields, so that a `: 0` would not reach. */
  readonly insideBitfields: boolean;
}

/** How and where padding is printed. */
export interface PaddingStyle {
  readonly out: TextBytes;
  readonly pointerSize: number;
  readonly level: number;
}

const typesOf = (pointerSize: number) => [
  { name: piece('long: '), bits: pointerSize * 8 },
  { name: piece('int: '), bits: 32 },
  { name: piece('short: '), bits: 16 },
  { name: piece('char: '), bits: 8 },
];
const TYPES_32 = typesOf(4);
const TYPES_64 = typesOf(8);

/**
 * Prints unnamed bitfields that fill a hole which C's own alignment would not leave. The largest of long, int, short and
 * char whose boundary still lies in the hole is chosen, `type: 0` moves to that boundary where the compiler would not get
 * there by itself, and whole fields and a last smaller one fill the rest.
 * @see tools/lib/bpf/btf_dump.c (v6.12) for the choice of types, which the output shows
 */
export function writePadding(hole: Hole, style: PaddingStyle): void {
  const { from, to, nextAlign, insideBitfields } = hole;
  if (from >= to) return;
  const types = style.pointerSize === 8 ? TYPES_64 : TYPES_32;
  let chosen = 0;
  while (chosen < types.length - 1 && roundUp(from, types[chosen].bits) > to) chosen++;
  const { name, bits } = types[chosen];
  const boundary = roundUp(from, bits);
  let at = from;
  if (boundary > from && boundary <= to) {
    const alignsItself = boundary !== to || roundUp(from, nextAlign * 8) === boundary;
    const swallowed = boundary !== to && to - boundary <= boundary - from;
    if (insideBitfields) writeField(style, name, boundary - from);
    else if (!alignsItself || swallowed) writeField(style, name, 0);
    at = boundary;
  }
  for (; to - at >= bits; at += bits) writeField(style, name, bits);
  if (at < to) {
    let smallest = types.length - 1;
    while (smallest > chosen && types[smallest].bits < to - at) smallest--;
    writeField(style, types[smallest].name, to - at);
  }
}

function writeField({ out, level }: PaddingStyle, name: Piece, bits: number): void {
  out.piece(line(level)).piece(name).decimal(bits).piece(C.semicolon);
}

function roundUp(value: number, multiple: number): number {
  return multiple === 0 ? value : Math.ceil(value / multiple) * multiple;
}
