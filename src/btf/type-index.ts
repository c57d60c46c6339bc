import { errFuncType, errKind, errStringOffset, errTypeBounds, errTypeId } from './errors.ts';
import {
  BTF_KIND,
  BTF_KIND_MAX,
  infoKind,
  infoVlen,
  KIND_LAYOUTS,
  type KindLayout,
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
    const layout = kind === 0 ? undefined : kind <= BTF_KIND_MAX ? KIND_LAYOUTS[kind] : range.layouts[kind];
    if (layout === undefined || !Number.isInteger(layout.info) || !Number.isInteger(layout.element)) {
      throw errKind({ id, kind });
    }
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
    if (words[at] >= stringsSize) badString(id, 'name', words[at], stringsSize);
    const kind = infoKind(info);
    const vlen = infoVlen(info);
    switch (kind) {
      case BTF_KIND.PTR:
      case BTF_KIND.TYPEDEF:
      case BTF_KIND.VOLATILE:
      case BTF_KIND.CONST:
      case BTF_KIND.RESTRICT:
      case BTF_KIND.VAR:
      case BTF_KIND.DECL_TAG:
      case BTF_KIND.TYPE_TAG:
        if (words[at + 2] >= count) badId(id, words[at + 2], count);
        break;
      case BTF_KIND.FUNC:
        checkFunc(context, id);
        break;
      case BTF_KIND.ARRAY:
        if (words[at + 3] >= count) badId(id, words[at + 3], count);
        if (words[at + 4] >= count) badId(id, words[at + 4], count);
        break;
      case BTF_KIND.STRUCT:
      case BTF_KIND.UNION:
        for (let m = at + 3, end = m + vlen * 3; m < end; m += 3) {
          if (words[m] >= stringsSize) badString(id, 'member name', words[m], stringsSize);
          if (words[m + 1] >= count) badId(id, words[m + 1], count);
        }
        break;
      case BTF_KIND.ENUM:
        for (let m = at + 3, end = m + vlen * 2; m < end; m += 2) {
          if (words[m] >= stringsSize) badString(id, 'enumerator name', words[m], stringsSize);
        }
        break;
      case BTF_KIND.ENUM64:
        for (let m = at + 3, end = m + vlen * 3; m < end; m += 3) {
          if (words[m] >= stringsSize) badString(id, 'enumerator name', words[m], stringsSize);
        }
        break;
      case BTF_KIND.FUNC_PROTO:
        if (words[at + 2] >= count) badId(id, words[at + 2], count);
        for (let m = at + 3, end = m + vlen * 2; m < end; m += 2) {
          if (words[m] >= stringsSize) badString(id, 'parameter name', words[m], stringsSize);
          if (words[m + 1] >= count) badId(id, words[m + 1], count);
        }
        break;
      case BTF_KIND.DATASEC:
        for (let m = at + 3, end = m + vlen * 3; m < end; m += 3) {
          if (words[m] >= count) badId(id, words[m], count);
        }
        break;
      default:
        break;
    }
  }
}

function checkFunc({ words, index }: CheckContext, id: number): void {
  const refers = words[index[id] + 2];
  if (refers >= index.length) badId(id, refers, index.length);
  const kind = refers === 0 ? 0 : infoKind(words[index[refers] + 1]);
  if (kind !== BTF_KIND.FUNC_PROTO) throw errFuncType({ id, refers, kind: kindName(kind) });
}

function badId(id: number, refers: number, count: number): never {
  throw errTypeId({ id, refers, count });
}

function badString(id: number, what: string, offset: number, size: number): never {
  throw errStringOffset({ id, what, offset, size });
}
