import type { Btf } from '../btf.ts';
import { errTooDeep, errTypeCycle, errUnprintable } from '../errors.ts';
import { BTF_KIND, infoVlen } from '../kinds.ts';
import type { BtfId } from '../model.ts';

/** Deepest nesting of types that is followed. */
const DEPTH_MAX = 1000;

/** States of a type beside 0, not looked at yet. */
const ACTIVE = 1;
const DONE = 2;

/**
 * Orders definitions so that C accepts them: what a type holds by value comes before it. What it only points to may come
 * later (a forward declaration serves), unless that has no name and so is defined in place.
 *
 * The order is libbpf's, quirks included: it decides what `bpftool btf dump format c` prints first.
 * @see tools/lib/bpf/btf_dump.c (v6.12)
 */
export class DefinitionOrder {
  readonly #btf: Btf;
  readonly #state: Uint8Array;
  /** Types that some other type refers to: an enum without a name that nothing refers to is a definition of its own. */
  readonly #referenced: Uint8Array;
  readonly #queue: BtfId[] = [];
  #steps = 0;
  readonly #stepsMax: number;

  constructor(btf: Btf) {
    this.#btf = btf;
    this.#state = new Uint8Array(btf.typeCount);
    this.#state[0] = DONE;
    this.#referenced = referencedTypes(btf);
    this.#stepsMax = 300_000 + 32 * btf.words.length;
  }

  /** Whether the type and all that it needs were given out. */
  isDone(id: BtfId): boolean {
    return this.#state[id] === DONE;
  }

  /**
   * Definitions that have to be printed for a type, itself last, but for those given out before.
   * @returns a list that the next call reuses
   */
  definitionsFor(id: BtfId): readonly BtfId[] {
    if (this.#queue.length > 0) this.#queue.length = 0;
    if (this.#state[id] !== DONE) this.#visit(id, false, 0);
    return this.#queue;
  }

  /** @returns whether the type must be defined before what leads to it; a pointer to a named type may wait */
  #visit(id: BtfId, throughPointer: boolean, depth: number): boolean {
    if (this.#state[id] === DONE) return true;
    if (depth > DEPTH_MAX || ++this.#steps > this.#stepsMax) throw errTooDeep({ id, depth: DEPTH_MAX });
    const { words, index } = this.#btf;
    const at = index[id];
    const isNamed = words[at] !== 0;
    const kind = this.#btf.kinds[id];
    if (this.#state[id] === ACTIVE) {
      const isComposite = kind === BTF_KIND.STRUCT || kind === BTF_KIND.UNION;
      if (isComposite && throughPointer && isNamed) return false;
      throw errTypeCycle({ id });
    }
    switch (kind) {
      case BTF_KIND.PTR: {
        const strong = this.#visit(words[at + 2], true, depth + 1);
        this.#state[id] = DONE;
        return strong;
      }
      case BTF_KIND.ARRAY:
        return this.#visit(words[at + 3], false, depth + 1);
      case BTF_KIND.VOLATILE:
      case BTF_KIND.CONST:
      case BTF_KIND.RESTRICT:
      case BTF_KIND.TYPE_TAG:
        return this.#visit(words[at + 2], throughPointer, depth + 1);
      case BTF_KIND.STRUCT:
      case BTF_KIND.UNION: {
        if (throughPointer && isNamed) return false;
        this.#state[id] = ACTIVE;
        for (let m = at + 3, end = m + 3 * infoVlen(words[at + 1]); m < end; m += 3) {
          if (this.#state[words[m + 1]] !== DONE) this.#visit(words[m + 1], false, depth + 1);
        }
        return this.#finish(id, isNamed);
      }
      case BTF_KIND.ENUM:
      case BTF_KIND.ENUM64:
      case BTF_KIND.FWD:
        return this.#finish(id, isNamed || this.#referenced[id] === 0);
      case BTF_KIND.TYPEDEF: {
        const strong = this.#visit(words[at + 2], throughPointer, depth + 1);
        return throughPointer && !strong ? false : this.#finish(id, true);
      }
      case BTF_KIND.FUNC_PROTO: {
        let strong = this.#visit(words[at + 2], throughPointer, depth + 1);
        for (let m = at + 3, end = m + 2 * infoVlen(words[at + 1]); m < end; m += 2) {
          if (this.#visit(words[m + 1], throughPointer, depth + 1)) strong = true;
        }
        return strong;
      }
      case BTF_KIND.INT:
      case BTF_KIND.FLOAT:
      case BTF_KIND.FUNC:
      case BTF_KIND.VAR:
      case BTF_KIND.DATASEC:
      case BTF_KIND.DECL_TAG:
        this.#state[id] = DONE;
        return false;
      default:
        throw errUnprintable({ id, kind });
    }
  }

  #finish(id: BtfId, isDefinition: boolean): true {
    if (isDefinition) this.#queue.push(id);
    this.#state[id] = DONE;
    return true;
  }
}

/** A FUNC refers to a FUNC_PROTO alone, which nobody asks for. */
function referencedTypes(btf: Btf): Uint8Array {
  const { words, index } = btf;
  const referenced = new Uint8Array(btf.typeCount);
  for (let id = 1; id < btf.typeCount; id++) {
    const at = index[id];
    const kind = btf.kinds[id];
    const vlen = infoVlen(words[at + 1]);
    switch (kind) {
      case BTF_KIND.VOLATILE:
      case BTF_KIND.CONST:
      case BTF_KIND.RESTRICT:
      case BTF_KIND.PTR:
      case BTF_KIND.TYPEDEF:
      case BTF_KIND.VAR:
      case BTF_KIND.DECL_TAG:
      case BTF_KIND.TYPE_TAG:
        referenced[words[at + 2]] = 1;
        break;
      case BTF_KIND.ARRAY:
        referenced[words[at + 3]] = 1;
        referenced[words[at + 4]] = 1;
        break;
      case BTF_KIND.STRUCT:
      case BTF_KIND.UNION:
        for (let m = at + 4, end = m + 3 * vlen; m < end; m += 3) referenced[words[m]] = 1;
        break;
      case BTF_KIND.FUNC_PROTO:
        for (let m = at + 4, end = m + 2 * vlen; m < end; m += 2) referenced[words[m]] = 1;
        break;
      case BTF_KIND.DATASEC:
        for (let m = at + 3, end = m + 3 * vlen; m < end; m += 3) referenced[words[m]] = 1;
        break;
      default:
        break;
    }
  }
  return referenced;
}
