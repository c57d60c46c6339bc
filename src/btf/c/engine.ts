import { declare, declareGiven } from './declare.ts';
import { markReferenced } from './order.ts';
import { define, prepare } from './print.ts';
import { defineAll, defineSorted } from './sort.ts';
import type { CTables } from './tables.ts';

/** Elements of the tables' arrays. */
export type CSizes = {
  readonly [K in keyof CTables as CTables[K] extends Int32Array | Uint8Array ? K : never]: number;
} & { readonly text: number };

/** What the printer asks of those who started it. */
export type CHost = Pick<CTables, 'grow' | 'writeGiven' | 'fail'>;

/** The printer's functions, bound to their tables. */
export interface CEngine {
  /** The tables; `text` is to be asked for anew after each call. */
  readonly tables: CTables;
  /** Gives `text` that many bytes. */
  resize(bytes: number): void;
  markReferenced(): void;
  define(id: number): void;
  prepare(id: number): void;
  defineAll(): void;
  defineSorted(): void;
  declare(id: number, name: number): void;
  declareGiven(id: number): void;
}

/**
 * Starts the printer on empty tables. The build of the command line puts the same functions, compiled to WebAssembly, in
 * the place of this module (scripts/flat).
 */
export function startEngine(sizes: CSizes, host: CHost): CEngine {
  const strings = new Uint8Array(sizes.strings);
  const t: CTables = {
    words: new Int32Array(sizes.words),
    index: new Int32Array(sizes.index),
    kinds: new Uint8Array(sizes.kinds),
    strings,
    stringView: new DataView(strings.buffer),
    typeCount: 0,
    pointerSize: 0,
    length: 0,
    end: 0,
    alignments: new Uint8Array(sizes.alignments),
    numbers: new Int32Array(sizes.numbers),
    nameHeads: new Int32Array(sizes.nameHeads),
    nameKeys: new Int32Array(sizes.nameKeys),
    nameCounts: new Int32Array(sizes.nameCounts),
    nameNexts: new Int32Array(sizes.nameNexts),
    nameMask: 0,
    lastName: 0,
    orderStates: new Uint8Array(sizes.orderStates),
    referenced: new Uint8Array(sizes.referenced),
    queue: new Int32Array(sizes.queue),
    queueLength: 0,
    orderSteps: 0,
    printSteps: 0,
    stepsMax: 0,
    printStates: new Uint8Array(sizes.printStates),
    forwarded: new Uint8Array(sizes.forwarded),
    depth: 0,
    stack: new Int32Array(sizes.stack),
    top: 0,
    chainStart: 0,
    name: 0,
    nameNumber: 0,
    level: 0,
    nesting: 0,
    withoutModifiers: false,
    hasGiven: false,
    tagsAreAttributes: false,
    ids: new Int32Array(sizes.ids),
    spareIds: new Int32Array(sizes.spareIds),
    ranks: new Uint8Array(sizes.ranks),
    sortNames: new Int32Array(sizes.sortNames),
    highKeys: new Int32Array(sizes.highKeys),
    lowKeys: new Int32Array(sizes.lowKeys),
    hashed: new Uint8Array(sizes.hashed),
    highHashes: new Int32Array(sizes.highHashes),
    lowHashes: new Int32Array(sizes.lowHashes),
    highHash: 0,
    lowHash: 0,
    leads: new Uint8Array(sizes.leads),
    text: new DataView(new ArrayBuffer(sizes.text)),
    grow: host.grow,
    writeGiven: host.writeGiven,
    fail: host.fail,
  };
  return {
    tables: t,
    resize: (bytes) => {
      const text = new Uint8Array(bytes);
      text.set(new Uint8Array(t.text.buffer));
      t.text = new DataView(text.buffer);
    },
    markReferenced: () => markReferenced(t),
    define: (id) => define(t, id),
    prepare: (id) => prepare(t, id),
    defineAll: () => defineAll(t),
    defineSorted: () => defineSorted(t),
    declare: (id, name) => declare(t, id, name),
    declareGiven: (id) => declareGiven(t, id),
  };
}
