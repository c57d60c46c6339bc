import { describe, expect, test } from 'vitest';
import { BtfBuilder, type NewBtfType, parseBtf } from '../../../src/btf/index.ts';
import { bpf_attach_type, bpf_prog_type } from '../../../src/uapi/index.ts';
import type { VerifyOptions } from '../../../src/verifier/index.ts';
import { globalArguments } from '../../../src/verifier/types/global-function.ts';

const p = bpf_prog_type;
const int = (name: string, size: number): NewBtfType => ({
  kind: 'INT',
  name,
  size,
  bits: 8 * size,
  bitsOffset: 0,
  signed: false,
  char: false,
  bool: false,
});
const struct = (name: string): NewBtfType => ({ kind: 'STRUCT', name, size: 8, bitfields: false, members: [] });

const kernel = new BtfBuilder();
kernel.add(int('int', 4));
for (const name of ['task_struct', 'twice', 'twice']) kernel.add(struct(name));
const vmlinux = parseBtf(kernel.encode());

type Row = readonly [progType: number, target: NewBtfType | undefined, tags: string, answer: string];

/** What is wanted of the only argument of a function: its kind, or why there can be no such function. */
function wanted([progType, target, tags]: Row): string {
  const builder = new BtfBuilder();
  const number = builder.add(int('int', 4));
  const pointer = builder.add({ kind: 'PTR', name: '', type: target ? builder.add(target) : 0 });
  const params = [{ name: 'a', type: pointer }];
  const proto = builder.add({ kind: 'FUNC_PROTO', name: '', returnType: number, params });
  const id = builder.add({ kind: 'FUNC', name: 'f', type: proto, linkage: 'global' });
  for (const tag of tags.split(' ').filter(Boolean)) {
    builder.add({ kind: 'DECL_TAG', name: `arg:${tag}`, type: id, componentIndex: 0, attribute: false });
  }
  const btf = parseBtf(builder.encode());
  const fn = btf.typeById(id);
  if (fn.kind !== 'FUNC') return 'no function';
  const options = { btf, progType, expectedAttachType: bpf_attach_type.BPF_TRACE_RAW_TP, vmlinux: () => vmlinux };
  const found = globalArguments(options as unknown as VerifyOptions, { ...fn, id });
  if ('errno' in found) return `${found.errno} ${found.text}`;
  const [{ kind, mayBeNull, untrusted }] = found;
  return [kind, mayBeNull && 'or null', untrusted && 'untrusted'].filter(Boolean).join(' ');
}

const WRONG = '22 arg#0 has invalid combination of tags';
const { BPF_PROG_TYPE_SCHED_CLS: tc, BPF_PROG_TYPE_XDP: xdp, BPF_PROG_TYPE_TRACING: tracing } = p;
/* What Linux 6.18 said. */
const rows: readonly Row[] = [
  [tc, struct('__sk_buff'), '', 'ctx'],
  [tc, struct('sk_buff'), '', 'ctx'],
  [tc, struct('xdp_md'), '', 'mem or null'],
  [xdp, struct('xdp_buff'), '', 'ctx'],
  [xdp, struct('__sk_buff'), 'ctx', '22 arg#0 should be `struct xdp_md *`'],
  [tc, undefined, 'ctx', 'ctx'],
  [tc, struct(''), 'ctx', "22 arg#0 type doesn't have a name"],
  [tc, undefined, 'ctx nullable', WRONG],
  [tc, struct('__sk_buff'), 'nonnull', WRONG],
  [tracing, int('u64', 8), 'ctx', 'ctx'],
  [tracing, int('u32', 4), 'ctx', '22 arg#0 should be void pointer'],
  [tracing, struct('bpf_raw_tracepoint_args'), 'ctx', 'ctx'],
  [tracing, struct('bpf_raw_tracepoint_args'), '', 'mem or null'],
  [p.BPF_PROG_TYPE_KPROBE, struct('bpf_user_pt_regs_t'), '', 'ctx'],
  [p.BPF_PROG_TYPE_KPROBE, struct('pt_regs'), 'ctx', 'ctx'],
  [p.BPF_PROG_TYPE_PERF_EVENT, struct('pt_regs'), 'ctx', 'ctx'],
  [p.BPF_PROG_TYPE_PERF_EVENT, struct('pt_regs'), '', 'mem or null'],
  [p.BPF_PROG_TYPE_TRACEPOINT, struct('mine'), 'ctx', 'ctx'],
  [tc, struct('bpf_dynptr'), '', 'dynptr'],
  [tc, struct('bpf_dynptr'), 'nullable', WRONG],
  [tc, struct('mine'), 'nonnull', 'mem'],
  [tc, struct('mine'), 'nullable', WRONG],
  [tc, struct('mine'), 'other', '95 arg#0 has unsupported set of tags'],
  [tc, undefined, '', "22 arg#0 reference type('UNKNOWN ') size cannot be determined: -22"],
  [tc, struct('task_struct'), 'trusted', 'btf'],
  [tc, struct('task_struct'), 'trusted nullable', 'btf or null'],
  [tc, struct('task_struct'), 'trusted nonnull', WRONG],
  [tc, struct('task_struct'), 'untrusted trusted', 'btf'],
  [tc, struct('task_struct___old'), 'trusted', 'btf'],
  [tc, struct('task_struct___a___b'), 'trusted', "2 arg#0 reference type('STRUCT task_struct___a___b') has no matches"],
  [tc, struct('mine'), 'trusted', "2 arg#0 reference type('STRUCT mine') has no matches"],
  [tc, struct('twice'), 'trusted', "3 arg#0 reference type('STRUCT twice') is ambiguous"],
  [tc, undefined, 'trusted', "22 arg#0 reference type('UNKNOWN (anon)') candidate matching error: -22"],
  [tc, struct('task_struct'), 'untrusted', 'btf untrusted'],
  [tc, struct('task_struct'), 'untrusted nullable', '22 arg#0 untrusted cannot be combined with any other tags'],
  [tc, undefined, 'untrusted', 'mem untrusted'],
  [tc, int('char', 1), 'untrusted', 'mem untrusted'],
  [tc, struct('mine'), 'arena', 'arena'],
  [tc, struct('mine'), 'arena nonnull', '22 arg#0 arena cannot be combined with any other tags'],
];

describe('an argument of a global function', () => {
  for (const row of rows) {
    const [progType, target, tags, answer] = row;
    test(`program type ${progType}, '${target?.name ?? 'void'} *', tags '${tags}': ${answer}`, () => {
      expect(wanted(row)).toBe(answer);
    });
  }
});
