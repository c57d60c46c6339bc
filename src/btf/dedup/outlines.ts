import { finishHash, mixHash, startHash } from '../hash.ts';
import { BTF_KIND, infoVlen, TYPE_WORDS } from '../kinds.ts';
import type { BtfId } from '../model.ts';
import { forEachTypeId } from '../references.ts';
import type { DedupGraph } from './graph.ts';
import { hashType, isCompositeKind } from './signature.ts';

/** Stands for a type that is met while its own outline is being made. */
const LOOP = 1;

/**
 * A hash of each type that two types share which may turn out to be the same, whatever is mapped later: all that leads to
 * a name, and of named structs, unions and enums, which a declaration may stand for, kind and name alone. Without it,
 * the nameless and the like-named would be compared each with each.
 */
export class Outlines {
  readonly #graph: DedupGraph;
  /** By id; 0 is unknown. */
  readonly #known: Uint32Array;
  readonly #open: BtfId[] = [];
  /** A declaration without a name may stand for whatever has none. */
  readonly #namelessDeclared: boolean;

  constructor(graph: DedupGraph) {
    this.#graph = graph;
    this.#known = new Uint32Array(graph.count);
    this.#namelessDeclared = graph.kinds.some((kind, id) => kind === BTF_KIND.FWD && graph.names[id] === 0);
  }

  /** Hash of a struct or union: the outlines of its members with their names and places. */
  ofComposite(id: BtfId): number {
    const { words, index } = this.#graph;
    const at = index[id];
    let hash = mixHash(mixHash(mixHash(startHash(), words[at]), words[at + 1]), words[at + 2]);
    for (let m = at + TYPE_WORDS, end = m + 3 * infoVlen(words[at + 1]); m < end; m += 3) {
      hash = mixHash(mixHash(mixHash(hash, words[m]), words[m + 2]), this.#of(words[m + 1]));
    }
    return finishHash(hash);
  }

  #of(id: BtfId): number {
    return this.#known[id] || this.#make(id);
  }

  #make(root: BtfId): number {
    const known = this.#known;
    const open = this.#open;
    open.push(root);
    while (open.length > 0) {
      const id = open[open.length - 1];
      if (known[id] === 0) {
        known[id] = this.#direct(id);
        if (known[id] === LOOP) {
          this.#pushReferences(id);
          continue;
        }
      } else if (known[id] === LOOP) known[id] = this.#combined(id);
      open.pop();
    }
    return known[root];
  }

  /** The outline of what needs no other's; `LOOP` for what does. */
  #direct(id: BtfId): number {
    const graph = this.#graph;
    const name = graph.names[id];
    switch (graph.kinds[id]) {
      case BTF_KIND.VOID:
        return 2;
      case BTF_KIND.INT:
      case BTF_KIND.FLOAT:
        return settled(hashType(graph.words, graph.index[id]));
      case BTF_KIND.ENUM:
      case BTF_KIND.ENUM64:
        return named(BTF_KIND.ENUM, name);
      case BTF_KIND.FWD:
        return named(graph.forwardKind(id), name);
      case BTF_KIND.STRUCT:
      case BTF_KIND.UNION:
        return name !== 0 || this.#namelessDeclared ? named(graph.kinds[id], name) : LOOP;
      default:
        return LOOP;
    }
  }

  #pushReferences(id: BtfId): void {
    forEachTypeId(this.#graph.words, this.#graph.index[id], (to) => {
      if (this.#known[to] === 0) this.#open.push(to);
    });
  }

  #combined(id: BtfId): number {
    const graph = this.#graph;
    if (isCompositeKind(graph.kinds[id])) return settled(this.ofComposite(id));
    const { words, index } = graph;
    const at = index[id];
    let hash = mixHash(mixHash(startHash(), words[at]), words[at + 1]);
    if (graph.kinds[id] === BTF_KIND.ARRAY) hash = mixHash(hash, words[at + 5]);
    if (graph.kinds[id] === BTF_KIND.FUNC_PROTO) {
      for (let p = at + TYPE_WORDS, end = p + 2 * infoVlen(words[at + 1]); p < end; p += 2)
        hash = mixHash(hash, words[p]);
    }
    forEachTypeId(words, at, (to) => {
      hash = mixHash(hash, this.#known[to]);
    });
    return settled(finishHash(hash));
  }
}

function named(kind: number, name: number): number {
  return settled(finishHash(mixHash(mixHash(startHash(), kind), name)));
}

/** A hash beside the marks. */
function settled(hash: number): number {
  return hash <= LOOP ? hash + 3 : hash;
}
