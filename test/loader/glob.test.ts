import { expect, test } from 'vitest';
import { globMatch } from '../../src/loader/glob.ts';

const rows: readonly (readonly [name: string, pattern: string, matches: boolean])[] = [
  ['malloc', 'malloc', true],
  ['malloc', 'mallo', false],
  ['mallo', 'malloc', false],
  ['malloc', '*', true],
  ['', '*', true],
  ['', '', true],
  ['', '?', false],
  ['malloc', 'm*c', true],
  ['malloc', 'm*l*c', true],
  ['malloc', '*l?c', true],
  ['malloc', '*ll', false],
  ['malloc', 'malloc*', true],
  ['malloc', '?????c**', true],
  ['a.b', 'a?b', true],
  ['axb', 'a.b', false],
  ['work@@V_2', 'work@*', true],
  ['[x]', '[x]', true],
  ['x', '[x]', false],
];

test.for(rows)('%s is what %s means: %s', ([name, pattern, matches]) => {
  expect(globMatch(name, pattern)).toBe(matches);
});

test('no pattern takes long', () => {
  const start = performance.now();
  expect(globMatch('a'.repeat(20_000), `${'*a'.repeat(50)}*b`)).toBe(false);
  expect(performance.now() - start).toBeLessThan(2000);
});
