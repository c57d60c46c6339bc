import type { Btf } from './btf.ts';
import { BTF_KIND } from './kinds.ts';
import type { BtfComposite, BtfId, BtfType } from './model.ts';

/** Longest chain of types followed before a BTF counts as looping; libbpf has the same. */
export const MAX_RESOLVE_DEPTH = 32;

/** The first type behind CONST, VOLATILE, RESTRICT and TYPE_TAG. */
export function skipModifiers(btf: Btf, id: BtfId): BtfId {
  let at = id;
  for (let depth = 0; depth < MAX_RESOLVE_DEPTH && isModifier(btf.kindOf(at)); depth++) at = btf.third(at);
  return at;
}

/** The first type behind modifiers and TYPEDEFs. */
export function skipModifiersAndTypedefs(btf: Btf, id: BtfId): BtfId {
  let at = id;
  for (let depth = 0; depth < MAX_RESOLVE_DEPTH; depth++) {
    const kind = btf.kindOf(at);
    if (!isModifier(kind) && kind !== BTF_KIND.TYPEDEF) break;
    at = btf.third(at);
  }
  return at;
}

/** The type object behind modifiers and TYPEDEFs. */
export function resolveType(btf: Btf, id: BtfId): BtfType {
  return btf.typeById(skipModifiersAndTypedefs(btf, id));
}

/** Whether types of that kind only qualify another. */
export function isModifier(kind: number): boolean {
  return (
    kind === BTF_KIND.CONST || kind === BTF_KIND.VOLATILE || kind === BTF_KIND.RESTRICT || kind === BTF_KIND.TYPE_TAG
  );
}

/** Whether it is a struct or a union. */
export function isComposite(type: BtfType): type is BtfComposite {
  return type.kind === 'STRUCT' || type.kind === 'UNION';
}

/** Bytes of a value of the type; undefined where it has no size (void, a function, a loop, an array over 4 GiB). */
export function sizeOf(btf: Btf, id: BtfId): number | undefined {
  let at = id;
  let count = 1;
  for (let depth = 0; depth < MAX_RESOLVE_DEPTH; depth++) {
    let size: number;
    switch (btf.kindOf(at)) {
      case BTF_KIND.INT:
      case BTF_KIND.STRUCT:
      case BTF_KIND.UNION:
      case BTF_KIND.ENUM:
      case BTF_KIND.ENUM64:
      case BTF_KIND.DATASEC:
      case BTF_KIND.FLOAT:
        size = count * btf.third(at);
        return size <= 0xffff_ffff ? size : undefined;
      case BTF_KIND.PTR:
        size = count * btf.pointerSize;
        return size <= 0xffff_ffff ? size : undefined;
      case BTF_KIND.TYPEDEF:
      case BTF_KIND.VOLATILE:
      case BTF_KIND.CONST:
      case BTF_KIND.RESTRICT:
      case BTF_KIND.VAR:
      case BTF_KIND.DECL_TAG:
      case BTF_KIND.TYPE_TAG:
        at = btf.third(at);
        break;
      case BTF_KIND.ARRAY: {
        const place = btf.index[at];
        count *= btf.words[place + 5];
        if (count > 0xffff_ffff) return undefined;
        at = btf.words[place + 3];
        break;
      }
      default:
        return undefined;
    }
  }
  return undefined;
}

/** Deepest nesting of composites and arrays whose alignment is looked for. */
const MAX_ALIGN_DEPTH = 256;
/** Marks a type whose alignment is being worked out: to meet it again is a loop. */
const IN_PROGRESS = 0xff;
const known = new WeakMap<Btf, Alignments>();

/** The alignments of a BTF's types: the same object at every call. */
export function alignmentsOf(btf: Btf): Alignments {
  let alignments = known.get(btf);
  if (alignments === undefined) {
    alignments = new Alignments(btf);
    known.set(btf, alignments);
  }
  return alignments;
}

/** Alignment in bytes that C gives the type; 0 where it has none (void, a function, a loop). */
export function alignOf(btf: Btf, id: BtfId): number {
  return alignmentsOf(btf).of(id);
}

/** Alignments, kept once they are worked out: types share members, so work without it could grow exponentially. */
export class Alignments {
  readonly #context: AlignContext;

  constructor(btf: Btf) {
    this.#context = { btf, known: new Uint8Array(btf.typeCount) };
  }

  /** As `alignOf`. */
  of(id: BtfId): number {
    const { known } = this.#context;
    if (known[id] === 0) known[id] = align(this.#context, id, 0) + 1;
    return known[id] - 1;
  }
}

interface AlignContext {
  readonly btf: Btf;
  /** Alignment plus one by id; 0 is not known yet. */
  readonly known: Uint8Array;
}

function align(context: AlignContext, id: BtfId, depth: number): number {
  const { btf, known } = context;
  switch (btf.kindOf(id)) {
    case BTF_KIND.INT:
    case BTF_KIND.ENUM:
    case BTF_KIND.ENUM64:
    case BTF_KIND.FLOAT:
      return Math.min(btf.pointerSize, btf.third(id));
    case BTF_KIND.PTR:
      return btf.pointerSize;
    case BTF_KIND.TYPEDEF:
    case BTF_KIND.VOLATILE:
    case BTF_KIND.CONST:
    case BTF_KIND.RESTRICT:
    case BTF_KIND.TYPE_TAG:
      return depth < MAX_ALIGN_DEPTH ? align(context, btf.third(id), depth + 1) : 0;
    case BTF_KIND.ARRAY:
      return depth < MAX_ALIGN_DEPTH ? align(context, btf.words[btf.index[id] + 3], depth + 1) : 0;
    case BTF_KIND.STRUCT:
    case BTF_KIND.UNION: {
      if (known[id] === IN_PROGRESS || depth >= MAX_ALIGN_DEPTH) return 0;
      if (known[id] === 0) {
        known[id] = IN_PROGRESS;
        known[id] = alignOfComposite(context, id, depth) + 1;
      }
      return known[id] - 1;
    }
    default:
      return 0;
  }
}

/** A composite with a member at an odd offset, or of a size that its alignment does not divide, is packed: 1. */
function alignOfComposite(context: AlignContext, id: BtfId, depth: number): number {
  const { btf } = context;
  const { words, index } = btf;
  const flag = btf.flagOf(id);
  let largest = 1;
  for (let m = index[id] + 3, end = m + 3 * btf.vlenOf(id); m < end; m += 3) {
    const memberAlign = align(context, words[m + 1], depth + 1);
    if (memberAlign <= 0) return memberAlign;
    largest = Math.max(largest, memberAlign);
    const bitOffset = flag ? words[m + 2] & 0xff_ffff : words[m + 2];
    const bitfield = flag && words[m + 2] >>> 24 !== 0;
    if (!bitfield && bitOffset % (8 * memberAlign) !== 0) return 1;
  }
  return btf.third(id) % largest === 0 ? largest : 1;
}
