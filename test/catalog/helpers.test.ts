import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parsePrototype } from '../../src/catalog/helper-prototype.ts';
import { HELPER_VARIANTS, HELPERS } from '../../src/catalog/helpers.table.ts';
import { helperName, helperPrototype } from '../../src/catalog/index.ts';
import { bpf_func_id } from '../../src/uapi/index.ts';

const csv = new URL('../data/verifier/helpers-6.18.csv', import.meta.url);
const BPF_F_SLEEPABLE = 16;
const profile = {
  version: '6.18.0',
  arch: 'x86_64',
  endian: 'little' as const,
  pageSize: 4096,
  cpus: 2,
  btf: () => undefined,
  config: new Map([['CONFIG_LOCK_DOWN_KERNEL_FORCE_INTEGRITY', 'y']]),
};

// By helper: `-` not there, `y` there, `G` only for programs under the GPL, `+` there (all of such programs are under the GPL).
const rows = readFileSync(csv, 'utf8').trim().split('\n').slice(1);

describe('helpers of Linux 6.18', () => {
  it.each(rows.map((row) => row.split(',')))('%s has those that the kernel gave it', (...columns) => {
    const [, progType, expectedAttachType, flags, target, wanted] = columns;
    const user = {
      progType: Number(progType),
      expectedAttachType: Number(expectedAttachType),
      target,
      sleepable: (Number(flags) & BPF_F_SLEEPABLE) !== 0,
      profile,
    };
    const letterOf = (id: number): string => {
      const prototype = helperPrototype(id, user);
      if (!prototype) return '-';
      return prototype.gplOnly ? 'G' : 'y';
    };
    const differing = [...wanted]
      .map((letter, i) => ({ helper: helperName(i + 1), wanted: letter, got: letterOf(i + 1) }))
      .filter((row) => row.wanted !== row.got && !(row.wanted === '+' && row.got !== '-'));
    expect(differing).toEqual([]);
  });

  it('are all in the table, and nothing else is', () => {
    const names = Object.keys(bpf_func_id).map((name) => name.slice('BPF_FUNC_'.length));
    expect(Object.keys(HELPERS)).toEqual(
      names.filter((name) => name !== 'unspec' && helperName(idOf(name)) && idOf(name) <= 211),
    );
  });

  it('have prototypes that can be read', () => {
    for (const text of [...Object.values(HELPERS), ...Object.values(HELPER_VARIANTS)]) {
      expect(parsePrototype(text).args.length).toBeLessThanOrEqual(5);
    }
  });

  it('of a version are those that it had', () => {
    const user = { progType: 2, expectedAttachType: 0, target: '', sleepable: false };
    const loop = bpf_func_id.BPF_FUNC_loop;
    expect(helperPrototype(loop, { ...user, profile: { ...profile, version: '5.16.0' } })).toBeUndefined();
    expect(helperPrototype(loop, { ...user, profile: { ...profile, version: '5.17.0' } })).toBeDefined();
  });
});

function idOf(name: string): number {
  return (bpf_func_id as Readonly<Record<string, number>>)[`BPF_FUNC_${name}`];
}
