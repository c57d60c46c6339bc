import { BTF_KIND, infoKind, infoVlen, TYPE_WORDS } from './kinds.ts';

/**
 * What a blob's types are read into: one flat record, as `CTables` of the C printer is, since a command looks once at
 * each type of a kernel. The build of the command line compiles it (scripts/flat).
 */
export interface ScanTables {
  /** The types, those of the base first. */
  readonly words: Int32Array;
  /** Word of each type's head, by id; those of the base are there already. */
  readonly index: Int32Array;
  readonly kinds: Uint8Array;
  /** String offset of each type's name, by id. */
  readonly names: Int32Array;
  // Layouts, by kind (`KnownLayout`); numbers of words that say where something is have one added, 0 is nowhere.
  readonly isKnown: Uint8Array;
  readonly infoWords: Uint8Array;
  readonly elementWords: Uint8Array;
  readonly headTypes: Uint8Array;
  readonly infoTypes: Uint8Array;
  readonly namePlaces: Uint8Array;
  readonly typePlaces: Uint8Array;
  /** Words of the base, and of all. */
  start: number;
  end: number;
  firstId: number;
  /** Ids there are, void and the base's included. */
  count: number;
  stringsSize: number;
  /** Ends in the error of that number (`SCAN_PROBLEM`) about a type, with what it refers to. */
  fail(problem: number, id: number, value: number): never;
}

export const SCAN_PROBLEM = { bounds: 1, kind: 2, typeId: 3, string: 4, funcType: 5 } as const;

/** Finds where each type begins. */
export function indexTypes(t: ScanTables): void {
  let id = t.firstId;
  for (let at = t.start; at < t.end; id++) {
    const have = t.end - at;
    if (have < TYPE_WORDS) t.fail(SCAN_PROBLEM.bounds, id, at);
    const info = t.words[at + 1];
    const kind = infoKind(info);
    if (t.isKnown[kind] === 0) t.fail(SCAN_PROBLEM.kind, id, kind);
    const need = TYPE_WORDS + t.infoWords[kind] + Math.imul(t.elementWords[kind], infoVlen(info));
    if (need > have) t.fail(SCAN_PROBLEM.bounds, id, at);
    t.index[id] = at;
    t.kinds[id] = kind;
    t.names[id] = t.words[at];
    at += need;
  }
  t.count = id;
}

/**
 * Checks every reference of every type: ids and string offsets exist. Reads by id and offset need no check after it.
 * Loops are legal here (a reader must bound its walks), as in libbpf.
 */
export function checkTypes(t: ScanTables): void {
  for (let id = t.firstId; id < t.count; id++) {
    const at = t.index[id];
    const kind = t.kinds[id];
    checkName(t, id, t.names[id]);
    if (t.headTypes[kind] !== 0) checkId(t, id, t.words[at + 2]);
    const first = at + TYPE_WORDS;
    for (let i = 0; i < t.infoTypes[kind]; i++) checkId(t, id, t.words[first + i]);
    if (t.elementWords[kind] !== 0) checkElements(t, id, kind);
    if (kind === BTF_KIND.FUNC && t.kinds[t.words[at + 2]] !== BTF_KIND.FUNC_PROTO) {
      t.fail(SCAN_PROBLEM.funcType, id, t.words[at + 2]);
    }
  }
}

function checkElements(t: ScanTables, id: number, kind: number): void {
  const at = t.index[id];
  const start = at + TYPE_WORDS - 1;
  const step = t.elementWords[kind];
  const end = start + Math.imul(step, infoVlen(t.words[at + 1]));
  const name = t.namePlaces[kind];
  const type = t.typePlaces[kind];
  if (name !== 0) for (let m = start + name; m < end + name; m += step) checkName(t, id, t.words[m]);
  if (type !== 0) for (let m = start + type; m < end + type; m += step) checkId(t, id, t.words[m]);
}

function checkName(t: ScanTables, id: number, offset: number): void {
  if (offset >>> 0 >= t.stringsSize >>> 0) t.fail(SCAN_PROBLEM.string, id, offset);
}

function checkId(t: ScanTables, id: number, refers: number): void {
  if (refers >>> 0 >= t.count >>> 0) t.fail(SCAN_PROBLEM.typeId, id, refers);
}
