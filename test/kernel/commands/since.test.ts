import { describe, expect, it } from 'vitest';
import { BtfBuilder, type NewBtfType } from '../../../src/btf/index.ts';
import { hasHelper } from '../../../src/catalog/index.ts';
import { type Insn, Insns } from '../../../src/isa/index.ts';
import { createKernel } from '../../../src/kernel/index.ts';
import type { MapCreateAttr, ProgLoadAttr, System } from '../../../src/syscall/index.ts';
import {
  bpf_attach_type,
  bpf_flags,
  bpf_func_id,
  bpf_map_type,
  bpf_prog_flags,
  bpf_prog_type,
  errno,
} from '../../../src/uapi/index.ts';
import { shippedKernelBtf } from '../../support/samples.ts';

const types = shippedKernelBtf();

function kernelOf(version: string): System {
  const profile = { version, arch: 'x86_64', endian: 'little' as const, pageSize: 4096, cpus: 1 };
  return createKernel({ profile: { ...profile, btf: () => types, config: new Map() } }).openProcess();
}

const RETURN_0: readonly Insn[] = [
  { code: 0xb7, dst: 0, src: 0, off: 0, imm: 0 },
  { code: 0x95, dst: 0, src: 0, off: 0, imm: 0 },
];
const load = (insns: readonly Insn[], attr: Partial<ProgLoadAttr> = {}): ProgLoadAttr => {
  const { bytes } = Insns.from(insns, 'little');
  return { progType: bpf_prog_type.BPF_PROG_TYPE_TRACEPOINT, insns: bytes, license: 'GPL', ...attr };
};
const call = (imm: number): readonly Insn[] => [{ code: 0x85, dst: 0, src: 0, off: 0, imm }, ...RETURN_0];
const array = (attr: Partial<MapCreateAttr>): MapCreateAttr => {
  return { mapType: bpf_map_type.BPF_MAP_TYPE_ARRAY, keySize: 4, valueSize: 4, maxEntries: 1, ...attr };
};
const btf = (...types: NewBtfType[]): Uint8Array => {
  const builder = new BtfBuilder();
  builder.add({ kind: 'INT', name: 'int', size: 4, bits: 32, bitsOffset: 0, signed: true, char: false, bool: false });
  for (const type of types) builder.add(type);
  return builder.encode();
};

const { BPF_FUNC_get_attach_cookie: COOKIE } = bpf_func_id;
const { BPF_SK_LOOKUP: SK_LOOKUP } = bpf_attach_type;
const { BPF_F_XDP_HAS_FRAGS: HAS_FRAGS } = bpf_prog_flags;

/** A call, the last version that refuses it and how, and the first that takes it. */
const CASES: readonly (readonly [
  what: string,
  ask: (system: System) => number,
  no: string,
  how: number,
  yes: string,
])[] = [
  ['a name of a program', (s) => s.progLoad(load(RETURN_0, { progName: 'x' })), '4.14.0', errno.E2BIG, '4.15.0'],
  ['a name of a map', (s) => s.mapCreate(array({ mapName: 'x' })), '4.14.0', errno.E2BIG, '4.15.0'],
  ['types', (s) => s.btfLoad({ btf: btf() }), '4.17.0', errno.EINVAL, '4.18.0'],
  ['constants', (s) => s.mapCreate(array({ mapFlags: bpf_flags.BPF_F_RDONLY_PROG })), '5.1.0', errno.EINVAL, '5.2.0'],
  [
    'maps in user memory',
    (s) => s.mapCreate(array({ mapFlags: bpf_flags.BPF_F_MMAPABLE })),
    '5.4.0',
    errno.EINVAL,
    '5.5.0',
  ],
  [
    'a float',
    (s) => s.btfLoad({ btf: btf({ kind: 'FLOAT', name: 'float', size: 4 }) }),
    '5.12.19',
    errno.EINVAL,
    '5.13.0',
  ],
  [
    'enumerators of 64 bits',
    (s) => s.btfLoad({ btf: btf({ kind: 'ENUM64', name: 'x', size: 8, signed: false, values: [] }) }),
    '5.19.0',
    errno.EINVAL,
    '6.0.0',
  ],
  [
    'a ring buffer',
    (s) => s.mapCreate({ mapType: bpf_map_type.BPF_MAP_TYPE_RINGBUF, keySize: 0, valueSize: 0, maxEntries: 4096 }),
    '5.7.0',
    errno.EINVAL,
    '5.8.0',
  ],
  [
    'a type of programs',
    (s) =>
      s.progLoad(load(RETURN_0, { progType: bpf_prog_type.BPF_PROG_TYPE_SK_LOOKUP, expectedAttachType: SK_LOOKUP })),
    '5.8.0',
    errno.EINVAL,
    '5.9.0',
  ],
  ['a flag of loads', (s) => s.progLoad(load(RETURN_0, { progFlags: HAS_FRAGS })), '5.17.0', errno.EINVAL, '5.18.0'],
  [
    'a new use of an old instruction',
    (s) => s.progLoad(load([{ code: 0xbf, dst: 1, src: 1, off: 8, imm: 0 }, ...RETURN_0])),
    '6.5.0',
    errno.EINVAL,
    '6.6.0',
  ],
  ['a command', (s) => s.mapFreeze(s.mapCreate(array({}))), '5.1.0', errno.EINVAL, '5.2.0'],
  ['a helper', (s) => s.progLoad(load(call(COOKIE))), '5.14.0', errno.EINVAL, '5.15.0'],
];

describe('a kernel knows what came until its version', () => {
  it.each(CASES)('%s', (_what, ask, no, how, yes) => {
    expect(ask(kernelOf(no))).toBe(-how);
    expect(ask(kernelOf(yes))).toBeGreaterThanOrEqual(0);
  });

  it('says which type it does not know', () => {
    const log = { level: 1, text: '' };
    kernelOf('5.10.0').btfLoad({ btf: btf({ kind: 'FLOAT', name: 'float', size: 4 }), log });
    expect(log.text).toBe('[2] Invalid kind:16\n');
  });

  // The last helper of each kernel as __BPF_FUNC_MAX_ID of its BTF tells.
  it.each([
    ['6.1.0', 209],
    ['6.12.0', 211],
  ])('Linux %s has helpers up to %d', (version, last) => {
    expect([last, last + 1].map((helper) => hasHelper(version, helper))).toEqual([true, false]);
  });
});
