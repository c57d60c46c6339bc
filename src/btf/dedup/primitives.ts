import { BTF_KIND } from '../kinds.ts';
import type { BtfId } from '../model.ts';
import { Candidates } from './candidates.ts';
import type { DedupGraph } from './graph.ts';
import type { Outlines } from './outlines.ts';
import { equalTypes, hashName, hashType, isCompositeKind, isEnumKind } from './signature.ts';

/** The first candidate that is the same word by word; 0 where there is none. */
export function findEqual(graph: DedupGraph, id: BtfId, hash: number): BtfId {
  const { words, index, candidates } = graph;
  const at = index[id];
  for (let other = candidates.first(hash); other !== 0; other = candidates.next(other)) {
    graph.work(1);
    if (equalTypes(words, at, index[other])) return other;
  }
  return 0;
}

/** The types that refer to nothing: INT, FLOAT, FWD, ENUM and ENUM64. An enum without values is a declaration of one. */
export class Primitives {
  readonly #graph: DedupGraph;
  /** Enums by name, and those among them that only declare. */
  readonly #enums: Candidates;
  readonly #declared: Candidates;

  constructor(graph: DedupGraph) {
    this.#graph = graph;
    this.#enums = new Candidates(graph.order, graph.count);
    this.#declared = new Candidates(graph.order, graph.count);
  }

  /** The types of a base are found by those that go on from it. */
  addBase(outlines: Outlines): void {
    const { words, index, firstId } = this.#graph;
    for (let id = 1; id < firstId; id++) {
      const kind = this.#graph.kinds[id];
      if (kind === BTF_KIND.VAR || kind === BTF_KIND.DATASEC) continue;
      const hash = isCompositeKind(kind) ? outlines.ofComposite(id) : hashType(words, index[id]);
      this.#add(hash, id);
    }
  }

  /** Maps every primitive type. */
  run(): void {
    const { words, index, firstId, count, map } = this.#graph;
    for (let id = firstId; id < count; id++) {
      const kind = this.#graph.kinds[id];
      const isEnum = isEnumKind(kind);
      if (!isEnum && kind !== BTF_KIND.INT && kind !== BTF_KIND.FLOAT && kind !== BTF_KIND.FWD) continue;
      const hash = hashType(words, index[id]);
      const known = isEnum ? this.#findEnum(id, hash) : findEqual(this.#graph, id, hash);
      if (known !== 0) map[id] = known;
      else {
        map[id] = id;
        this.#add(hash, id);
      }
    }
  }

  #add(hash: number, id: BtfId): void {
    this.#graph.addCandidate(hash, id);
    if (!isEnumKind(this.#graph.kinds[id])) return;
    const name = hashName(this.#graph.names[id]);
    this.#enums.add(name, id);
    if (this.#graph.vlen(id) === 0) this.#declared.add(name, id);
  }

  /** A declaration becomes any enum of its name; an enum takes the declarations of its name that come before its equal. */
  #findEnum(id: BtfId, hash: number): BtfId {
    const { names, order, map } = this.#graph;
    const name = names[id];
    if (this.#graph.vlen(id) === 0) return this.#firstOfName(this.#enums, name);
    const equal = findEqual(this.#graph, id, hash);
    const declared = this.#declared;
    for (let other = declared.first(hashName(name)); other !== 0; other = declared.next(other)) {
      this.#graph.work(1);
      if (equal !== 0 && !order.isBefore(other, equal)) break;
      if (names[other] === name) map[other] = id;
    }
    return equal;
  }

  #firstOfName(candidates: Candidates, name: number): BtfId {
    const { names } = this.#graph;
    let id = candidates.first(hashName(name));
    while (id !== 0 && names[id] !== name) id = candidates.next(id);
    return id;
  }
}
