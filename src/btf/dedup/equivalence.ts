import { errKindInStruct } from '../errors.ts';
import { BTF_KIND, kindName, TYPE_WORDS } from '../kinds.ts';
import type { BtfId } from '../model.ts';
import type { DedupGraph } from './graph.ts';
import { UNMAPPED } from './graph.ts';
import { equalTypes, isCompositeKind, similarComposites, similarPrototypes } from './signature.ts';

/**
 * Whether two graphs of types say the same, for structs and unions that may hold themselves: while they are walked side
 * by side, each type met is supposed to be the one that it was met with, and stays so. A declaration goes with any struct
 * or union of its name.
 *
 * @see https://nakryiko.com/posts/btf-dedup/
 */
export class Equivalence {
  readonly #graph: DedupGraph;
  /** What each type of the known graph was met with in the new one. */
  readonly #supposed: Uint32Array;
  /** Types that were met, in order. */
  readonly #met: Uint32Array;
  #metCount = 0;
  /** Pairs still to be compared, known type and new type in turn; the next one is on top. */
  readonly #pairs: BtfId[] = [];
  #adjustsBase = false;

  constructor(graph: DedupGraph) {
    this.#graph = graph;
    this.#supposed = new Uint32Array(graph.count).fill(UNMAPPED);
    this.#met = new Uint32Array(graph.count);
  }

  /** The graphs are the same but that a declaration of the base is now known: the base keeps its form. */
  get adjustsBase(): boolean {
    return this.#adjustsBase;
  }

  /** Compares the graph of a new type to that of a known one. */
  check(fresh: BtfId, known: BtfId): boolean {
    for (let i = 0; i < this.#metCount; i++) this.#supposed[this.#met[i]] = UNMAPPED;
    this.#metCount = 0;
    this.#adjustsBase = false;
    const pairs = this.#pairs;
    pairs.length = 0;
    this.#push(fresh, known);
    while (pairs.length > 0) {
      const newId = pairs.pop() as BtfId;
      const knownId = pairs.pop() as BtfId;
      if (!this.#meet(newId, knownId)) return false;
    }
    return true;
  }

  /** Leaves two types to be compared where they are not known to be the same. */
  #push(newId: BtfId, knownId: BtfId): void {
    if (this.#graph.resolve(newId) !== this.#graph.resolve(knownId)) this.#pairs.push(knownId, newId);
  }

  #meet(newId: BtfId, knownId: BtfId): boolean {
    this.#graph.work(1);
    const other = this.#declaredBy(knownId);
    const supposed = this.#supposed[other];
    if (supposed !== UNMAPPED) return supposed === newId || this.#isCopy(supposed, newId);
    this.#supposed[other] = newId;
    this.#met[this.#metCount++] = other;
    return this.#compare(newId, other);
  }

  /** The struct or union that a declaration was found to be; else the type itself. */
  #declaredBy(id: BtfId): BtfId {
    const graph = this.#graph;
    if (graph.kinds[id] !== BTF_KIND.FWD) return id;
    const resolved = graph.resolve(id);
    return graph.kinds[resolved] === BTF_KIND.FWD ? id : resolved;
  }

