import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { kfuncFlags, progTypeNames } from '../../src/catalog/index.ts';

/*
 * Which programs Linux 6.18 let call each kfunc that its BTF has: a column for each program type and attach type that was
 * tried; `-` where it said `calling kernel function x is not allowed`.
 */
const [head, ...rows] = readFileSync('test/data/kfuncs-6.18.tsv', 'utf8')
  .trim()
  .split('\n')
  .map((line) => line.split('\t'));
const users = head.slice(1).map((column) => {
  const [progType, expectedAttachType] = column.split('/').map(Number);
  return { progType, expectedAttachType };
});

describe('kfuncs may be called by the programs that Linux 6.18 lets call them', () => {
  for (const [index, user] of users.entries()) {
    test(`${progTypeNames[user.progType]} of attach type ${user.expectedAttachType}`, () => {
      const allowed = rows.filter(([name]) => kfuncFlags(name, user)).map(([name]) => name);
      const wanted = rows.filter((row) => row[index + 1] === 'x').map(([name]) => name);
      expect(allowed).toEqual(wanted);
    });
  }
});

describe('what holds for a kfunc', () => {
  const tracing = { progType: 26, expectedAttachType: 23 };
  test.each([
    ['bpf_task_acquire', ['acquire', 'rcu', 'null']],
    ['bpf_task_release', ['release']],
    ['bpf_iter_css_new', ['new', 'trusted', 'rcu_protected']],
    ['bpf_rcu_read_lock', []],
  ])('%s', (name, flags) => {
    expect([...(kfuncFlags(name, tracing) ?? ['nobody may'])]).toEqual(flags);
  });

  test('a name that nobody registered may not be called', () => {
    expect(kfuncFlags('bpf_no_such_kfunc', tracing)).toBeUndefined();
  });
});
