import type { Btf } from '../btf.ts';
import { BTF_KIND } from '../kinds.ts';
import type { BtfId } from '../model.ts';
import { type BtfStrings, firstZeroByte, WORD } from '../strings.ts';

/** How often each name was given out; keyed by the bytes of the name, not by its place. */
class NameCounts {
  readonly #strings: BtfStrings;
  /** Open addressing: string offset plus one, and count, per slot. */
  #slots: Uint32Array;
  #used = 0;

  constructor(strings: BtfStrings) {
    this.#strings = strings;
    // Room for all names of a kernel: slots that are not used cost next to nothing.
    this.#slots = new Uint32Array(2 ** Math.max(8, 28 - Math.clz32(strings.size)));
  }

  /** Counts one more use. @returns 1 for the first */
  add(name: number): number {
    if (this.#used * 4 > this.#slots.length) this.#grow();
    const slot = this.#find(name);
    if (this.#slots[slot] === 0) {
      this.#slots[slot] = name + 1;
      this.#used++;
    }
    return ++this.#slots[slot + 1];
  }

  #find(name: number): number {
    const mask = this.#slots.length / 2 - 1;
    for (let i = this.#hash(name) & mask; ; i = (i + 1) & mask) {
      const known = this.#slots[2 * i];
      if (known === 0 || this.#equal(known - 1, name)) return 2 * i;
    }
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Uint32Array(old.length * 2);
    for (let i = 0; i < old.length; i += 2) {
      if (old[i] === 0) continue;
      const slot = this.#find(old[i] - 1);
      this.#slots[slot] = old[i];
      this.#slots[slot + 1] = old[i + 1];
    }
  }

  #hash(name: number): number {
    const { bytes, view } = this.#strings;
    const lastWord = view.byteLength - WORD;
    let value = 0;
    let at = name;
    for (; at <= lastWord; at += WORD) {
      const word = view.getInt32(at, true);
      const end = firstZeroByte(word);
      if (end < WORD) return mix(value, end === 0 ? 0 : word << (32 - 8 * end));
      value = mix(value, word);
    }
    // The same as of a whole word, bytes of which stand at the end of the strings.
    let rest = 0;
    for (; bytes[at] !== 0; at++) rest = (rest >>> 8) | (bytes[at] << 24);
    return mix(value, rest);
  }

  #equal(a: number, b: number): boolean {
    if (a === b) return true;
    const strings = this.#strings.bytes;
    for (let i = 0; ; i++) {
      if (strings[a + i] !== strings[b + i]) return false;
      if (strings[a + i] === 0) return true;
    }
  }
}

function mix(value: number, word: number): number {
  const mixed = Math.imul(value ^ word, 0x9e37_79b1 | 0);
  return mixed ^ (mixed >>> 15);
}

/**
 * Names in C are unique, in BTF they need not be: the second type of a name becomes `name___2`. Tags of structs, unions
 * and enums are one name space, typedefs and enumerators another; a forward declaration keeps its name.
 */
export class CNames {
  readonly #btf: Btf;
  readonly #tags: NameCounts;
  readonly #identifiers: NameCounts;
  /** By id: 0 not named yet, else the number of the name, 1 for the name as it is. */
  readonly #numbers: Uint32Array;

  constructor(btf: Btf) {
    this.#btf = btf;
    this.#tags = new NameCounts(btf.strings);
    this.#identifiers = new NameCounts(btf.strings);
    this.#numbers = new Uint32Array(btf.typeCount);
  }

  /** Which of its name's uses a struct, union, enum or int is: 1 for the name itself, 2 for `name___2`. */
  tag(id: BtfId): number {
    return this.#number(id, this.#tags);
  }

  /** The same of a typedef. */
  identifier(id: BtfId): number {
    return this.#number(id, this.#identifiers);
  }

  /** The same of an enumerator, counted anew each time it is printed. */
  enumerator(name: number): number {
    return this.#identifiers.add(name);
  }

  #number(id: BtfId, counts: NameCounts): number {
    if (this.#numbers[id] === 0) this.#numbers[id] = this.#isForward(id) ? 1 : counts.add(this.#nameOffset(id));
    return this.#numbers[id];
  }

  #nameOffset(id: BtfId): number {
    return this.#btf.words[this.#btf.index[id]];
  }

  #isForward(id: BtfId): boolean {
    const kind = this.#btf.kinds[id];
    if (this.#nameOffset(id) === 0 || kind === BTF_KIND.FWD) return true;
    return kind === BTF_KIND.ENUM && this.#btf.vlenOf(id) === 0;
  }
}
