/** Characters kept at most: a log that nobody bounds forgets its beginning, as the kernel's does. */
const KEPT = 64 << 20;

/** The text of a log, which can be cut back to where it was before. */
export class LogText {
  #chunks: string[] = [];
  /** Where each chunk begins. */
  #starts: number[] = [];
  /** Characters written; also the place where the next one goes. */
  end = 0;

  add(text: string): void {
    if (text === '') return;
    this.#chunks.push(text);
    this.#starts.push(this.end);
    this.end += text.length;
    if (this.end - this.#starts[0] > 2 * KEPT) this.#forget();
  }

  /** Takes back what was written from `position` on. */
  cut(position: number): void {
    while (this.#starts.length > 0 && this.#starts[this.#starts.length - 1] >= position) {
      this.#starts.pop();
      this.#chunks.pop();
    }
    const last = this.#chunks.length - 1;
    if (last >= 0) this.#chunks[last] = this.#chunks[last].slice(0, position - this.#starts[last]);
    this.end = Math.min(this.end, position);
  }

  toString(): string {
    return this.#chunks.join('');
  }

  #forget(): void {
    const first = this.#starts.findIndex((start) => start > this.end - KEPT);
    this.#chunks = this.#chunks.slice(first);
    this.#starts = this.#starts.slice(first);
  }
}
