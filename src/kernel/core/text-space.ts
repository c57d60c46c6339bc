import type { ObjectTable } from './object-table.ts';
import type { BpfProg } from './prog.ts';
import type { Store } from './store.ts';

/** Where Linux puts programs: after the modules' space begins. */
const BEGIN = 0xffff_ffff_c000_0000n;
const END = 0xffff_ffff_ff00_0000n;
const ALIGN = 64n;
const KIND = 'text.last';

/** The addresses of programs' instructions: one after the other, and from the start again where the space ends. */
export class TextSpace {
  readonly #store: Store | undefined;
  #next: bigint;
  #saved: bigint;

  constructor(store: Store | undefined) {
    this.#store = store;
    this.#saved = (store?.get(KIND, 0) as bigint | undefined) ?? BEGIN;
    this.#next = this.#saved;
  }

  /** Addresses for a program that may become eight times as long as it is in translation. */
  alloc(insns: number, progs: ObjectTable<BpfProg>): bigint {
    const size = (BigInt(insns) * 64n + ALIGN - 1n) & -ALIGN;
    let at = this.#next + size > END ? BEGIN : this.#next;
    for (let clash = this.#clash(at, size, progs); clash !== undefined; clash = this.#clash(at, size, progs))
      at = clash;
    this.#next = at + size;
    return at;
  }

  save(): void {
    if (this.#next !== this.#saved) this.#store?.put(KIND, 0, this.#next);
    this.#saved = this.#next;
  }

  /** The end of a program that lies there already. Only a space that was gone through once can have one. */
  #clash(at: bigint, size: bigint, progs: ObjectTable<BpfProg>): bigint | undefined {
    if (at >= this.#next) return undefined;
    for (const id of progs.ids()) {
      const { textBase, length } = progs.expect(id).header;
      const end = textBase + 8n * BigInt(length);
      if (at < end && textBase < at + size) return (end + ALIGN - 1n) & -ALIGN;
    }
    return undefined;
  }
}
