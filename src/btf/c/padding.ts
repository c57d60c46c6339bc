import type { TextBytes } from '../text-bytes.ts';

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
  readonly pointerSize: number;
  readonly level: number;
}

/**
 * Prints unnamed bitfields that fill a hole which C's own alignment would not leave. The largest of long, int, short and
 * char whose boundary still lies in the hole is chosen, `type: 0` moves to that boundary where the compiler would not get
 * there by itself, and whole fields and a last smaller one fill the rest.
 * @see tools/lib/bpf/btf_dump.c (v6.12) for the choice of types, which the output shows
 */
export function writePadding(out: TextBytes, hole: Hole, style: PaddingStyle): void {
  const { from, to, nextAlign, insideBitfields } = hole;
  if (from >= to) return;
  const types: readonly { name: string; bits: number }[] = [
    { name: 'long', bits: style.pointerSize * 8 },
    { name: 'int', bits: 32 },
    { name: 'short', bits: 16 },
    { name: 'char', bits: 8 },
  ];
  const field = (name: string, bits: number) =>
    out.text('\n').indent(style.level).text(name).text(': ').decimal(bits).text(';');
  const chosen = types.find(({ bits }) => roundUp(from, bits) <= to) ?? types[types.length - 1];
  const boundary = roundUp(from, chosen.bits);
  let at = from;
  if (boundary > from && boundary <= to) {
    const alignsItself = boundary !== to || roundUp(from, nextAlign * 8) === boundary;
    const swallowed = boundary !== to && to - boundary <= boundary - from;
    if (insideBitfields) field(chosen.name, boundary - from);
    else if (!alignsItself || swallowed) field(chosen.name, 0);
    at = boundary;
  }
  for (; to - at >= chosen.bits; at += chosen.bits) field(chosen.name, chosen.bits);
  if (at < to) {
    const smallest = types.findLast(({ bits }) => bits >= to - at);
    field((smallest ?? chosen).name, to - at);
  }
}

function roundUp(value: number, multiple: number): number {
  return multiple === 0 ? value : Math.ceil(value / multiple) * multiple;
}
