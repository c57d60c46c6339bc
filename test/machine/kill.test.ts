import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildWriter, killWriters, writeAtOnce } from './kills.ts';

const folder = mkdtempSync(join(tmpdir(), 'ebpfts-kill-'));
let writer = '';

beforeAll(() => {
  writer = buildWriter();
});

afterAll(() => rmSync(folder, { recursive: true }));

test('a writer killed in the middle leaves all of a step or nothing, and what it reported done is done', async () => {
  const path = join(folder, 'killed');
  const { mistakes, killed } = await killWriters(writer, { path, kills: 5, delay: (kill) => 7 * kill });
  expect(mistakes).toEqual([]);
  expect(killed).toBe(5);
}, 60_000);

test('three writers at once all get their steps done', async () => {
  expect(await writeAtOnce(writer, { path: join(folder, 'shared'), writers: 3, steps: 5 })).toEqual([]);
}, 60_000);
