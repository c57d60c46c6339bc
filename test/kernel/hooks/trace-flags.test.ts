// The flags before what a test run prints, as the trace of Linux 6.18 showed them.
import { expect, test } from 'vitest';
import type { ProgTestRunAttr } from '../../../src/syscall/index.ts';
import { bpf_attach_type as A, bpf_prog_type as P } from '../../../src/uapi/index.ts';
import { runtimeKernel } from '../../support/runtime-kernel.ts';

/** bpf_trace_printk("x"), then returns 0. */
const PRINTS = [
  [0xb7, 0x01, 0, 0, 0x78, 0, 0, 0],
  [0x7b, 0x1a, 0xf8, 0xff, 0, 0, 0, 0],
  [0xbf, 0xa1, 0, 0, 0, 0, 0, 0],
  [0x07, 0x01, 0, 0, 0xf8, 0xff, 0xff, 0xff],
  [0xb7, 0x02, 0, 0, 2, 0, 0, 0],
  [0x85, 0x00, 0, 0, 6, 0, 0, 0],
  [0xb7, 0x00, 0, 0, 0, 0, 0, 0],
  [0x95, 0x00, 0, 0, 0, 0, 0, 0],
];

const packet: ProgTestRunAttr = { dataIn: new Uint8Array(64) };
const SLEEPABLE = 16;

interface Row {
  readonly type: keyof typeof P;
  readonly flags: string;
  readonly run: ProgTestRunAttr;
  readonly attachType?: number;
  /** What the program must return to be loaded; default 0. */
  readonly returns?: number;
}

const socket = () => {
  const context = new Uint8Array(72);
  context.set([2, 0, 0, 0, 6, 0, 0, 0], 8);
  return context;
};

const rows: readonly Row[] = [
  { type: 'BPF_PROG_TYPE_XDP', flags: 'b..11', run: packet },
  { type: 'BPF_PROG_TYPE_SOCKET_FILTER', flags: 'b..11', run: packet },
  { type: 'BPF_PROG_TYPE_SCHED_CLS', flags: 'b..11', run: packet },
  { type: 'BPF_PROG_TYPE_SCHED_ACT', flags: 'b..11', run: packet },
  { type: 'BPF_PROG_TYPE_CGROUP_SKB', flags: 'b..11', run: packet, attachType: A.BPF_CGROUP_INET_EGRESS },
  { type: 'BPF_PROG_TYPE_LWT_IN', flags: 'b..11', run: packet },
  { type: 'BPF_PROG_TYPE_LWT_OUT', flags: 'b..11', run: packet },
  { type: 'BPF_PROG_TYPE_LWT_XMIT', flags: 'b..11', run: packet },
  { type: 'BPF_PROG_TYPE_NETFILTER', flags: 'b..11', run: packet, attachType: A.BPF_NETFILTER },
  { type: 'BPF_PROG_TYPE_FLOW_DISSECTOR', flags: '...12', run: packet },
  {
    type: 'BPF_PROG_TYPE_SK_LOOKUP',
    flags: '...12',
    run: { ctxIn: socket() },
    attachType: A.BPF_SK_LOOKUP,
    returns: 1,
  },
  { type: 'BPF_PROG_TYPE_RAW_TRACEPOINT', flags: '...2.', run: { ctxIn: new Uint8Array(8) } },
  { type: 'BPF_PROG_TYPE_SYSCALL', flags: '...11', run: { ctxIn: new Uint8Array(8) } },
];

test.for(rows)('$type prints behind $flags', async ({ type, flags, run, attachType, returns = 0 }) => {
  const system = runtimeKernel().openProcess();
  const insns = Uint8Array.from(PRINTS.flat());
  insns[6 * 8 + 4] = returns;
  const fd = system.progLoad({
    progType: P[type],
    license: 'GPL',
    insns,
    expectedAttachType: attachType,
    progFlags: type === 'BPF_PROG_TYPE_SYSCALL' ? SLEEPABLE : 0,
  });
  expect(fd).toBeGreaterThanOrEqual(0);
  expect(system.progTestRun(fd, run)).toMatchObject({ errno: 0 });
  const lines: string[] = [];
  for await (const line of system.tracePipe(AbortSignal.abort())) lines.push(line);
  expect(lines).toEqual([expect.stringMatching(/^ +ebpfts-1000 +\[000\] \S{5} +\d+\.\d{6}: bpf_trace_printk: x$/)]);
  expect(lines[0]).toContain(` ${flags} `);
});