  /** Compares two types but for what they refer to, which is left to be compared next. */
  #compare(newId: BtfId, knownId: BtfId): boolean {
    const { words, index, firstId } = this.#graph;
    const a = index[newId];
    const b = index[knownId];
    const kind = this.#graph.kinds[newId];
    const knownKind = this.#graph.kinds[knownId];
    // Void has no words: only void equals it, and that was seen before.
    if (kind === 0 || knownKind === 0) return false;
    if (this.#graph.names[newId] !== this.#graph.names[knownId]) return false;
    if (kind !== knownKind) {
      if (kind === BTF_KIND.FWD) return this.#graph.forwardKind(newId) === knownKind;
      if (knownKind !== BTF_KIND.FWD || this.#graph.forwardKind(knownId) !== kind) return false;
      if (knownId < firstId) this.#adjustsBase = true;
      return true;
    }
    switch (kind) {
      case BTF_KIND.INT:
      case BTF_KIND.FWD:
      case BTF_KIND.FLOAT:
        return equalTypes(words, a, b);
      case BTF_KIND.ENUM:
      case BTF_KIND.ENUM64:
        return this.#graph.vlen(newId) === 0 || this.#graph.vlen(knownId) === 0 || equalTypes(words, a, b);
      case BTF_KIND.CONST:
      case BTF_KIND.VOLATILE:
      case BTF_KIND.RESTRICT:
      case BTF_KIND.PTR:
      case BTF_KIND.TYPEDEF:
      case BTF_KIND.FUNC:
      case BTF_KIND.TYPE_TAG:
        if (words[a + 1] !== words[b + 1]) return false;
        this.#push(words[a + 2], words[b + 2]);
        return true;
      case BTF_KIND.ARRAY:
        if (words[a + 1] !== words[b + 1] || words[a + 2] !== words[b + 2] || words[a + 5] !== words[b + 5])
          return false;
        this.#push(words[a + 3], words[b + 3]);
        this.#push(words[a + 4], words[b + 4]);
        return true;
      case BTF_KIND.STRUCT:
      case BTF_KIND.UNION:
        return similarComposites(words, a, b) && this.#pushElements(newId, knownId, 3);
      case BTF_KIND.FUNC_PROTO:
        if (!similarPrototypes(words, a, b) || !this.#pushElements(newId, knownId, 2)) return false;
        this.#push(words[a + 2], words[b + 2]);
        return true;
      default:
        throw errKindInStruct({ id: newId, kind: kindName(kind) });
    }
  }

  /** Leaves the types of members or parameters to be compared, the first of them next; those that cannot agree end it. */
  #pushElements(newId: BtfId, knownId: BtfId, size: number): boolean {
    const { words, index } = this.#graph;
    const vlen = this.#graph.vlen(newId);
    this.#graph.work(vlen);
    const a = index[newId] + TYPE_WORDS + 1;
    const b = index[knownId] + TYPE_WORDS + 1;
    for (let i = (vlen - 1) * size; i >= 0; i -= size) {
      const mine = words[a + i];
      const other = words[b + i];
      if (!this.#mayAgree(mine, other)) return false;
      this.#push(mine, other);
    }
    return true;
  }

  /** Whether the names of two types let them be the same; tells most of those that differ without a walk. */
  #mayAgree(a: BtfId, b: BtfId): boolean {
    if (a === 0 || b === 0) return a === b;
    return this.#graph.names[a] === this.#graph.names[b];
  }

  /**
   * Compilers give some types twice within one struct. What is the same word by word may stand for what was met before:
   * arrays, pointers, and structs or unions whose members are of the same types or of such copies.
   */
  #isCopy(a: BtfId, b: BtfId): boolean {
    const { words, index } = this.#graph;
    const kind = this.#graph.kinds[a];
    if (kind !== this.#graph.kinds[b]) return false;
    if (kind === BTF_KIND.PTR) return words[index[a] + 2] === words[index[b] + 2];
    if (kind === BTF_KIND.ARRAY) return equalTypes(words, index[a], index[b]);
    return isCompositeKind(kind) && this.#isCopiedComposite(a, b);
  }

  #isCopiedComposite(first: BtfId, second: BtfId): boolean {
    const { words, index } = this.#graph;
    const pairs: BtfId[] = [first, second];
    while (pairs.length > 0) {
      const b = index[pairs.pop() as BtfId];
      const a = index[pairs.pop() as BtfId];
      if (!similarComposites(words, a, b)) return false;
      const end = 3 * (words[a + 1] & 0xff_ffff);
      this.#graph.work(end + 1);
      for (let i = TYPE_WORDS + 1; i < TYPE_WORDS + end; i += 3) {
        const x = words[a + i];
        const y = words[b + i];
        if (x === y) continue;
        const kind = this.#graph.kinds[x];
        if (kind !== this.#graph.kinds[y]) return false;
        if (kind === BTF_KIND.ARRAY && equalTypes(words, index[x], index[y])) continue;
        if (!isCompositeKind(kind)) return false;
        pairs.push(x, y);
      }
    }
    return true;
  }

  /** After a check that held: maps declarations to what they declare, and structs and unions met to those known. */
  merge(): void {
    const graph = this.#graph;
    const { map } = graph;
    for (let i = 0; i < this.#metCount; i++) {
      const known = graph.resolve(this.#met[i]);
      const fresh = graph.resolve(this.#supposed[this.#met[i]]);
      const knownKind = graph.kinds[known];
      const kind = graph.kinds[fresh];
      if (kind !== BTF_KIND.FWD && knownKind === BTF_KIND.FWD) map[known] = fresh;
      if (this.#adjustsBase) continue;
      if (kind === BTF_KIND.FWD && knownKind !== BTF_KIND.FWD) map[fresh] = known;
      if (isCompositeKind(kind) && knownKind !== BTF_KIND.FWD && graph.isMapped(known) && !graph.isMapped(fresh)) {
        map[fresh] = known;
      }
    }
  }
}
