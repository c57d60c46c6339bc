import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CDeclarer } from '../../src/btf/index.ts';
import { openObject } from '../../src/object/index.ts';

const { btf } = openObject(readFileSync('test/fixtures/objects/odd_names.bpf.o'), { name: 'odd_names' });

function declared(variable: string, withoutModifiers: boolean): string | undefined {
  const type = btf?.findByName(variable, 'VAR')?.type;
  return btf && type !== undefined
    ? new CDeclarer(btf).declaration(type, 'it', { level: 1, withoutModifiers })
    : undefined;
}

describe('a declaration', () => {
  it.each([
    ['in_minus', 'volatile const int it', 'int it'],
    ['constant_pointer', 'const char * const it', 'char *it'],
    ['function', 'int (*it)(int, const char *)', 'int (*it)(int, char *)'],
    ['functions', 'int (*it[3])(void)', 'int (*it[3])(void)'],
    ['far', 'volatile const u64 it[3]', 'u64 it[3]'],
    ['matrix', 'int it[2][3]', 'int it[2][3]'],
    ['flexible', 'struct flexible *it', 'struct flexible *it'],
    ['big', 'volatile enum big it', 'enum big it'],
  ])('of %s: with and without modifiers', (variable, whole, bare) => {
    expect(declared(variable, false)).toBe(whole);
    expect(declared(variable, true)).toBe(bare);
  });

  it('of a type alone, of a name that BTF does not have', () => {
    const id = btf?.findByName('far', 'VAR')?.type ?? 0;
    const declarer = btf && new CDeclarer(btf);
    expect(declarer?.declaration(id, '', { withoutModifiers: true })).toBe('u64[3]');
    expect(declarer?.declaration(id, 'a_b')).toBe('volatile const u64 a_b[3]');
  });
});
