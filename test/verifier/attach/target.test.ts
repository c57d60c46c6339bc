import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it, test } from 'vitest';
import { parseBtf } from '../../../src/btf/index.ts';
import { bpf_attach_type, bpf_prog_flags, bpf_prog_type } from '../../../src/uapi/index.ts';
import { checkAttachTarget, type VerifyOptions } from '../../../src/verifier/index.ts';

const vmlinux = parseBtf(gunzipSync(readFileSync('data/vmlinux-6.12.117-amd64.btf.gz')));
const p = bpf_prog_type;
const a = bpf_attach_type;

interface Case {
  readonly progType: number;
  readonly attach?: number;
  /** The name of the type that it is attached to. */
  readonly to?: string;
  readonly sleepable?: boolean;
  readonly gpl?: boolean;
}

/** Errno and words of the refusal; `0` where there is none. */
function check({ progType, attach = 0, to, sleepable = false, gpl = true }: Case): string {
  const typeId = to === undefined ? 0 : (vmlinux.findByName(to, 'FUNC')?.id ?? vmlinux.idsByName(to)[0] ?? 0);
  const refusal = checkAttachTarget({
    progType,
    expectedAttachType: attach,
    flags: sleepable ? bpf_prog_flags.BPF_F_SLEEPABLE : 0,
    gplCompatible: gpl,
    attachTypeId: typeId,
    attachTarget: typeId === 0 ? undefined : { typeId, btf: vmlinux },
    symbol: (name: string) => (vmlinux.findByName(name, 'FUNC') ? 1n : undefined),
  } as unknown as VerifyOptions);
  return refusal ? `${refusal.errno} ${refusal.text.replace(/attach_btf_id \d+/, 'attach_btf_id N')}` : '0';
}

/* What Linux 6.18 said of members of structs of operations: struct, member, errno and text, the same for a sleepable program. */
const members = readFileSync('test/data/verifier/struct-ops-6.18.tsv', 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => line.split('\t'));

describe('a program of a struct of operations', () => {
  for (const [struct, member, errno, text, sleepErrno, sleepText] of members) {
    test(`${struct}.${member}`, () => {
      const { members: all = [] } = vmlinux.findByName(struct, 'STRUCT') ?? {};
      const attach = all.findIndex(({ name }) => name === member);
      const said = (code: string, words: string) =>
        code === '0' ? '0' : `${-Number(code)} ${words.replace(/idx \d+/, `idx ${attach}`)}`;
      const program = { progType: p.BPF_PROG_TYPE_STRUCT_OPS, attach, to: struct };
      expect(check(program)).toBe(said(errno, text));
      expect(check({ ...program, sleepable: true })).toBe(said(sleepErrno, sleepText));
    });
  }

  it('has to have a licence, a struct that the kernel takes programs for, and a member of it', () => {
    const progType = p.BPF_PROG_TYPE_STRUCT_OPS;
    const to = 'tcp_congestion_ops';
    expect(check({ progType, to, gpl: false })).toBe('22 struct ops programs must have a GPL compatible license');
    expect(check({ progType, to: 'task_struct' })).toBe('524 attach_btf_id N is not a supported struct');
    expect(check({ progType, to, attach: 99 })).toBe('22 attach to invalid member idx 99 of struct tcp_congestion_ops');
  });
});

describe('a program that traces or guards a function of the kernel', () => {
  const lsm = { progType: p.BPF_PROG_TYPE_LSM, attach: a.BPF_LSM_MAC };
  const tracing = { progType: p.BPF_PROG_TYPE_TRACING };
  const fentry = { ...tracing, attach: a.BPF_TRACE_FENTRY };
  const modify = { ...tracing, attach: a.BPF_MODIFY_RETURN };
  const rows: readonly (readonly [Case, string])[] = [
    [{ ...lsm, to: 'bpf_lsm_file_open' }, '0'],
    [{ ...lsm, to: 'bpf_lsm_file_open', sleepable: true }, '0'],
    [{ ...lsm, to: 'bpf_lsm_task_free', sleepable: true }, '22 bpf_lsm_task_free is not sleepable'],
    [{ ...lsm, to: 'bpf_lsm_getprocattr' }, '22 attach_btf_id N points to disabled hook bpf_lsm_getprocattr'],
    [{ ...lsm, to: 'vfs_open' }, '22 attach_btf_id N points to wrong type name vfs_open'],
    [{ ...lsm, to: 'bpf_lsm_file_open', gpl: false }, '22 LSM programs must have a GPL compatible license'],
    [{ ...lsm }, '22 Tracing programs must provide btf_id'],
    [{ ...fentry, to: 'task_struct' }, '22 attach_btf_id N is not a function'],
    [{ ...fentry, to: 'vfs_open' }, '0'],
    [{ ...fentry, to: 'vfs_open', sleepable: true }, '22 vfs_open is not sleepable'],
    [{ ...fentry, to: '__x64_sys_getpgid', sleepable: true }, '0'],
    [{ ...fentry, to: 'migrate_disable' }, "22 Attaching tracing programs to function 'migrate_disable' is rejected."],
    [
      { ...tracing, attach: a.BPF_TRACE_FEXIT, to: 'do_exit' },
      "22 Attaching fexit/fmod_ret to __noreturn function 'do_exit' is rejected.",
    ],
    [{ ...modify, to: 'security_file_open' }, '0'],
    [{ ...modify, to: 'vfs_open' }, '22 vfs_open() is not modifiable'],
    [{ progType: p.BPF_PROG_TYPE_EXT, to: 'vfs_open' }, '22 Cannot replace kernel functions'],
    [{ ...tracing, attach: a.BPF_TRACE_RAW_TP, to: 'task_struct' }, '22 attach_btf_id N is not a typedef'],
    [{ ...tracing, attach: a.BPF_TRACE_RAW_TP, to: 'btf_trace_task_newtask' }, '0'],
    [{ ...tracing, attach: a.BPF_TRACE_RAW_TP, to: 'pid_t' }, '22 attach_btf_id N points to wrong type name pid_t'],
    [{ ...tracing, attach: a.BPF_TRACE_ITER, to: 'bpf_iter_task' }, '0'],
    [{ progType: p.BPF_PROG_TYPE_SYSCALL }, '22 Syscall programs can only be sleepable'],
  ];
  for (const [row, answer] of rows) {
    test(`${JSON.stringify(row)}: ${answer}`, () => {
      expect(check(row)).toBe(answer);
    });
  }
});
