import { Btf } from '../btf.ts';
import type { BtfExt } from '../ext.ts';
import { remapBtfExt } from '../ext-encode.ts';
import { remapTypeIds, StringOffsets } from '../references.ts';
import { StringSet, stringReader } from '../string-set.ts';
import { BtfStrings } from '../strings.ts';
import { dedupComposites, resolveForwards } from './composites.ts';
import { DedupGraph } from './graph.ts';
import { Outlines } from './outlines.ts';
import { Primitives } from './primitives.ts';
import { dedupReferences } from './references.ts';

/** What refers to a BTF that is deduplicated. */
export interface DedupOptions {
  /** The `.BTF.ext` of the same object: its strings stay, and it comes back with the new ids and offsets. */
  readonly ext?: BtfExt;
  /**
   * There is one of each string already, as in what a `BtfBuilder` made from nothing: all stay where they are, as libbpf
   * leaves them.
   */
  readonly keepStrings?: boolean;
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
export function dedupBtf(btf: Btf, { ext, keepStrings = false }: DedupOptions = {}): DedupResult {
  const words = btf.words.slice();
  const used = keepStrings ? undefined : new UsedStrings(btf);
  if (used !== undefined) for (let id = btf.firstId; id < btf.typeCount; id++) used.offsets.remap(words, btf.index[id]);
  const stringOffset = (offset: number) => used?.offsets.at(offset) ?? offset;
  // The strings of .BTF.ext follow those of the types.
  const extStrings = ext && remapBtfExt(ext, { type: (id) => id, string: stringOffset });
  const types = dedupTypes(btf, words);
  const { ids } = types;
  const { endian, form, base } = btf;
  const strings = used?.toStrings() ?? btf.strings;
  return {
    btf: new Btf({ endian, form, base, words: types.words, index: types.index, strings, pointerSize: undefined }),
    ids,
    stringOffset,
    ext: extStrings && remapBtfExt(extStrings, { type: (id) => ids[id] ?? id, string: (offset) => offset }),
  };
}

function dedupTypes(btf: Btf, words: Uint32Array): { words: Uint32Array; index: Uint32Array; ids: Uint32Array } {
  const graph = new DedupGraph(btf, words);
  const outlines = new Outlines(graph);
  const primitives = new Primitives(graph);
  primitives.addBase(outlines);
  primitives.run();
  dedupComposites(graph, outlines);
  resolveForwards(graph);
  dedupReferences(graph);
  const ids = newIds(graph);
  return { ...compact(graph, ids), ids };
}

/** Strings in the order in which they are asked for; those of the base keep their place. */
class UsedStrings {
  readonly #base: Uint8Array;
  readonly #set: StringSet;
  readonly offsets: StringOffsets;

  constructor({ base, strings }: Btf) {
    const start = base?.strings.size ?? 0;
    const set = new StringSet(base === undefined ? new Uint8Array(1) : undefined);
    this.#base = strings.bytes.subarray(0, start);
    this.#set = set;
    const read = stringReader(strings.bytes);
    this.offsets = new StringOffsets({ first: start, size: strings.size }, (old) => {
      const text = read(old);
      const inBase = base?.strings.find(text) ?? -1;
      return inBase >= 0 ? inBase : start + set.add(text);
    });
  }

  toStrings(): BtfStrings {
    const bytes = new Uint8Array(this.#base.length + this.#set.size);
    bytes.set(this.#base);
    bytes.set(this.#set.bytes, this.#base.length);
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
  const newIndex = index.slice();
  let end = index[firstId] ?? words.length;
  let stays = firstId;
  for (let id = firstId; id < count; id++) {
    if (map[id] !== id) continue;
    const start = index[id];
    const next = index[id + 1] ?? words.length;
    words.copyWithin(end, start, next);
    newIndex[stays++] = end;
    remapTypeIds(words, end, ids);
    end += next - start;
  }
  return { words: words.slice(0, end), index: newIndex.slice(0, stays) };
}
