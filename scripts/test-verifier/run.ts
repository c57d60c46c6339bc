import { parseBtf } from '../../src/btf/index.ts';
import type { KernelProfile } from '../../src/catalog/index.ts';
import { BPF_LD_IMM64, Insns } from '../../src/isa/index.ts';
import type { Process } from '../../src/kernel/index.ts';
import { isErrno, type ProgLoadAttr } from '../../src/syscall/index.ts';
import { bpf_attach_type, bpf_prog_type, bpf_pseudo } from '../../src/uapi/index.ts';
import type { Step, SuiteTest } from './suite.ts';

/** What came of a test. */
export interface Outcome {
  readonly verdict: 'accept' | 'refuse';
  /** Negative; 0 where it was accepted. */
  readonly errno: number;
  readonly log: string;
  /** By run: what the program returned, or the errno (negative) of a test run that did not come to that. */
  readonly returned: readonly number[];
  /** The translated form; empty where it was refused. */
  readonly xlated: Uint8Array;
}

/** Programs whose `attachTo` is said when they are loaded. */
const ATTACHED: readonly number[] = [bpf_prog_type.BPF_PROG_TYPE_TRACING, bpf_prog_type.BPF_PROG_TYPE_LSM];
const FD_SOURCES: readonly number[] = [bpf_pseudo.BPF_PSEUDO_MAP_FD, bpf_pseudo.BPF_PSEUDO_MAP_VALUE];

export function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16));
}

/** Runs a test in a process of the emulated kernel. */
export function runTest(process: Process, test: SuiteTest, profile: KernelProfile): Outcome {
  const fds = new Map<number, number>();
  for (const step of test.steps) take(process, step, fds);
  const log = { level: test.result === 3 ? 2 : 4, text: '' };
  const attr: ProgLoadAttr = {
    progType: test.progType,
    insns: withFds(test.insns, fds),
    license: 'GPL',
    progFlags: test.progFlags,
    expectedAttachType: test.expectedAttachType,
    attachBtfId: ATTACHED.includes(test.progType) && test.attachTo ? targetId(test, profile) : undefined,
    progBtfFd: fds.get(test.btfFd) ?? 0,
    funcInfo: test.funcInfo === '' ? undefined : bytesOf(test.funcInfo),
    funcInfoRecSize: test.funcInfo === '' ? undefined : test.funcInfoSize,
    log,
  };
  const fd = process.progLoad(attr);
  if (isErrno(fd)) return { verdict: 'refuse', errno: fd, log: log.text, returned: [], xlated: new Uint8Array() };
  const info = process.objGetInfoByFd(fd);
  const xlated = typeof info === 'object' && info.kind === 'prog' ? info.xlated : new Uint8Array();
  const returned = (test.runs ?? []).map(({ data }) => {
    const result = process.progTestRun(fd, { dataIn: bytesOf(data), repeat: 1 });
    return isErrno(result) ? result : result.retval;
  });
  return { verdict: 'accept', errno: 0, log: log.text, returned, xlated };
}

function take(process: Process, step: Step, fds: Map<number, number>): void {
  const fdOf = (recorded = 0) => fds.get(recorded) ?? recorded;
  switch (step.kind) {
    case 'btf':
      fds.set(step.fd, process.btfLoad({ btf: bytesOf(step.data) }));
      return;
    case 'prog':
      fds.set(step.fd, process.progLoad({ progType: step.progType, insns: withFds(step.insns, fds), license: 'GPL' }));
      return;
    case 'update': {
      const value = bytesOf(step.value);
      const view = new DataView(value.buffer);
      if (value.length === 4) view.setInt32(0, fdOf(view.getInt32(0, true)), true);
      process.mapUpdateElem(fdOf(step.fd), bytesOf(step.key), value);
      return;
    }
    case 'map': {
      const { kind, fd, name, innerMapFd, btfFd, ...attr } = step;
      fds.set(fd, process.mapCreate({ ...attr, mapName: name, innerMapFd: fdOf(innerMapFd), btfFd: fdOf(btfFd) }));
    }
  }
}

/** The instructions, with the fds that the steps yielded. */
function withFds(hex: string, fds: ReadonlyMap<number, number>): Uint8Array {
  const insns = new Insns(bytesOf(hex), 'little');
  for (let i = 0; i < insns.length; i++) {
    if (insns.code(i) !== BPF_LD_IMM64 || !FD_SOURCES.includes(insns.src(i))) continue;
    const fd = fds.get(insns.imm(i));
    if (fd !== undefined) insns.setImm(i, fd);
  }
  return insns.bytes;
}

/** The type that the program is attached to, in the kernel's BTF. */
function targetId({ attachTo, expectedAttachType }: SuiteTest, profile: KernelProfile): number {
  const bytes = profile.btf();
  const prefix = PREFIXES.get(expectedAttachType) ?? '';
  return bytes ? (parseBtf(bytes).findByName(`${prefix}${attachTo}`, 'FUNC')?.id ?? 0) : 0;
}

const PREFIXES: ReadonlyMap<number, string> = new Map([
  [bpf_attach_type.BPF_LSM_MAC, 'bpf_lsm_'],
  [bpf_attach_type.BPF_TRACE_ITER, 'bpf_iter_'],
]);
