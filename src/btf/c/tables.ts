/**
 * All that the C printer works on: one flat record of typed arrays and numbers.
 *
 * Everything in this folder that takes it as `t` is written in the part of TypeScript that `scripts/flat/compile.ts`
 * turns into WebAssembly: numbers are 32-bit integers (`Wide` ones doubles), arrays are the record's. As TypeScript it
 * runs anywhere; compiled, which the command line's bundle is, it is as fast at the first type as at the last, and a
 * dump is over before an optimising compiler would have looked at it (bench/btf-dump.bench.ts).
 */
export interface CTables {
  // The BTF, as `Btf` has it.
  readonly words: Int32Array;
  readonly index: Int32Array;
  readonly kinds: Uint8Array;
  /** The strings, and then zeros, so that whole words can be read of any. */
  readonly strings: Uint8Array;
  readonly stringView: DataView;
  typeCount: number;
  pointerSize: number;

  // Alignments (layout.ts).
  readonly alignments: Uint8Array;

  // Names (names.ts): chains of names of one hash, entry 0 is the end.
  /** By id: 0 not named yet, else the number of the name, 1 for the name as it is. */
  readonly numbers: Int32Array;
  readonly nameHeads: Int32Array;
  /** Twice the string offset, and 1 more for an identifier. */
  readonly nameKeys: Int32Array;
  readonly nameCounts: Int32Array;
  readonly nameNexts: Int32Array;
  /** One less than the number of chains, a power of two. */
  nameMask: number;
  lastName: number;

  // The order of definitions (order.ts).
  readonly orderStates: Uint8Array;
  /** 1 for types that some other type refers to. */
  readonly referenced: Uint8Array;
  readonly queue: Int32Array;
  queueLength: number;
  /** Steps taken, here and by the printer: nameless structs are looked into at each use, so few types can be work without end. */
  orderSteps: number;
  printSteps: number;
  stepsMax: number;

  // What was printed (print.ts).
  readonly printStates: Uint8Array;
  readonly forwarded: Uint8Array;
  /** How deep types nest where the order or the printer is. */
  depth: number;

  // The declaration being printed (declare.ts).
  /** Types of chains that are still to be printed, the innermost on top. */
  readonly stack: Int32Array;
  top: number;
  /** Where the present chain begins in the stack. */
  chainStart: number;
  /** String offset of the name that it declares; 0 is no name, `GIVEN` the caller's. */
  name: number;
  /** 1 for the name as it is, n for `name___n`. */
  nameNumber: number;
  /** Tabs before its members, less one. */
  level: number;
  nesting: number;
  withoutModifiers: boolean;
  hasGiven: boolean;
  /** Type tags with the kind flag are whole attributes; bpftool 7.5 does not know that. */
  tagsAreAttributes: boolean;

  // The sorted order (sort.ts).
  readonly ids: Int32Array;
  readonly spareIds: Int32Array;
  readonly ranks: Uint8Array;
  /** String offset of the name that sorts. */
  readonly sortNames: Int32Array;
  /** Rank and first three bytes of that name, and its next three. */
  readonly highKeys: Int32Array;
  readonly lowKeys: Int32Array;
  /** Of types of one name: 1 where the 64-bit hash of the members is known, and its halves. */
  readonly hashed: Uint8Array;
  readonly highHashes: Int32Array;
  readonly lowHashes: Int32Array;
  /** The hash being worked out. */
  highHash: number;
  lowHash: number;

  // Which types lead to definitions (lead.ts).
  readonly leads: Uint8Array;

  // The text. Every write looks first whether `length` is past `end`, behind which there is room for a piece.
  length: number;
  end: number;
  text: DataView;
  /** Makes room, so that `length` is not past `end`. */
  grow(): void;
  /** Writes the name given by the caller, which need not be one of the BTF's. */
  writeGiven(): void;
  /** Ends in the error of that number (`PROBLEM`) about a type. */
  fail(problem: number, id: number): never;
}

/** States of a type in the order and in the printer, beside 0: not looked at yet. */
export const ACTIVE = 1;
export const DONE = 2;

/** What `fail` may say of a type. */
export const PROBLEM = { tooDeep: 1, cycle: 2, unprintable: 3, chain: 4, nesting: 5 } as const;

/** Types on the stack, of all chains that are being printed. */
export const STACK_MAX = 0x2000;
