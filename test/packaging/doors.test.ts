import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { doors } from '../../tsdown.config.ts';

test('the package exports each door that is built, and no other', () => {
  const { exports } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'));
  const { './package.json': self, ...paths } = exports;
  expect(self).toBe('./package.json');
  expect(paths).toEqual(
    Object.fromEntries(
      Object.keys(doors).map((name) => [
        name === 'index' ? '.' : `./${name}`,
        { types: `./dist/${name}.d.ts`, default: `./dist/${name}.js` },
      ]),
    ),
  );
});
