/** Which of the two words of a 64-bit element is the low one on the machine that this code runs on. */
const LOW = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 0 : 1;

/** R0 to R10 and the translator's R11: one run of bytes, seen as 64-bit and as 32-bit numbers. */
export class Registers {
  readonly u64 = new BigUint64Array(12);
  readonly #words = new Uint32Array(this.u64.buffer);

  /** The low half, unsigned. */
  low(register: number): number {
    return this.#words[2 * register + LOW];
  }

  /** The high half, unsigned. */
  high(register: number): number {
    return this.#words[2 * register + 1 - LOW];
  }

  /** Sets the low half to `value` modulo 2^32 and the high half to 0, as every 32-bit operation does. */
  setLow(register: number, value: number): void {
    this.#words[2 * register + LOW] = value;
    this.#words[2 * register + 1 - LOW] = 0;
  }

  /** Sets both halves. */
  setWords(register: number, low: number, high: number): void {
    this.#words[2 * register + LOW] = low;
    this.#words[2 * register + 1 - LOW] = high;
  }

  /** Sets the register to `value`, a signed 32-bit number, with its sign in the high half. */
  setSigned(register: number, value: number): void {
    this.#words[2 * register + LOW] = value;
    this.#words[2 * register + 1 - LOW] = value < 0 ? 0xffff_ffff : 0;
  }
}
