import { type BtfError, errFuncType, errKind, errStringOffset, errTypeBounds, errTypeId } from './errors.ts';
import {
  BTF_KIND_MAX,
  infoKind,
  infoVlen,
  KIND_LAYOUTS,
  type KindLayout,
  type KnownLayout,
  kindName,
  TYPE_WORDS,
} from './kinds.ts';
import { SCAN_PROBLEM, type ScanTables } from './scan.ts';
import { type ScanEngine, startScan } from './scan-engine.ts';

/** Kinds that the `info` word can name. */
const KINDS = 128;
const KNOWN = byKind((_, kind) => Number(kind !== 0));
const INFO_WORDS = byKind(({ info }) => info);
const ELEMENT_WORDS = byKind(({ element }) => element);
const HEAD_TYPES = byKind(({ third }) => Number(third));
const INFO_TYPES = byKind(({ infoTypes }) => infoTypes);
const NAME_PLACES = byKind(({ name }) => name + 1);
const TYPE_PLACES = byKind(({ type }) => type + 1);

function byKind(of: (layout: KnownLayout, kind: number) => number): Uint8Array {
  const values = new Uint8Array(KINDS);
  for (const [kind, layout] of KIND_LAYOUTS.entries()) values[kind] = of(layout, kind);
  return values;
}

/** Where each type begins, its kind, and the string offset of its name, by id; entry 0 is void. */
export interface TypePlaces {
  readonly index: Uint32Array;
  readonly kinds: Uint8Array;
  readonly names: Uint32Array;
}

/** Types in words, the strings that they may name, and the types before them. */
export interface TypeWords {
  /** The types of the base, and then those to be read. */
  readonly words: Uint32Array;
  readonly stringsSize: number;
  readonly base: (TypePlaces & { readonly words: Uint32Array }) | undefined;
}

/** How a blob's types are laid out. */
export interface TypeLayout {
  /** Layouts of kinds beyond ours, from the blob's layout section. */
  readonly layouts: readonly KindLayout[];
  /** Bytes after the last whole word. */
  readonly tail: number;
}

/**
 * Finds the types in a run of words and checks every reference: ids and string offsets exist. Reads by id and offset
 * need no check after it. Loops are legal here (a reader must bound its walks), as in libbpf.
 * @throws {BtfError} where a type leaves the section or refers to what is not there
 */
export function readTypes(types: TypeWords, { layouts, tail }: TypeLayout): TypePlaces {
  const { words, base } = types;
  const start = base?.words.length ?? 0;
  const firstId = base?.index.length ?? 1;
  const most = firstId + Math.ceil((words.length - start) / TYPE_WORDS);
  const engine = startScanOf(types, { ids: most, layouts });
  const { tables } = engine;
  if (base !== undefined) setPlaces(tables, base);
  engine.indexTypes();
  const { count, index, kinds, names } = tables;
  // A tail shorter than a word is no type.
  if (tail !== 0) throw errTypeBounds({ id: count, kind: 'head', need: TYPE_WORDS * 4, have: tail });
  engine.checkTypes();
  return {
    index: new Uint32Array(index.slice(0, count).buffer),
    kinds: kinds.slice(0, count),
    names: new Uint32Array(names.slice(0, count).buffer),
  };
}

/** Checks the references of types whose places are known, from the first that is not the base's. */
export function checkReferences(types: TypeWords, places: TypePlaces): void {
  const engine = startScanOf(types, { ids: places.index.length, layouts: [] });
  setPlaces(engine.tables, places);
  engine.tables.count = places.index.length;
  engine.checkTypes();
}

function setPlaces(t: ScanTables, { index, kinds, names }: TypePlaces): void {
  t.index.set(index);
  t.kinds.set(kinds);
  t.names.set(names);
}

function startScanOf(
  { words, stringsSize, base }: TypeWords,
  { ids, layouts }: { ids: number; layouts: readonly KindLayout[] },
): ScanEngine {
  const isKnown = KNOWN.slice();
  const infoWords = INFO_WORDS.slice();
  const elementWords = ELEMENT_WORDS.slice();
  for (let kind = BTF_KIND_MAX + 1; kind < Math.min(layouts.length, KINDS); kind++) {
    isKnown[kind] = 1;
    infoWords[kind] = layouts[kind].info;
    elementWords[kind] = layouts[kind].element;
  }
  const engine: ScanEngine = startScan(
    {
      words: new Int32Array(words.buffer, words.byteOffset, words.length),
      index: ids,
      kinds: ids,
      names: ids,
      isKnown,
      infoWords,
      elementWords,
      headTypes: HEAD_TYPES,
      infoTypes: INFO_TYPES,
      namePlaces: NAME_PLACES,
      typePlaces: TYPE_PLACES,
    },
    {
      fail: (problem, id, value) => {
        throw scanError(engine.tables, { problem, id, value: value >>> 0 });
      },
    },
  );
  const { tables } = engine;
  tables.firstId = base?.index.length ?? 1;
  tables.start = base?.words.length ?? 0;
  tables.end = words.length;
  tables.stringsSize = stringsSize;
  return engine;
}

function scanError(t: ScanTables, { problem, id, value }: { problem: number; id: number; value: number }): BtfError {
  switch (problem) {
    case SCAN_PROBLEM.kind:
      return errKind({ id, kind: value });
    case SCAN_PROBLEM.typeId:
      return errTypeId({ id, refers: value, count: t.count });
    case SCAN_PROBLEM.string:
      return errStringOffset({ id, offset: value, size: t.stringsSize });
    case SCAN_PROBLEM.funcType:
      return errFuncType({ id, refers: value, kind: kindName(t.kinds[value]) });
    default:
      return boundsError(t, id, value);
  }
}

/** A type whose words go past the end. */
function boundsError(t: ScanTables, id: number, at: number): BtfError {
  const have = (t.end - at) * 4;
  if (have < TYPE_WORDS * 4) return errTypeBounds({ id, kind: 'head', need: TYPE_WORDS * 4, have });
  const info = t.words[at + 1];
  const kind = infoKind(info);
  const need = (TYPE_WORDS + t.infoWords[kind] + t.elementWords[kind] * infoVlen(info)) * 4;
  return errTypeBounds({ id, kind: kindName(kind), need, have });
}
