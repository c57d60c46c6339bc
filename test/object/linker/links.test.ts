import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EbpftsError, sha256, toHex } from '../../../src/base/index.ts';
import { linkObjects, openObject } from '../../../src/object/index.ts';

/*
 * Every two parts of a kind (test/fixtures/links/parts.c), linked: what bpftool 7.5 writes (libbpf 1.7 for big-endian
 * parts), or what it says. Recorded by scripts/record-links.sh.
 */
const ROOT = join(import.meta.dirname, '../..');
const PARTS = join(ROOT, 'fixtures/links');

interface Row {
  readonly order: string;
  readonly first: string;
  readonly second: string;
  /** A SHA-256, a message, or `crashed`. */
  readonly result: string;
}

const rows: Row[] = readFileSync(join(ROOT, 'data/links.csv'), 'utf8')
  .trimEnd()
  .split('\n')
  .slice(1)
  .map((line) => {
    const [, order, first, second, result] = /^(\w+),(\w+),(\w+),"(.*)"$/.exec(line) ?? [];
    return { order, first, second, result: result.replaceAll('""', '"') };
  });

function link({ order, first, second }: Row): Uint8Array {
  const files = [first, second].map((part) => {
    const name = `${order}/${part}.o`;
    return { name, bytes: new Uint8Array(readFileSync(join(PARTS, name))) };
  });
  return linkObjects(files).bytes;
}

function outcome(row: Row): string {
  try {
    return toHex(sha256(link(row)));
  } catch (error) {
    if (!(error instanceof EbpftsError)) throw error;
    return error.message;
  }
}

/** How libbpf's message begins, up to names and numbers, which ours says more of. */
function opening(message: string): string {
  const said = message.replace(/^(global|map) '[^']*': /, '');
  return /^[^'(\d]*/.exec(said)?.[0] ?? said;
}

/** Whether libbpf crashed, or gave the size of `var` to `before`, which stands first in the section of the definition. */
function hasMoved({ first, second, result }: Row): boolean {
  return result === 'crashed' || (isDigest(result) && /^var_(weak|kconfig|ksym)$/.test(first) && second === 'var_bss');
}

const isDigest = (result: string) => /^[0-9a-f]{64}$/.test(result);
const kinds = [...new Set(rows.map(({ order, first }) => `${order} ${first.replace(/_.*/, '')}`))];

describe('every two parts of a kind', () => {
  test.for(kinds)('are linked to the bytes of libbpf, or refused in its words: %s', (kind) => {
    const [order, prefix] = kind.split(' ');
    const wrong: string[] = [];
    for (const row of rows.filter((each) => each.order === order && each.first.startsWith(prefix))) {
      if (hasMoved(row)) continue;
      const got = outcome(row);
      const right = isDigest(row.result) ? got === row.result : got.includes(opening(row.result));
      if (!right) wrong.push(`${row.first} + ${row.second}: ${got}, not ${row.result}`);
    }
    expect(wrong).toEqual([]);
  });

  test('are linked where a variable finds its definition in another section', () => {
    const moved = rows.filter(hasMoved);
    expect(moved).toHaveLength(18);
    for (const row of moved) {
      const { btf } = openObject(link(row), { name: 'linked' });
      const listed = [...(btf?.types() ?? [])].filter(
        (type) => type.kind === 'DATASEC' && type.vars.some((entry) => btf?.nameOf(entry.type) === 'var'),
      );
      expect(listed.map(({ name }) => name)).toHaveLength(1);
    }
  });
});
