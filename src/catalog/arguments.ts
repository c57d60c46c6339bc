import { type IteratorArgument, iteratorArguments, nullableTracepoints } from './arguments.table.ts';

/** What Linux says of an argument of an iterator's program; undefined where it says nothing. */
export function iteratorArgument(target: string, index: number): IteratorArgument | undefined {
  return iteratorArguments[target]?.[index];
}

/**
 * Of a tracepoint, by argument: `true` where it may be null, `number` where it may be an error. Undefined where all are
 * valid pointers.
 */
export function nullableArguments(tracepoint: string): readonly (boolean | 'number')[] | undefined {
  const text = nullableTracepoints[tracepoint];
  return text === undefined ? undefined : [...text].map((mark) => (mark === 'e' ? 'number' : mark === 'n'));
}
