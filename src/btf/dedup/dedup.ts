import { Btf } from '../btf.ts';
import { errKind } from '../errors.ts';
import type { BtfExt } from '../ext.ts';
import { remapBtfExt } from '../ext-encode.ts';
import { BTF_KIND_MAX } from '../kinds.ts';
import type { BtfId } from '../model.ts';
import { remapStrings, remapTypeIds } from '../references.ts';
import { StringSet, stringBytes } from '../string-set.ts';
import { BtfStrings } from '../strings.ts';
import { dedupComposites, resolveForwards } from './composites.ts';
import { DedupGraph } from './graph.ts';
import { Primitives } from './primitives.ts';
import { dedupReferences } from './references.ts';

/** What refers to a BTF that is deduplicated. */
export interface DedupOptions {
  /** The `.BTF.ext` of the same object: its strings stay, and it comes back with the new ids and offsets. */
  readonly ext?: BtfExt;
}

/** A deduplicated BTF, and where everything went. */
export interface DedupResult {
  readonly btf: Btf;
  /** New id of each old id, those of a base included. */
  readonly ids: Uint32Array;
  /** New offset of a string that a type or `ext` refers to. */
  readonly stringOffset: (old: number) => number;
  readonly ext: BtfExt | undefined;
}

/**
 * Leaves one of each string and of each type, byte for byte as libbpf's `btf__dedup` does: forward declarations become
 * what they declare, equal structs and unions are found through the whole graph of types that they refer to; VARs and
 * DATASECs stay. A split BTF is deduplicated against its base too, which stays as it is.
 *
 * @throws {BtfError} BTF_REFERENCE_LOOP, BTF_KIND_IN_STRUCT where types refer to each other as no C does;
 *   BTF_DEDUP_WORK where structs were made to be compared without end; BTF_KIND where a kind is not known
 * @see tools/lib/bpf/btf.c (v6.12), whose results these are
 */
export function dedupBtf(btf: Btf, { ext }: DedupOptions = {}): DedupResult {
  for (let id = 1; id < btf.typeCount; id++) {
    if (btf.kindOf(id) > BTF_KIND_MAX) throw errKind({ id, kind: btf.kindOf(id) });
  }
  const words = btf.words.slice();
  const strings = new UsedStrings(btf);
  for (let id = btf.firstId; id < btf.typeCount; id++) remapStrings(words, btf.index[id], strings.offset);
  // The strings of .BTF.ext follow those of the types.
  const extStrings = ext && remapBtfExt(ext, { type: (id) => id, string: strings.offset });

  const graph = new DedupGraph(btf, words);
  const primitives = new Primitives(graph);
  primitives.addBase();
  primitives.run();
  dedupComposites(graph);
  resolveForwards(graph);
  dedupReferences(graph);

  const ids = newIds(graph);
  const parts = compact(graph, ids);
  const { endian, form, base } = btf;
  const result = new Btf({ endian, form, base, ...parts, strings: strings.toStrings(), pointerSize: undefined });
  const newExt = extStrings && remapBtfExt(extStrings, { type: (id) => ids[id] ?? id, string: (offset) => offset });
  return { btf: result, ids, stringOffset: strings.offset, ext: newExt };
}

/** Strings in the order in which they are asked for; those of the base keep their place. */
class UsedStrings {
  readonly #btf: Btf;
  readonly #start: number;
  readonly #set: StringSet;
  /** New offset plus one by old offset; 0 where it was not asked for. */
  readonly #known: Uint32Array;

  constructor(btf: Btf) {
    this.#btf = btf;
    this.#start = btf.base?.strings.size ?? 0;
    this.#set = new StringSet(btf.base === undefined ? new Uint8Array(1) : undefined);
    this.#known = new Uint32Array(btf.strings.size);
  }

  readonly offset = (old: number): number => {
    const known = this.#known;
    if (old === 0 || old < this.#start || old >= known.length) return old;
    if (known[old] === 0) known[old] = 1 + this.#place(old);
    return known[old] - 1;
  };

  #place(old: number): number {
    const { strings, base } = this.#btf;
    const text = stringBytes(strings.bytes, old);
    const inBase = base?.strings.find(text) ?? -1;
    return inBase >= 0 ? inBase : this.#start + this.#set.add(text);
  }

  toStrings(): BtfStrings {
    const bytes = new Uint8Array(this.#start + this.#set.size);
    bytes.set(this.#btf.strings.bytes.subarray(0, this.#start));
    bytes.set(this.#set.bytes, this.#start);
    return new BtfStrings(bytes);
  }
}

/** Ids without gaps for the types that stay, and of every other the id of what it became. */
function newIds(graph: DedupGraph): Uint32Array {
  const { firstId, count, map } = graph;
  const ids = new Uint32Array(count);
  let next = firstId;
  for (let id = 0; id < count; id++) ids[id] = id < firstId ? id : map[id] === id ? next++ : 0;
  for (let id = 0; id < count; id++) if (map[id] !== id) ids[id] = ids[graph.resolve(id)];
  return ids;
}

/** The words and the index of the types that stay, after those of the base. */
function compact(graph: DedupGraph, ids: Uint32Array): { words: Uint32Array; index: Uint32Array } {
  const { words, index, firstId, count, map } = graph;
  const places: number[] = [];
  const newId = (id: BtfId) => ids[id] ?? id;
  let end = index[firstId] ?? words.length;
  for (let id = firstId; id < count; id++) {
    if (map[id] !== id) continue;
    const start = index[id];
    const next = index[id + 1] ?? words.length;
    words.copyWithin(end, start, next);
    places.push(end);
    remapTypeIds(words, end, newId);
    end += next - start;
  }
  const newIndex = new Uint32Array(firstId + places.length);
  newIndex.set(index.subarray(0, firstId));
  newIndex.set(places, firstId);
  return { words: words.slice(0, end), index: newIndex };
}
