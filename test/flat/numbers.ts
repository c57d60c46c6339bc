/** Whole numbers beyond 32 bits. */
export type Wide = number;

/** A record to compile. */
export interface Numbers {
  readonly words: Int32Array;
  readonly bytes: Uint8Array;
  count: number;
  flag: boolean;
  heard(a: number, b: number): void;
}
