import { BTF_KIND, BTF_KIND_MAX, infoKind, infoVlen, KIND_LAYOUTS, TYPE_WORDS } from './kinds.ts';
import type { BtfId } from './model.ts';

/** What each kind refers to, flat for loops over all types: first word and step of ids or names in the elements. */
const ELEMENT_WORDS = Uint8Array.from(KIND_LAYOUTS, ({ element }) => element);
const FIRST_NAME = Uint8Array.from(KIND_LAYOUTS, ({ info, name }) => (name < 0 ? 0 : TYPE_WORDS + info + name));
const FIRST_TYPE = Uint8Array.from(KIND_LAYOUTS, ({ info, type }) => (type < 0 ? 0 : TYPE_WORDS + info + type));
/** How many ids stand in the words after the head, and whether one stands in its third word. */
const INFO_TYPES = Uint8Array.from(KIND_LAYOUTS, ({ infoTypes }) => infoTypes);
// gcc writes an id into the third word of a FWD, which means nothing; libbpf takes it for one all the same.
const HEAD_TYPE = Uint8Array.from(KIND_LAYOUTS, ({ third }, kind) => (third || kind === BTF_KIND.FWD ? 1 : 0));

/** Changes in place every type id that the type at `at` holds; void stays void. A kind of a newer kernel holds none. */
export function remapTypeIds(words: Uint32Array, at: number, ids: Uint32Array): void {
  const info = words[at + 1];
  const kind = infoKind(info);
  if (kind > BTF_KIND_MAX) return;
  if (HEAD_TYPE[kind] === 1 && words[at + 2] < ids.length) words[at + 2] = ids[words[at + 2]];
  for (let word = at + TYPE_WORDS, end = word + INFO_TYPES[kind]; word < end; word++) words[word] = ids[words[word]];
  if (FIRST_TYPE[kind] === 0) return;
  const step = ELEMENT_WORDS[kind];
  const start = at + FIRST_TYPE[kind];
  for (let word = start, end = start + step * infoVlen(info); word < end; word += step) words[word] = ids[words[word]];
}

/** Calls back for every type id that the type at `at` holds, in order. */
export function forEachTypeId(words: Uint32Array, at: number, visit: (id: BtfId, word: number) => void): void {
  const info = words[at + 1];
  const kind = infoKind(info);
  if (kind > BTF_KIND_MAX) return;
  if (HEAD_TYPE[kind] === 1 && words[at + 2] !== 0) visit(words[at + 2], at + 2);
  for (let word = at + TYPE_WORDS, end = word + INFO_TYPES[kind]; word < end; word++) visit(words[word], word);
  if (FIRST_TYPE[kind] === 0) return;
  const step = ELEMENT_WORDS[kind];
  const start = at + FIRST_TYPE[kind];
  for (let word = start, end = start + step * infoVlen(info); word < end; word += step) visit(words[word], word);
}

/** New string offsets by old ones, each found once. */
export class StringOffsets {
  /** New offset plus one by old offset; 0 where it was not asked for. */
  readonly #known: Uint32Array;
  readonly #first: number;
  readonly #place: (old: number) => number;

  /** @param place finds the new offset of an old one from `first` up to `size`; others stay */
  constructor(range: { first?: number; size: number }, place: (old: number) => number) {
    this.#first = range.first ?? 0;
    this.#known = new Uint32Array(range.size - this.#first);
    this.#place = place;
  }

  /** The empty string stays too. */
  at(old: number): number {
    const at = old - this.#first;
    if (old === 0 || at < 0 || at >= this.#known.length) return old;
    if (this.#known[at] === 0) this.#known[at] = this.#place(old) + 1;
    return this.#known[at] - 1;
  }

  /** Changes in place the string offsets that the type at `at` holds: its own name first, then those of its elements. */
  remap(words: Uint32Array, at: number): void {
    const info = words[at + 1];
    const kind = infoKind(info);
    words[at] = this.at(words[at]);
    if (kind > BTF_KIND_MAX || FIRST_NAME[kind] === 0) return;
    const known = this.#known;
    const first = this.#first;
    const step = ELEMENT_WORDS[kind];
    const start = at + FIRST_NAME[kind];
    for (let word = start, end = start + step * infoVlen(info); word < end; word += step) {
      const offset = known[words[word] - first];
      words[word] = offset > 0 ? offset - 1 : this.at(words[word]);
    }
  }
}
