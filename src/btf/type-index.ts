import { errFuncType, errKind, errStringOffset, errTypeBounds, errTypeId } from './errors.ts';
import {
  BTF_KIND,
  BTF_KIND_MAX,
  infoKind,
  infoVlen,
  KIND_LAYOUTS,
  type KindLayout,
  type KnownLayout,
  kindName,
  TYPE_WORDS,
} from './kinds.ts';

/** Where the types of one blob lie in the words, and how many ids come before them. */
export interface IndexRange {
  /** First word of the types. */
  readonly start: number;
  /** Id of the first type there. */
  readonly firstId: number;
  /** Layouts of kinds beyond ours, from the blob's layout section. */
  readonly layouts: readonly KindLayout[];
  /** Bytes after the last whole word. */
  readonly tail: number;
}

/** Word offset of every type from `range.start` to the end of `words`. @throws {BtfError} where a type leaves the section */
export function indexTypes(words: Uint32Array, range: IndexRange): Uint32Array {
  const index = new Uint32Array(Math.ceil((words.length - range.start) / TYPE_WORDS));
  let count = 0;
  let at = range.start;
  while (at < words.length) {
    const id = range.firstId + count;
    const have = words.length - at;
    if (have < TYPE_WORDS) throw errTypeBounds({ id, kind: 'head', need: TYPE_WORDS * 4, have: have * 4 });
    const info = words[at + 1];
    const kind = infoKind(info);
    const layout = kind <= BTF_KIND_MAX ? KIND_LAYOUTS[kind] : range.layouts[kind];
    if (kind === 0 || layout === undefined) throw errKind({ id, kind });
    const need = TYPE_WORDS + layout.info + layout.element * infoVlen(info);
    if (need > have) throw errTypeBounds({ id, kind: kindName(kind), need: need * 4, have: have * 4 });
    index[count++] = at;
    at += need;
  }
  if (range.tail !== 0) {
    const id = range.firstId + count;
    throw errTypeBounds({ id, kind: 'head', need: TYPE_WORDS * 4, have: range.tail });
  }
  return index.subarray(0, count);
}

/** What `checkTypes` needs beside the words: the whole index (with void at 0) and the size of the strings. */
export interface CheckContext {
  readonly words: Uint32Array;
  readonly index: Uint32Array;
  readonly stringsSize: number;
  /** First id to check. */
  readonly firstId: number;
}

/**
 * Checks every reference of every type: ids and string offsets exist. Reads by id and offset need no check after it.
 * Loops are legal here (a reader must bound its walks), as in libbpf.
 */
export function checkTypes(context: CheckContext): void {
  const { words, index, stringsSize, firstId } = context;
  const count = index.length;
  for (let id = firstId; id < count; id++) {
    const at = index[id];
    const info = words[at + 1];
    const kind = infoKind(info);
    if (words[at] >= stringsSize) badString(id, words[at], stringsSize);
    if (kind > BTF_KIND_MAX) continue;
    const layout = KIND_LAYOUTS[kind];
    if (layout.third && words[at + 2] >= count) badId(id, words[at + 2], count);
    const first = at + TYPE_WORDS;
    for (let i = 0; i < layout.infoTypes; i++) {
      if (words[first + i] >= count) badId(id, words[first + i], count);
    }
    if (layout.element !== 0) checkElements(context, id, layout);
    if (kind === BTF_KIND.FUNC) checkFunc(context, id);
  }
}

function checkElements({ words, index, stringsSize }: CheckContext, id: number, layout: KnownLayout): void {
  const { element, name, type } = layout;
  const count = index.length;
  const start = index[id] + TYPE_WORDS;
  const end = start + element * infoVlen(words[index[id] + 1]);
  if (name >= 0) {
    for (let at = start + name; at < end; at += element) {
      if (words[at] >= stringsSize) badString(id, words[at], stringsSize);
    }
  }
  if (type >= 0) {
    for (let at = start + type; at < end; at += element) {
      if (words[at] >= count) badId(id, words[at], count);
    }
  }
}

function checkFunc({ words, index }: CheckContext, id: number): void {
  const refers = words[index[id] + 2];
  const kind = refers === 0 ? 0 : infoKind(words[index[refers] + 1]);
  if (kind !== BTF_KIND.FUNC_PROTO) throw errFuncType({ id, refers, kind: kindName(kind) });
}

function badId(id: number, refers: number, count: number): never {
  throw errTypeId({ id, refers, count });
}

function badString(id: number, offset: number, size: number): never {
  throw errStringOffset({ id, offset, size });
}
