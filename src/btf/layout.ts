import { BTF_KIND, infoFlag, infoVlen } from './kinds.ts';
import type { BtfId } from './model.ts';

// How large values are and how C aligns them. Like the C printer (c/tables.ts), which asks for it at every member, this
// is also compiled to WebAssembly.

/** Longest chain of types followed before a BTF counts as looping; libbpf has the same. */
export const MAX_RESOLVE_DEPTH = 32;
/** Deepest nesting of composites and arrays whose alignment is looked for. */
const MAX_ALIGN_DEPTH = 256;
/** Marks a type whose alignment is being worked out: to meet it again is a loop. */
const IN_PROGRESS = 0xff;

/** Whole numbers beyond 32 bits. */
export type Wide = number;

/** Types as runs of words: those of a `Btf`, or what the C printer has of it. */
export interface FlatTypes {
  readonly words: ArrayLike<number>;
  readonly index: ArrayLike<number>;
  readonly kinds: Uint8Array;
  readonly pointerSize: number;
}

/** The same with what is known of alignments, for types share members: without it work could grow exponentially. */
export interface AlignedTypes extends FlatTypes {
  /** Alignment plus one by id; 0 is not known yet. */
  readonly alignments: Uint8Array;
}

/** Whether types of that kind only qualify another. */
export function isModifier(kind: number): boolean {
  return (
    kind === BTF_KIND.CONST || kind === BTF_KIND.VOLATILE || kind === BTF_KIND.RESTRICT || kind === BTF_KIND.TYPE_TAG
  );
}

/** Bytes of a value of the type; -1 where it has no size (void, a function, a loop, an array over 4 GiB). */
export function valueSize(t: FlatTypes, id: BtfId): Wide {
  let at = id;
  let count: Wide = 1;
  for (let depth = 0; depth < MAX_RESOLVE_DEPTH; depth++) {
    const place = t.index[at];
    switch (t.kinds[at]) {
      case BTF_KIND.INT:
      case BTF_KIND.STRUCT:
      case BTF_KIND.UNION:
      case BTF_KIND.ENUM:
      case BTF_KIND.ENUM64:
      case BTF_KIND.DATASEC:
      case BTF_KIND.FLOAT:
        return product(count, t.words[place + 2] >>> 0);
      case BTF_KIND.PTR:
        return product(count, t.pointerSize);
      case BTF_KIND.TYPEDEF:
      case BTF_KIND.VOLATILE:
      case BTF_KIND.CONST:
      case BTF_KIND.RESTRICT:
      case BTF_KIND.VAR:
      case BTF_KIND.DECL_TAG:
      case BTF_KIND.TYPE_TAG:
        at = t.words[place + 2];
        break;
      case BTF_KIND.ARRAY:
        count = product(count, t.words[place + 5] >>> 0);
        if (count < 0) return -1;
        at = t.words[place + 3];
        break;
      default:
        return -1;
    }
  }
  return -1;
}

/** -1 where it is over 4 GiB. */
function product(a: Wide, b: Wide): Wide {
  if (a > 0xffff && b > 0xffff) return -1;
  return a * b <= 0xffff_ffff ? a * b : -1;
}

/** Alignment in bytes that C gives the type; 0 where it has none (void, a function, a loop). */
export function alignment(t: AlignedTypes, id: BtfId): number {
  if (t.alignments[id] === 0) t.alignments[id] = align(t, id, 0) + 1;
  return t.alignments[id] - 1;
}

function align(t: AlignedTypes, id: BtfId, depth: number): number {
  const at = t.index[id];
  switch (t.kinds[id]) {
    case BTF_KIND.INT:
    case BTF_KIND.ENUM:
    case BTF_KIND.ENUM64:
    case BTF_KIND.FLOAT: {
      const size = t.words[at + 2];
      return size < 0 || size > t.pointerSize ? t.pointerSize : size;
    }
    case BTF_KIND.PTR:
      return t.pointerSize;
    case BTF_KIND.TYPEDEF:
    case BTF_KIND.VOLATILE:
    case BTF_KIND.CONST:
    case BTF_KIND.RESTRICT:
    case BTF_KIND.TYPE_TAG:
      return depth < MAX_ALIGN_DEPTH ? align(t, t.words[at + 2], depth + 1) : 0;
    case BTF_KIND.ARRAY:
      return depth < MAX_ALIGN_DEPTH ? align(t, t.words[at + 3], depth + 1) : 0;
    case BTF_KIND.STRUCT:
    case BTF_KIND.UNION:
      if (t.alignments[id] === IN_PROGRESS || depth >= MAX_ALIGN_DEPTH) return 0;
      if (t.alignments[id] === 0) {
        t.alignments[id] = IN_PROGRESS;
        t.alignments[id] = alignComposite(t, id, depth) + 1;
      }
      return t.alignments[id] - 1;
    default:
      return 0;
  }
}

/** A composite with a member at an odd offset, or of a size that its alignment does not divide, is packed: 1. */
function alignComposite(t: AlignedTypes, id: BtfId, depth: number): number {
  const at = t.index[id];
  const info = t.words[at + 1];
  const flag = infoFlag(info);
  const end = at + 3 + 3 * infoVlen(info);
  let largest = 1;
  for (let m = at + 3; m < end; m += 3) {
    const memberAlign = align(t, t.words[m + 1], depth + 1);
    if (memberAlign <= 0) return memberAlign;
    if (memberAlign > largest) largest = memberAlign;
    if (!isAligned(flag, t.words[m + 2], memberAlign)) return 1;
  }
  return (t.words[at + 2] >>> 0) % largest === 0 ? largest : 1;
}

/** Whether a member's place, which with the flag may be a bitfield's, is a multiple of so many bytes. */
function isAligned(flag: boolean, place: number, bytes: number): boolean {
  if (flag && place >>> 24 !== 0) return true;
  return (place >>> 0) % (8 * bytes) === 0;
}
