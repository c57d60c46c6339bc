import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/* docs/differences.md names every file of src/ in which a difference is marked, and no other. */

const ROOT = join(import.meta.dirname, '../..');

test('every DEVIATION in the source is listed in docs/differences.md', () => {
  const marked = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .map((path) => `src/${path.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.ts') && readFileSync(join(ROOT, path), 'utf8').includes('DEVIATION:'));
  const listed = readFileSync(join(ROOT, 'docs/differences.md'), 'utf8').match(/(?<=^\| `)src\/[^`]+/gm);
  expect(listed?.sort()).toEqual(marked.sort());
});
