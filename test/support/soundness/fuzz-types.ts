/** What a function of a generated program is. */
export type FunctionKind = 'main' | 'static' | 'global' | 'callback';

/** The type id of the function of each kind in `fuzzTypes`. */
export const FUNCTION: Readonly<Record<FunctionKind, number>> = { main: 4, static: 4, callback: 4, global: 5 };

const STRINGS = ['', 'long', 'a', 'b', 'local', 'shared'];

/** Types of generated programs: `static long local(long a, long b)` and the same that other objects see. */
export function fuzzTypes(): Uint8Array {
  const strings = new TextEncoder().encode(`${STRINGS.join('\0')}\0`);
  const at = (text: string) => STRINGS.slice(0, STRINGS.indexOf(text)).reduce((sum, { length }) => sum + length + 1, 0);
  const types = [
    // 1: long
    [at('long'), 1 << 24, 8, (1 << 24) | 64],
    // 2: void *
    [0, 2 << 24, 0],
    // 3: long (long a, long b)
    [0, (13 << 24) | 2, 1, at('a'), 1, at('b'), 1],
    // 4, 5: functions
    [at('local'), 12 << 24, 3],
    [at('shared'), (12 << 24) | 1, 3],
  ].flat();
  const head = [0xeb9f | (1 << 16), 24, 0, 4 * types.length, 4 * types.length, strings.length];
  const words = new Uint32Array([...head, ...types]);
  const bytes = new Uint8Array(words.byteLength + strings.length);
  bytes.set(new Uint8Array(words.buffer));
  bytes.set(strings, words.byteLength);
  return bytes;
}
