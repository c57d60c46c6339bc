/** 32-bit words in a run that grows. */
export class WordBuffer {
  #words: Uint32Array;
  #length = 0;

  constructor(capacity = 64) {
    this.#words = new Uint32Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  /** What was written: a view, good until more is. */
  get words(): Uint32Array {
    return this.#words.subarray(0, this.#length);
  }

  push(word: number): this {
    if (this.#length === this.#words.length) this.#room(1);
    this.#words[this.#length++] = word;
    return this;
  }

  /** Appends words. @returns where they begin */
  append(words: Uint32Array): number {
    const at = this.#length;
    this.#room(words.length);
    this.#words.set(words, at);
    this.#length += words.length;
    return at;
  }

  /** Puts words in the place of those from `start` to `end`; what follows moves. */
  splice(start: number, end: number, words: Uint32Array): void {
    const length = this.#length - (end - start) + words.length;
    this.#room(Math.max(0, length - this.#length));
    this.#words.copyWithin(start + words.length, end, this.#length);
    this.#words.set(words, start);
    this.#length = length;
  }

  #room(need: number): void {
    if (this.#length + need <= this.#words.length) return;
    const grown = new Uint32Array(Math.max(this.#words.length * 2, this.#length + need));
    grown.set(this.#words.subarray(0, this.#length));
    this.#words = grown;
  }
}
