import { describe, expect, it } from 'vitest';
import { findSec, SEC_DEFS, secTarget } from '../../src/catalog/index.ts';
import { bpf_attach_type as A, bpf_prog_type as P } from '../../src/uapi/index.ts';

describe('findSec', () => {
  const known: [string, number, number, object][] = [
    ['xdp', P.BPF_PROG_TYPE_XDP, A.BPF_XDP, { frags: false, autoAttach: 'none' }],
    ['xdp.frags/devmap', P.BPF_PROG_TYPE_XDP, A.BPF_XDP_DEVMAP, { frags: true }],
    ['kprobe', P.BPF_PROG_TYPE_KPROBE, 0, { autoAttach: 'kprobe' }],
    ['kprobe/do_unlinkat+8', P.BPF_PROG_TYPE_KPROBE, 0, { autoAttach: 'kprobe' }],
    ['fentry.s/bpf_testmod:f', P.BPF_PROG_TYPE_TRACING, A.BPF_TRACE_FENTRY, { sleepable: true, attachBtf: true }],
    ['syscall', P.BPF_PROG_TYPE_SYSCALL, 0, { sleepable: true }],
    ['usdt.s/a:b:c', P.BPF_PROG_TYPE_KPROBE, 0, { usdt: true, sleepable: true }],
    ['cgroup/sendmsg_unix', P.BPF_PROG_TYPE_CGROUP_SOCK_ADDR, A.BPF_CGROUP_UNIX_SENDMSG, { autoAttach: 'none' }],
    ['struct_ops.s/init', P.BPF_PROG_TYPE_STRUCT_OPS, 0, { sleepable: true }],
  ];
  for (const [section, progType, attachType, rest] of known) {
    it(`knows ${section}`, () => {
      expect(findSec(section)).toMatchObject({ progType, attachType, ...rest });
    });
  }

  for (const section of [
    '',
    'xdp/',
    'xdp/x',
    'kprobes',
    'kprobe.multi2/x',
    'tc/',
    'cgroup/skb/x',
    '?xdp',
    'constructor',
  ]) {
    it(`does not know "${section}"`, () => {
      expect(findSec(section)).toBeUndefined();
    });
  }

  it('has no name twice', () => {
    expect(new Set(SEC_DEFS.map(({ name }) => name)).size).toBe(SEC_DEFS.length);
  });

  it('takes the target from behind the first slash', () => {
    expect([secTarget('tp/syscalls/sys_enter_openat'), secTarget('xdp')]).toEqual([
      'syscalls/sys_enter_openat',
      undefined,
    ]);
  });
});
