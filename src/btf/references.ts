import { BTF_KIND, BTF_KIND_MAX, infoKind, infoVlen, KIND_LAYOUTS, TYPE_WORDS } from './kinds.ts';
import type { BtfId } from './model.ts';

/** New value of a type id or a string offset. */
export type Remap = (value: number) => number;

/** Words of a type that lie from `at` on are changed in place: every type id that they hold goes through `remap`. */
export function remapTypeIds(words: Uint32Array, at: number, remap: (id: BtfId) => BtfId): void {
  const info = words[at + 1];
  const kind = infoKind(info);
  // What a kind of a newer kernel refers to is not known.
  if (kind > BTF_KIND_MAX) return;
  const { third, infoTypes, info: infoWords, element, type } = KIND_LAYOUTS[kind];
  // gcc writes an id into the third word of a FWD, which means nothing; libbpf takes it for one all the same.
  if (third || (kind === BTF_KIND.FWD && words[at + 2] !== 0)) words[at + 2] = remap(words[at + 2]);
  for (let i = 0; i < infoTypes; i++) words[at + TYPE_WORDS + i] = remap(words[at + TYPE_WORDS + i]);
  if (type < 0) return;
  const start = at + TYPE_WORDS + infoWords;
  for (let word = start + type, end = start + element * infoVlen(info); word < end; word += element) {
    words[word] = remap(words[word]);
  }
}

/** The same of its string offsets: its own name first, then those of its elements in order. */
export function remapStrings(words: Uint32Array, at: number, remap: Remap): void {
  const info = words[at + 1];
  const kind = infoKind(info);
  words[at] = remap(words[at]);
  if (kind > BTF_KIND_MAX) return;
  const { info: infoWords, element, name } = KIND_LAYOUTS[kind];
  if (name < 0) return;
  const start = at + TYPE_WORDS + infoWords;
  for (let word = start + name, end = start + element * infoVlen(info); word < end; word += element) {
    words[word] = remap(words[word]);
  }
}
