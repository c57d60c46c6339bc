/** Steps left for one relocation: types that nest without end stop here instead of in a hang. */
export class Budget {
  #left: number;

  constructor(steps: number) {
    this.#left = steps;
  }

  /** Takes a step. @returns whether there was one left */
  take(): boolean {
    return this.#left-- > 0;
  }
}

/** Far more than any real type needs. */
export const STEPS_PER_RELOCATION = 500_000;
