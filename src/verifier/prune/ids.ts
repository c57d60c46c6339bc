/** Which ids of one state stand for which of another: a match is the same wherever they occur. */
export class IdMap {
  readonly #old: number[] = [];
  readonly #now: number[] = [];
  #fresh = 0;

  /** Forgets what was matched. */
  reset(): void {
    this.#old.length = 0;
    this.#now.length = 0;
    this.#fresh = 0;
  }

  /** Whether the id may stand for the other. */
  match(old: number, now: number): boolean {
    if ((old === 0) !== (now === 0)) return false;
    if (old === 0) return true;
    for (let i = 0; i < this.#old.length; i++) {
      if (this.#old[i] === old) return this.#now[i] === now;
      if (this.#now[i] === now) return false;
    }
    this.#old.push(old);
    this.#now.push(now);
    return true;
  }

  /** The same for the id of a number, which one without an id may be given. */
  matchScalars(old: number, now: number): boolean {
    return this.match(old, now || this.#fresh-- - 1);
  }
}
