import type { Btf } from '../btf.ts';
import { BTF_KIND } from '../kinds.ts';
import type { BtfId } from '../model.ts';

/** How often each name was given out; keyed by the bytes of the name, not by its place. */
class NameCounts {
  readonly #strings: Uint8Array;
  /** Open addressing: string offset plus one, and count, per slot. */
  #slots: Uint32Array;
  #used = 0;

  /** @param expected about how many names there will be */
  constructor(strings: Uint8Array, expected: number) {
    this.#strings = strings;
    this.#slots = new Uint32Array(2 ** Math.max(8, 34 - Math.clz32(expected)));
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
    const strings = this.#strings;
    let value = 0x811c9dc5;
    for (let at = name; strings[at] !== 0; at++) value = Math.imul(value ^ strings[at], 0x01000193);
    return value ^ (value >>> 15);
  }

  #equal(a: number, b: number): boolean {
    if (a === b) return true;
    const strings = this.#strings;
    for (let i = 0; ; i++) {
      if (strings[a + i] !== strings[b + i]) return false;
      if (strings[a + i] === 0) return true;
    }
  }
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
    this.#tags = new NameCounts(btf.strings.bytes, btf.typeCount >> 3);
    this.#identifiers = new NameCounts(btf.strings.bytes, btf.typeCount >> 3);
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
    const kind = this.#btf.kindOf(id);
    if (this.#nameOffset(id) === 0 || kind === BTF_KIND.FWD) return true;
    return kind === BTF_KIND.ENUM && this.#btf.vlenOf(id) === 0;
  }
}
