import { expect, test } from 'vitest';
import { type Btf, BtfBuilder, parseBtf } from '../../../src/btf/index.ts';
import { BPF_LD_IMM64, Insns } from '../../../src/isa/index.ts';
import { bpf_pseudo } from '../../../src/uapi/index.ts';
import type { VerifyOptions } from '../../../src/verifier/index.ts';
import { MEM_PERCPU, MEM_RDONLY, PTR_TO_BTF_ID, PTR_TO_MEM } from '../../../src/verifier/state/reg-type.ts';
import { kernelVariable } from '../../../src/verifier/types/kernel-variable.ts';

const builder = new BtfBuilder({ endian: 'little' });
const int = builder.add({
  kind: 'INT',
  name: 'int',
  size: 4,
  bits: 32,
  bitsOffset: 0,
  signed: true,
  char: false,
  bool: false,
});
const rq = builder.add({
  kind: 'STRUCT',
  name: 'rq',
  size: 4,
  members: [{ name: 'cpu', type: int, bitOffset: 0, bitfieldSize: 0 }],
  bitfields: false,
});
const variable = (name: string, type: number) => builder.add({ kind: 'VAR', name, type, linkage: 'global' });
const runqueues = variable('runqueues', rq);
const active = variable('bpf_prog_active', int);
const shared = variable('shared_rq', rq);
const count = variable('shared_count', int);
const gone = variable('gone', int);
const proto = builder.add({ kind: 'FUNC_PROTO', name: '', returnType: int, params: [] });
const func = builder.add({ kind: 'FUNC', name: 'bpf_task_acquire', type: proto, linkage: 'static' });
builder.add({
  kind: 'DATASEC',
  name: '.data..percpu',
  size: 8,
  vars: [
    { type: runqueues, offset: 0, size: 4 },
    { type: active, offset: 4, size: 4 },
  ],
});
const btf: Btf = parseBtf(builder.encode());

function ask(id: number, fd = 0) {
  const insns = Insns.alloc(2, 'little');
  insns.set(0, { code: BPF_LD_IMM64, dst: 1, src: bpf_pseudo.BPF_PSEUDO_BTF_ID, off: 0, imm: id });
  insns.set(1, { code: 0, dst: 0, src: 0, off: 0, imm: fd });
  const symbol = (name: string) => (name === 'gone' ? undefined : 1n);
  return kernelVariable({ insns, symbol, vmlinux: () => btf } as unknown as VerifyOptions, 0);
}

const known: readonly (readonly [string, number, object])[] = [
  ['an object of each processor', runqueues, { type: PTR_TO_BTF_ID | MEM_PERCPU, typeId: rq, btf }],
  ['a number of each processor', active, { type: PTR_TO_BTF_ID | MEM_PERCPU, typeId: int, btf }],
  ['an object', shared, { type: PTR_TO_BTF_ID, typeId: rq, btf }],
  ['a number', count, { type: PTR_TO_MEM | MEM_RDONLY, size: 4 }],
  ['a function', func, { type: PTR_TO_MEM | MEM_RDONLY, size: 0 }],
];
for (const [what, id, wanted] of known) {
  test(`knows ${what} of the kernel by its BTF`, () => expect(ask(id)).toEqual(wanted));
}

const refused: readonly (readonly [number, number, string])[] = [
  [9999, 0, 'ldimm64 insn specifies invalid btf_id 9999.'],
  [int, 0, `pseudo btf_id ${int} in ldimm64 isn't KIND_VAR or KIND_FUNC`],
  [gone, 0, "ldimm64 failed to find the address for kernel symbol 'gone'."],
  [count, 5, 'invalid module BTF object FD specified.'],
];
for (const [id, fd, text] of refused) {
  test(`says: ${text}`, () => expect(ask(id, fd)).toMatchObject({ text }));
}
