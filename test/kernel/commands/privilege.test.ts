import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { encodeUtf8 } from '../../../src/base/index.ts';
import { assemble, BPF_LD_IMM64 } from '../../../src/isa/index.ts';
import { createKernel, type Process } from '../../../src/kernel/index.ts';
import type { Capability } from '../../../src/syscall/index.ts';
import { bpf_attach_type, bpf_prog_type, bpf_pseudo, errno } from '../../../src/uapi/index.ts';
import { profileOf618 } from '../../support/profile.ts';
import { shippedKernelBtf } from '../../support/samples.ts';

const btf = shippedKernelBtf();
const DATA = 'test/data/privileges';
const SETTING = '/proc/sys/kernel/unprivileged_bpf_disabled';
/** Attach types for programs that want one. */
const ATTACH_TYPES: Readonly<Record<number, number>> = {
  [bpf_prog_type.BPF_PROG_TYPE_CGROUP_SOCK_ADDR]: bpf_attach_type.BPF_CGROUP_INET4_BIND,
  [bpf_prog_type.BPF_PROG_TYPE_CGROUP_SOCKOPT]: bpf_attach_type.BPF_CGROUP_GETSOCKOPT,
  [bpf_prog_type.BPF_PROG_TYPE_SK_LOOKUP]: bpf_attach_type.BPF_SK_LOOKUP,
  [bpf_prog_type.BPF_PROG_TYPE_NETFILTER]: bpf_attach_type.BPF_NETFILTER,
};
const BPF_F_SLEEPABLE = 16;

function rowsOf(file: string): string[][] {
  const [, ...lines] = readFileSync(`${DATA}/${file}`, 'utf8').trimEnd().split('\n');
  return lines.map((line) => line.split(','));
}

function kernelWith(setting: number) {
  const kernel = createKernel({
    verify: 'full',
    profile: profileOf618(btf, { CONFIG_BPF_UNPRIV_DEFAULT_OFF: 'y' }),
  });
  kernel.openProcess().writeFile(SETTING, encodeUtf8(String(setting)));
  return (caps: string): Process => kernel.openProcess({ task: { capabilities: capabilitiesOf(caps) } });
}

/** `all`, `none`, `CAP_BPF+CAP_NET_ADMIN` */
function capabilitiesOf(caps: string): Capability[] | undefined {
  return caps === 'all' ? undefined : caps.split('+').filter((name): name is Capability => name.startsWith('CAP_'));
}

interface Program {
  readonly text: string;
  readonly maps: readonly number[];
}

/** Loads a program; `map[1000]` and `map[1001]` in it are the maps of these fds. */
function load(process: Process, progType: number, program: string | Program): [number, string] {
  const { text, maps } = typeof program === 'string' ? { text: program, maps: [] } : program;
  const insns = assemble(text.replace(/map\[100(\d)\]/g, (_, i) => String(maps[i])));
  for (let i = 0; i < insns.length; i++) {
    if (insns.code(i) === BPF_LD_IMM64) insns.setRegs(i, insns.dst(i), bpf_pseudo.BPF_PSEUDO_MAP_FD);
  }
  const log = { level: 1, text: '' };
  const fd = process.progLoad({
    progType,
    insns: insns.bytes,
    license: 'GPL',
    expectedAttachType: ATTACH_TYPES[progType],
    progFlags: progType === bpf_prog_type.BPF_PROG_TYPE_SYSCALL ? BPF_F_SLEEPABLE : 0,
    log,
  });
  if (fd >= 0) return [0, ''];
  const lines = log.text.split('\n').filter((line) => line !== '' && !line.startsWith('processed '));
  return [fd, lines.at(-1) ?? ''];
}

describe('what may be loaded and created depends on capabilities as in Linux 6.18', () => {
  const process = kernelWith(2);
  for (const [kind, type, caps, wanted] of rowsOf('types-6.18.csv')) {
    test(`${kind} type ${type} with ${caps}`, () => {
      const may =
        kind === 'prog' ? load(process(caps), Number(type), 'r0 = 1\nexit')[0] : create(process(caps), Number(type));
      expect(may === -errno.EPERM).toBe(Number(wanted) === -errno.EPERM);
    });
  }
});

function create(process: Process, mapType: number): number {
  return process.mapCreate({ mapType, keySize: 4, valueSize: 4, maxEntries: 4 });
}

describe('helpers depend on capabilities as in Linux 6.18', () => {
  const process = kernelWith(2);
  for (const [type, caps, refused] of rowsOf('helpers-6.18.csv')) {
    if (caps === 'all') continue;
    test(`program type ${type} with ${caps}`, () => {
      const [all] = rowsOf('helpers-6.18.csv').filter((row) => row[0] === type && row[1] === 'all');
      const more = refused.split(' ').filter((id) => !all[2].split(' ').includes(id));
      const loader = process(caps);
      for (const id of more) {
        const [, said] = load(loader, Number(type), `call ${id}\nexit`);
        expect(said).toContain('program of this type cannot use helper');
      }
      expect(load(loader, Number(type), 'call 5\nr0 = 1\nexit')).toEqual([0, '']);
    });
  }
});

