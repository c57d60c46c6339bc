/** Types of values, by their name in the text format. */
export const VALUE_TYPES = { i32: 0x7f, i64: 0x7e, funcref: 0x70 } as const;

export type ValueType = 'i32' | 'i64';

/** What a function takes and gives. */
export interface FunctionType {
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
}
