import { describe, expect, test } from 'vitest';
import { BTF_KIND, parseBtf } from '../../src/btf/index.ts';
import {
  hasHelper,
  helperName,
  helperPrototype,
  kernelSwitches,
  kernelVersions,
  lackOf,
  lackOfFlags,
  lackOfType,
  type SinceKind,
  sinceRows,
  sinceText,
  switchVersions,
  versionAtLeast,
} from '../../src/catalog/index.ts';
import { SWITCHES } from '../../src/catalog/switches.table.ts';
import { bpf_attach_type, bpf_func_id, bpf_map_type, bpf_prog_flags, bpf_prog_type } from '../../src/uapi/index.ts';
import { shippedKernelBtf } from '../support/samples.ts';

const KINDS: readonly SinceKind[] = [
  'program type',
  'map type',
  'attach type',
  'link type',
  'map flag',
  'load flag',
  'field',
  'command',
  'helper',
  'kernel function',
  'feature',
];

describe('rows of versions', () => {
  test.each(KINDS)('%s: each has a version and a source', (kind) => {
    for (const { name, since, source } of sinceRows(kind).values()) {
      expect([name, since, source]).toEqual([
        expect.stringMatching(/\S/),
        expect.stringMatching(/^[3-6]\.\d+$/),
        expect.stringMatching(/^([0-9a-f]{12}$|uapi|https:|Documentation|tools)/),
      ]);
    }
  });

  const names = (values: object, prefix: string) =>
    Object.keys(values).filter((name) => name.startsWith(prefix) && !/UNSPEC|unspec|MAX/.test(name));
  test.each([
    ['program type', names(bpf_prog_type, 'BPF_PROG_TYPE_')],
    ['map type', names(bpf_map_type, 'BPF_MAP_TYPE_').filter((name) => !name.endsWith('_DEPRECATED'))],
    ['attach type', names(bpf_attach_type, 'BPF_')],
    ['load flag', names(bpf_prog_flags, 'BPF_F_')],
    ['helper', names(bpf_func_id, 'BPF_FUNC_').map((name) => `bpf_${name.slice('BPF_FUNC_'.length)}`)],
  ] as const)('%s: all of linux/bpf.h have one', (kind, all) => {
    expect(all.filter((name) => !sinceRows(kind).has(name))).toEqual([]);
  });

  // The last helper of each kernel, as its linux/bpf.h ends: numbers were given out in order.
  test.each([
    ['5.4', 110],
    ['5.5', 115],
    ['5.6', 118],
    ['5.7', 124],
    ['5.8', 135],
    ['5.9', 141],
    ['5.10', 155],
    ['5.11', 162],
    ['5.12', 163],
    ['5.13', 165],
    ['5.14', 168],
    ['5.15', 175],
    ['5.16', 179],
    ['5.17', 185],
    ['5.18', 193],
    ['5.19', 203],
    ['6.0', 207],
    ['6.1', 209],
    ['6.2', 211],
  ])('helpers of Linux %s end with number %d', (version, last) => {
    const numbers = Array.from({ length: 211 }, (_, i) => i + 1);
    expect(numbers.filter((id) => hasHelper(version, id))).toEqual(numbers.slice(0, last));
  });

  test('kernel functions: the BTF of Linux 6.12 has none that came later', () => {
    const btf = parseBtf(shippedKernelBtf());
    const later = [...sinceRows('kernel function').values()].filter(({ since }) => !versionAtLeast('6.12', since));
    const there = later.filter(({ name }) => btf.idsByName(name).some((id) => btf.kindOf(id) === BTF_KIND.FUNC));
    expect(later.length).toBeGreaterThan(20);
    expect(there).toEqual([]);
  });
});

describe('what a version lacks', () => {
  test.each([
    [
      '5.7.0',
      () => lackOfType('5.7.0', 'map type', bpf_map_type.BPF_MAP_TYPE_RINGBUF),
      'map type BPF_MAP_TYPE_RINGBUF',
    ],
    ['5.8.0', () => lackOfType('5.8.0', 'map type', bpf_map_type.BPF_MAP_TYPE_RINGBUF), undefined],
    ['5.9.0', () => lackOfFlags('5.9.0', 'load flag', bpf_prog_flags.BPF_F_SLEEPABLE), 'load flag BPF_F_SLEEPABLE'],
    ['5.10.0', () => lackOfFlags('5.10.0', 'load flag', bpf_prog_flags.BPF_F_SLEEPABLE), undefined],
    ['6.1.0', () => lackOf('6.1.0', 'kernel function', 'bpf_task_acquire'), 'kernel function bpf_task_acquire'],
    ['any', () => lackOf('5.4', 'kernel function', 'no_such_function'), undefined],
  ])('%s', (_version, ask, wanted) => {
    const row = ask();
    expect(row && sinceText(row)).toBe(wanted);
  });

  const user = { expectedAttachType: 0, target: '', sleepable: false };
  const profileOf = (version: string) => ({
    version,
    arch: 'x86_64',
    endian: 'little' as const,
    pageSize: 4096,
    cpus: 1,
    btf: () => undefined,
    config: new Map<string, string>(),
  });
  test.each([
    ['get_current_pid_tgid', 'BPF_PROG_TYPE_XDP', '6.10'],
    ['get_current_pid_tgid', 'BPF_PROG_TYPE_KPROBE', '5.4'],
    ['get_current_comm', 'BPF_PROG_TYPE_SCHED_CLS', '6.16'],
    ['get_current_comm', 'BPF_PROG_TYPE_CGROUP_SOCK', '5.4'],
    ['get_netns_cookie', 'BPF_PROG_TYPE_SCHED_CLS', '6.13'],
    ['get_netns_cookie', 'BPF_PROG_TYPE_SOCKET_FILTER', '6.15'],
  ] as const)('%s is for %s since %s', (name, type, since) => {
    const id = bpf_func_id[`BPF_FUNC_${name}`];
    const first = kernelVersions().find((version) =>
      helperPrototype(id, { ...user, progType: bpf_prog_type[type], profile: profileOf(version) }),
    );
    expect(`${helperName(id)} ${first}`).toBe(`bpf_${name} ${since}`);
  });
});

describe('switches', () => {
  test('are all on in the newest version, and each changes in one', () => {
    const newest = kernelVersions().at(-1) ?? '';
    expect(Object.values(kernelSwitches(newest))).not.toContain(false);
    for (const [name, [since, what, source]] of Object.entries(SWITCHES)) {
      const on = kernelVersions().filter((version) => kernelSwitches(version)[name as keyof typeof SWITCHES]);
      expect([on[0], what, source]).toEqual([since, expect.stringMatching(/\S/), expect.stringMatching(/\S/)]);
    }
    expect(switchVersions().every((version) => kernelVersions().includes(version))).toBe(true);
  });
});
