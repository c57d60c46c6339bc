import type { Privileges } from '../privileges.ts';

const MIXED = -1;

/**
 * What a processor may do that guesses: paths that no value leads to are walked too, as `speculative` ones, and what is
 * refused there is kept from happening by a barrier. Only for loaders whom the kernel does not trust.
 * @see Documentation/admin-guide/hw-vuln/spectre.rst (v6.18)
 */
export class Speculation {
  /** By instruction: 1 where a barrier stands before it, so that no guess gets there. */
  readonly barriers: Uint8Array;
  /** By instruction: 1 where a barrier stands behind it: what it stored is there before anything is loaded. */
  readonly barriersBehind: Uint8Array;
  /** By instruction: how the number is masked that is added there; 0: not. */
  readonly masks: Uint8Array;
  /** By instruction: the mask's limit. */
  readonly limits: Uint32Array;
  /** A limit depends on what a number may be: states only stand for those with the same numbers. */
  exploresLimits = false;

  /** By instruction: the map of the tail call there. */
  readonly #tailCalls = new Map<number, number>();

  constructor(length: number) {
    this.barriers = new Uint8Array(length);
    this.barriersBehind = new Uint8Array(length);
    this.masks = new Uint8Array(length);
    this.limits = new Uint32Array(length);
  }

  /** @returns undefined where the loader is trusted */
  static of({ bypassSpecV1, bypassSpecV4 }: Privileges, length: number): Speculation | undefined {
    return bypassSpecV1 && bypassSpecV4 ? undefined : new Speculation(length);
  }

  /** A tail call by way of a map. @param map its index */
  noteTailCall(insn: number, map: number): void {
    this.#tailCalls.set(insn, (this.#tailCalls.get(insn) ?? map) === map ? map : MIXED);
  }

  /** Tail calls that go by way of different maps on different paths: their instructions. */
  mixedTailCalls(): ReadonlySet<number> {
    return new Set([...this.#tailCalls].filter(([, map]) => map === MIXED).map(([insn]) => insn));
  }
}
