import { finishHash, mixHash, startHash } from '../hash.ts';
import { BTF_KIND, infoKind, infoVlen, KIND_LAYOUTS, TYPE_WORDS } from '../kinds.ts';

/** Words of the type at `at`, all of them. */
function sizeInWords(words: Uint32Array, at: number): number {
  const info = words[at + 1];
  const { info: extra, element } = KIND_LAYOUTS[infoKind(info)];
  return TYPE_WORDS + extra + element * infoVlen(info);
}

/** Hash of a whole type: equal ones have the same. */
export function hashType(words: Uint32Array, at: number): number {
  let hash = startHash();
  for (let word = at, end = at + sizeInWords(words, at); word < end; word++) hash = mixHash(hash, words[word]);
  return finishHash(hash);
}

/** Whether two types are the same word by word. */
export function equalTypes(words: Uint32Array, a: number, b: number): boolean {
  if (words[a + 1] !== words[b + 1]) return false;
  for (let i = 0, size = sizeInWords(words, a); i < size; i++) if (words[a + i] !== words[b + i]) return false;
  return true;
}

/** Hash of a name among the types of one sort. */
export function hashName(name: number): number {
  return finishHash(mixHash(startHash(), name));
}

/** Whether two structs or unions are the same but for what their members are of. */
export function similarComposites(words: Uint32Array, a: number, b: number): boolean {
  if (words[a] !== words[b] || words[a + 1] !== words[b + 1] || words[a + 2] !== words[b + 2]) return false;
  for (let i = TYPE_WORDS, end = i + 3 * infoVlen(words[a + 1]); i < end; i += 3) {
    if (words[a + i] !== words[b + i] || words[a + i + 2] !== words[b + i + 2]) return false;
  }
  return true;
}

/** Whether two prototypes are the same but for what they take and return. */
export function similarPrototypes(words: Uint32Array, a: number, b: number): boolean {
  if (words[a] !== words[b] || words[a + 1] !== words[b + 1]) return false;
  for (let i = TYPE_WORDS, end = i + 2 * infoVlen(words[a + 1]); i < end; i += 2) {
    if (words[a + i] !== words[b + i]) return false;
  }
  return true;
}

/** Whether it is a kind of enum. */
export function isEnumKind(kind: number): boolean {
  return kind === BTF_KIND.ENUM || kind === BTF_KIND.ENUM64;
}

/** Whether it is a kind that has members. */
export function isCompositeKind(kind: number): boolean {
  return kind === BTF_KIND.STRUCT || kind === BTF_KIND.UNION;
}
