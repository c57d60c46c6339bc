/** What an error says beside its text: where it happened, and both sides of the comparison that failed. */
export type ErrorDetails = Readonly<Record<string, string | number | bigint | boolean | undefined>>;

/** Everything an `EbpftsError` is made of. Factories in each folder's `errors.ts` fill it in. */
export interface ErrorOptions {
  /** Stable, machine-readable name, e.g. `ELF_TRUNCATED`. */
  readonly code: string;
  /** One sentence for a person: what, where, wanted, had. */
  readonly message: string;
  readonly details?: ErrorDetails;
  readonly cause?: unknown;
}

/**
 * Bad input or bad use: what a caller can do something about. Each layer that a caller would treat apart has one
 * subclass; emulated kernel failures are values (negative errno) and never throw this.
 */
export class EbpftsError extends Error {
  readonly code: string;
  readonly details: ErrorDetails;

  constructor({ code, message, details, cause }: ErrorOptions) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.code = code;
    this.details = details ?? {};
  }
}

/** A mistake of ours, never of the input: caught only at the top of the command line. */
export class InternalError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'InternalError';
  }
}

/** States what must hold if our own code is right. @throws {InternalError} where it does not. */
export function invariant(condition: unknown, text: string): asserts condition {
  if (!condition) throw new InternalError(text);
}

/** Ends a `switch` that the types say is complete. @throws {InternalError} always. */
export function unreachable(value: never): never {
  throw new InternalError(`unreachable: ${String(value)}`);
}
