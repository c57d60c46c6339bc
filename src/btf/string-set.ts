import { encodeUtf8 } from '../base/index.ts';
import { errStringsOverlap } from './errors.ts';
import { hashBytes, stringEnd } from './hash.ts';

/** Bytes from `start` to `end`, without a NUL among them. */
export interface StringBytes {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** The string at `offset` of a string section, empty beyond its end. */
export function stringBytes(bytes: Uint8Array, offset: number): StringBytes {
  const start = Math.min(offset, bytes.length);
  return { bytes, start, end: stringEnd(bytes, start) };
}

/**
 * How many bytes the strings may take that a section of `size` bytes holds. They may overlap, one being another's end,
 * but a section made so that all of its ends are strings would grow by its square.
 */
export function stringsLimit(size: number): number {
  return 16 * size + 0x1_0000;
}

/**
 * Reads strings of a section, each offset at most once.
 * @returns throws BTF_STRINGS once they are together longer than `stringsLimit`
 */
export function stringReader(bytes: Uint8Array): (offset: number) => StringBytes {
  const limit = stringsLimit(bytes.length);
  let length = 0;
  return (offset) => {
    const text = stringBytes(bytes, offset);
    length += text.end - text.start;
    if (length > limit) throw errStringsOverlap({ size: bytes.length, limit });
    return text;
  };
}

/**
 * NUL-terminated strings in one run of bytes, found by content: of several equal ones the first. A hash table in typed
 * arrays over the bytes, so that nothing becomes a JavaScript string.
 */
export class StringSet {
  #bytes: Uint8Array;
  #length: number;
  /** Offset plus one of a string by slot; 0 is free. */
  #slots = new Uint32Array(16);
  #hashes = new Uint32Array(16);
  #count = 0;
  /** Where the strings begin that no slot has yet. */
  #indexed = 0;

  /** @param bytes strings that are there already, held until the first is added */
  constructor(bytes: Uint8Array = new Uint8Array()) {
    this.#bytes = bytes;
    this.#length = bytes.length;
  }

  get size(): number {
    return this.#length;
  }

  /** The string section as it stands: a view, good until a string is added. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Offset of the first string of that content; -1 where there is none. */
  find(text: StringBytes): number {
    this.#index();
    const slot = this.#slotOf(text, hashBytes(text.bytes, text.start, text.end));
    return this.#slots[slot] - 1;
  }

  /** Offset of the string, appended where it is not there yet. */
  add(text: StringBytes): number {
    this.#index();
    const hash = hashBytes(text.bytes, text.start, text.end);
    const slot = this.#slotOf(text, hash);
    if (this.#slots[slot] !== 0) return this.#slots[slot] - 1;
    const offset = this.#length;
    const length = text.end - text.start;
    this.#room(length + 1);
    for (let i = 0; i < length; i++) this.#bytes[offset + i] = text.bytes[text.start + i];
    this.#bytes[offset + length] = 0;
    this.#indexed = this.#length;
    this.#put(slot, offset, hash);
    return offset;
  }

  addText(text: string): number {
    const bytes = encodeUtf8(text);
    return this.add({ bytes, start: 0, end: bytes.length });
  }

  /** Gives every string that came with the bytes its slot. */
  #index(): void {
    const bytes = this.#bytes;
    for (let at = this.#indexed; at < this.#length; ) {
      const end = stringEnd(bytes, at);
      const hash = hashBytes(bytes, at, end);
      const slot = this.#slotOf({ bytes, start: at, end }, hash);
      if (this.#slots[slot] === 0) this.#put(slot, at, hash);
      at = end + 1;
    }
    this.#indexed = this.#length;
  }

  /** The slot that holds the string, or the free one where it belongs. */
  #slotOf(text: StringBytes, hash: number): number {
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    while (this.#slots[slot] !== 0) {
      if (this.#hashes[slot] === hash && this.#equals(this.#slots[slot] - 1, text)) return slot;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #equals(offset: number, { bytes, start, end }: StringBytes): boolean {
    const own = this.#bytes;
    const length = end - start;
    if (offset + length < this.#length && own[offset + length] !== 0) return false;
    for (let i = 0; i < length; i++) if (own[offset + i] !== bytes[start + i]) return false;
    return true;
  }

  #put(slot: number, offset: number, hash: number): void {
    this.#slots[slot] = offset + 1;
    this.#hashes[slot] = hash;
    this.#count++;
    if (this.#count * 2 > this.#slots.length) this.#grow();
  }

  #grow(): void {
    const slots = new Uint32Array(this.#slots.length * 2);
    const hashes = new Uint32Array(slots.length);
    const mask = slots.length - 1;
    for (let i = 0; i < this.#slots.length; i++) {
      if (this.#slots[i] === 0) continue;
      let slot = this.#hashes[i] & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = this.#slots[i];
      hashes[slot] = this.#hashes[i];
    }
    this.#slots = slots;
    this.#hashes = hashes;
  }

  #room(need: number): void {
    const length = this.#length + need;
    // The bytes given to the constructor belong to somebody else and are exactly full: growing copies them.
    if (length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(64, this.#bytes.length * 2, length));
      grown.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = grown;
    }
    this.#length = length;
  }
}
