import { readFileSync } from 'node:fs';

/** The lines of a table of recorded facts, cut at tabs; comments and empty lines left out. */
export function readFacts(name: string): string[][] {
  return readFileSync(new URL(`../data/${name}`, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split('\t'));
}
