import { encodeUtf8 } from '../../base/index.ts';
import type { Btf } from '../btf.ts';
import { errNoType, errTooDeep, errTooMuchText, errTypeCycle, errUnprintable } from '../errors.ts';
import type { BtfId } from '../model.ts';
import { CHAIN_MAX, NESTING_MAX } from './declare.ts';
import { type CEngine, type CSizes, startEngine } from './engine.ts';
import type { BpftoolForm } from './form.ts';
import { DEPTH_MAX } from './order.ts';
import { DONE, PROBLEM, STACK_MAX } from './tables.ts';
import { PIECE_MAX } from './text.ts';

/** NULs behind the strings: any of them can be read in whole words. */
const STRING_PADDING = 8;

/**
 * Prints types of one BTF as C, each once, with what they need before them. Keeps what was printed, so that calls add up
 * to one text that compiles.
 */
export class CPrinter {
  readonly #btf: Btf;
  readonly #engine: CEngine;
  /** Bytes after which writing ends in `BTF_TOO_MUCH_TEXT`: a small hostile BTF can describe a huge text. */
  readonly #limit: number;
  #given: Uint8Array = new Uint8Array();

  constructor(btf: Btf, form: BpftoolForm = '7.5') {
    const size = btf.words.length * 4 + btf.strings.size;
    this.#btf = btf;
    this.#limit = 4 * 1024 * 1024 + 32 * size;
    this.#engine = startEngine(sizesOf(btf), {
      grow: () => this.#grow(0),
      writeGiven: () => this.#raw(this.#given),
      fail: (problem, id) => this.#fail(problem, id),
    });
    const { tables } = this.#engine;
    copyBytes(btf.words, tables.words);
    copyBytes(btf.index, tables.index);
    copyBytes(btf.kinds, tables.kinds);
    copyBytes(btf.strings.bytes, tables.strings);
    tables.typeCount = btf.typeCount;
    tables.pointerSize = btf.pointerSize;
    tables.tagsAreAttributes = form !== '7.5';
    tables.nameMask = tables.nameHeads.length - 1;
    tables.stepsMax = 300_000 + 32 * btf.words.length;
    // Void needs nothing printed.
    tables.orderStates[0] = DONE;
    tables.printStates[0] = DONE;
    tables.end = tables.text.byteLength - PIECE_MAX;
    this.#engine.markReferenced();
  }

  /** What was printed so far; a view that the next call may invalidate. */
  text(): Uint8Array {
    const { text, length } = this.#engine.tables;
    return new Uint8Array(text.buffer, text.byteOffset, length);
  }

  /**
   * Prints the definition of a type and of all that it needs, but for what was printed before.
   * @throws {BtfError} where the type does not exist or cannot be said in C
   */
  define(id: BtfId): void {
    if (!this.#btf.has(id)) throw errNoType({ id, count: this.#btf.typeCount });
    this.#engine.define(id);
  }

  /** Prints the definitions of all types, in the order of ids or of bpftool's sorted dump. @throws {BtfError} as `define` */
  defineAll({ sorted }: { sorted: boolean }): void {
    if (sorted) this.#engine.defineSorted();
    else this.#engine.defineAll();
  }

  /**
   * Prints what a declaration with that type needs before it: definitions of what it holds by value, and the names of
   * what it points to.
   * @throws {BtfError} where the type cannot be said in C
   */
  prepare(id: BtfId): void {
    this.#engine.prepare(id);
  }

  /** Prints a declaration of the name at a string offset, as of type `id`. */
  declare(id: BtfId, name: number): void {
    this.#engine.declare(id, name);
  }

  /** Prints a declaration of a name that need not be one of the BTF's. */
  declareAs(id: BtfId, name: string, style: { level: number; withoutModifiers: boolean }): void {
    const { tables } = this.#engine;
    this.#given = encodeUtf8(name);
    tables.hasGiven = name !== '';
    tables.level = style.level;
    tables.withoutModifiers = style.withoutModifiers;
    this.#engine.declareGiven(id);
    tables.level = 0;
    tables.withoutModifiers = false;
  }

  /** Writes text as it is. */
  write(text: string): void {
    this.#raw(encodeUtf8(text));
  }

  #raw(bytes: Uint8Array): void {
    const { tables } = this.#engine;
    this.#grow(bytes.length);
    new Uint8Array(tables.text.buffer, tables.text.byteOffset).set(bytes, tables.length);
    tables.length += bytes.length;
  }

  /** Makes room for some bytes and a piece behind them. */
  #grow(need: number): void {
    const { tables } = this.#engine;
    const end = tables.length + need;
    if (end <= tables.end) return;
    if (end > this.#limit) throw errTooMuchText({ limit: this.#limit });
    this.#engine.resize(Math.max(2 * tables.text.byteLength, end + PIECE_MAX));
    tables.end = tables.text.byteLength - PIECE_MAX;
  }

  #fail(problem: number, id: BtfId): never {
    switch (problem) {
      case PROBLEM.cycle:
        throw errTypeCycle({ id });
      case PROBLEM.unprintable:
        throw errUnprintable({ id, kind: this.#btf.kindOf(id) });
      case PROBLEM.chain:
        throw errTooDeep({ id, depth: CHAIN_MAX });
      case PROBLEM.nesting:
        throw errTooDeep({ id, depth: NESTING_MAX });
      default:
        throw errTooDeep({ id, depth: DEPTH_MAX });
    }
  }
}

function sizesOf({ words, typeCount, strings }: Btf): CSizes {
  // Names: at most one a type and one an enumerator. Memory that is not touched costs next to nothing.
  const names = 1 + typeCount + Math.ceil(words.length / 2);
  return {
    words: words.length,
    index: typeCount,
    kinds: typeCount,
    strings: strings.size + STRING_PADDING,
    alignments: typeCount,
    numbers: typeCount,
    nameHeads: 2 ** Math.max(8, 27 - Math.clz32(strings.size)),
    nameKeys: names,
    nameCounts: names,
    nameNexts: names,
    orderStates: typeCount,
    referenced: typeCount,
    queue: typeCount,
    printStates: typeCount,
    forwarded: typeCount,
    stack: STACK_MAX,
    ids: typeCount,
    spareIds: typeCount,
    ranks: typeCount,
    sortNames: typeCount,
    highKeys: typeCount,
    lowKeys: typeCount,
    hashed: typeCount,
    highHashes: typeCount,
    lowHashes: typeCount,
    leads: typeCount,
    text: PIECE_MAX + 4 * words.length + strings.size,
  };
}

/** Copies an array to the start of another, byte by byte. */
function copyBytes(from: Uint32Array | Uint8Array, to: Int32Array | Uint8Array): void {
  const bytes = new Uint8Array(from.buffer, from.byteOffset, from.byteLength);
  new Uint8Array(to.buffer, to.byteOffset, to.byteLength).set(bytes);
}