describe('programs are judged as Linux 6.18 judges them', () => {
  type Row = [name: string, lines: string[], all: [number, string], bpf: [number, string]];
  const rows = JSON.parse(readFileSync(`${DATA}/programs-6.18.json`, 'utf8')) as Row[];
  const process = kernelWith(2);
  for (const [name, lines, all, bpf] of rows) {
    for (const [caps, wanted] of [
      ['all', all],
      ['CAP_BPF', bpf],
    ] as const) {
      test(`with ${caps}: ${name}`, () => {
        const loader = process(caps);
        const fds = [48, 24].map((valueSize) => loader.mapCreate({ mapType: 2, keySize: 4, valueSize, maxEntries: 1 }));
        expect(load(loader, 1, { text: lines.join('\n'), maps: fds })).toEqual(wanted);
      });
    }
  }
});

describe('who has no capability at all', () => {
  const process = kernelWith(0);
  const PERMISSION = 'loading/calling other bpf or kernel functions are allowed for CAP_BPF and CAP_SYS_ADMIN';
  for (const [name, text, wanted] of [
    ['loads a filter', 'r0 = 1\nexit', [0, '']],
    ['calls no subprogram', 'call one\nexit\none:\nr0 = 1\nexit', [-errno.EPERM, PERMISSION]],
    [
      'makes no loop',
      'r6 = 0\nagain:\nr6 += 1\nif r6 < 5 goto again\nr0 = 0\nexit',
      [-errno.EINVAL, 'back-edge from insn 2 to 1'],
    ],
    [
      'calls no helper of CAP_BPF',
      'call 118\nexit',
      [-errno.EINVAL, 'program of this type cannot use helper bpf_jiffies64#118'],
    ],
    ['calls a helper of all', 'call 5\nr0 = 1\nexit', [0, '']],
  ] as const) {
    test(name, () => expect(load(process('none'), 1, text)).toEqual(wanted));
  }

  test('sees no packet of a control group, and does not set its time', () => {
    const denied = (at: string): [number, string] => [-errno.EACCES, `invalid bpf_context access ${at}`];
    const { BPF_PROG_TYPE_CGROUP_SKB } = bpf_prog_type;
    for (const [text, wanted] of [
      ['r2 = *(u32 *)(r1 +76)\nr0 = 1\nexit', denied('off=76 size=4')],
      ['r2 = 0\n*(u64 *)(r1 +152) = r2\nr0 = 1\nexit', denied('off=152 size=8')],
      ['r2 = *(u64 *)(r1 +152)\nr0 = 1\nexit', [0, '']],
    ] as const) {
      expect(load(process('none'), BPF_PROG_TYPE_CGROUP_SKB, text)).toEqual(wanted);
      expect(load(process('CAP_BPF'), BPF_PROG_TYPE_CGROUP_SKB, text)).toEqual([0, '']);
    }
  });

  test('loads 4,096 instructions at most', () => {
    const long = (count: number) => `${'r0 = 1\n'.repeat(count - 1)}exit`;
    expect(load(process('none'), 1, long(4096))).toEqual([0, '']);
    expect(load(process('none'), 1, long(4097))).toEqual([-errno.E2BIG, '']);
    expect(load(process('CAP_BPF'), 1, long(4097))).toEqual([0, '']);
  });

  test('loads no BTF and sees no ids', () => {
    expect(process('none').btfLoad({ btf: new Uint8Array(24) })).toBe(-errno.EPERM);
    expect(process('CAP_BPF').objGetNextId('prog', 0)).toBe(-errno.EPERM);
    expect(process('CAP_BPF').objGetFdById('map', 1)).toBe(-errno.EPERM);
  });
});

describe('kernel.unprivileged_bpf_disabled', () => {
  const read = (process: Process) => new TextDecoder().decode(process.readFile(SETTING) as Uint8Array);

  test('is 2 by default, and can be changed until it is 1', () => {
    const kernel = createKernel({ profile: profileOf618(btf, { CONFIG_BPF_UNPRIV_DEFAULT_OFF: 'y' }) });
    const root = kernel.openProcess();
    expect(read(root)).toBe('2\n');
    expect(root.writeFile(SETTING, encodeUtf8('0\n'))).toBe(0);
    expect(root.writeFile(SETTING, encodeUtf8('3'))).toBe(-errno.EINVAL);
    expect(root.writeFile(SETTING, encodeUtf8('no'))).toBe(-errno.EINVAL);
    expect(root.writeFile(SETTING, encodeUtf8('1'))).toBe(0);
    expect(root.writeFile(SETTING, encodeUtf8('0'))).toBe(-errno.EPERM);
    expect(read(root)).toBe('1\n');
  });

  test('is changed by who has CAP_SYS_ADMIN only, and nothing else can be written', () => {
    const kernel = createKernel({ profile: profileOf618(btf) });
    const user = kernel.openProcess({ task: { uid: 1000 } });
    expect(read(user)).toBe('0\n');
    expect(user.writeFile(SETTING, encodeUtf8('0'))).toBe(-errno.EPERM);
    expect(kernel.openProcess().writeFile('/proc/version', encodeUtf8('x'))).toBe(-errno.EACCES);
  });

  test('keeps users from loading where it is not 0', () => {
    for (const setting of [1, 2]) expect(load(kernelWith(setting)('none'), 1, 'r0 = 1\nexit')[0]).toBe(-errno.EPERM);
    expect(load(kernelWith(0)('none'), 1, 'r0 = 1\nexit')[0]).toBe(0);
  });
});
