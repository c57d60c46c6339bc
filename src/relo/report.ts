import { EbpftsError } from '../base/index.ts';
import type { BpfObject, FunctionSpec } from '../object/index.ts';
import { sourceLine } from '../object/index.ts';
import type { CoreReport } from './core/index.ts';
import { withHints } from './errors.ts';

/** What was asked: the kinds of references that an instruction can hold. */
export type RelocationKind = 'map' | 'data' | 'kconfig' | 'ksym' | 'kfunc' | 'call' | 'subprog_addr' | 'core';

/**
 * What came of it. `resolved`: patched; `zero`: a weak symbol is not there and reads as 0; `poisoned`: the verifier will
 * refuse the instruction if it can be reached; `failed`: the object cannot be loaded on this target.
 */
export type RelocationOutcome = 'resolved' | 'zero' | 'poisoned' | 'failed';

/** One relocation and what came of it. */
export interface RelocationReport {
  readonly kind: RelocationKind;
  readonly outcome: RelocationOutcome;
  /** The function that holds the instruction; undefined for an extern that no instruction refers to. */
  readonly function: FunctionSpec | undefined;
  /** Slot in that function as compiled. */
  readonly insn: number | undefined;
  /** The map, symbol or field that was asked for. */
  readonly subject: string;
  /** What it became, or why it did not: one line for a person. */
  readonly detail: string;
  /** Code of the error, where it failed. */
  readonly code?: string;
  /** Names of the target nearest to what was not found, at most three; worked out when called. */
  readonly nearest?: () => readonly string[];
  /** For CO-RE: the field or type as the object and the target have it, and what else was tried. */
  readonly core?: CoreReport;
}

/** Collects reports: each function's once, however many programs it is linked into. */
export class Reports {
  readonly list: RelocationReport[] = [];
  readonly #object: BpfObject;
  readonly #lenient: boolean;
  readonly #entered = new Set<FunctionSpec>();

  constructor(object: BpfObject, lenient: boolean) {
    this.#object = object;
    this.#lenient = lenient;
  }

  /** @returns whether the function's relocations have not been reported yet */
  enter(fn: FunctionSpec): boolean {
    const isNew = !this.#entered.has(fn);
    this.#entered.add(fn);
    return isNew;
  }

  add(report: RelocationReport): void {
    this.list.push(report);
  }

  /** Notes a failure in lenient mode, throws it otherwise; what is no bad input is always thrown. */
  fail(
    at: Pick<RelocationReport, 'kind' | 'function' | 'insn' | 'subject' | 'nearest' | 'core'>,
    error: unknown,
  ): void {
    if (!this.#lenient || !(error instanceof EbpftsError)) {
      throw withHints(error, { source: this.#sourceOf(at), nearest: at.nearest?.() ?? [] });
    }
    this.list.push({ ...at, outcome: 'failed', detail: error.message, code: error.code });
  }

  #sourceOf({ function: fn, insn }: Pick<RelocationReport, 'function' | 'insn'>): string | undefined {
    const place = fn && insn !== undefined ? sourceLine(this.#object, fn, insn) : undefined;
    return (
      place && `'${fn?.name}' at ${place.file.slice(place.file.lastIndexOf('/') + 1)}:${place.line}: ${place.text}`
    );
  }
}
