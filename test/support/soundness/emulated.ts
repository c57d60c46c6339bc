import type { KernelProfile } from '../../../src/catalog/index.ts';
import type { Insns } from '../../../src/isa/index.ts';
import { createKernel, type Kernel, type Process } from '../../../src/kernel/index.ts';
import type { ProgLoadAttr, ProgTestRunAttr } from '../../../src/syscall/index.ts';
import { isErrno } from '../../../src/syscall/index.ts';
import { bpf_prog_type } from '../../../src/uapi/index.ts';
import { type VerifyOptions, verifyProgram } from '../../../src/verifier/index.ts';
import { formatFault } from '../../../src/vm/index.ts';
import { Chance } from './chance.ts';
import { Containment, TOO_LONG } from './contained.ts';
import { RecordedWalk, TOO_MUCH } from './recorded-walk.ts';

/** What the emulated kernel said of a program. */
export interface Loaded {
  readonly accepted: boolean;
  /** Fd or negative errno. */
  readonly result: number;
  readonly log: string;
  /** It was not waited for. */
  readonly tooLong?: boolean;
  /** The verifier itself failed. */
  readonly crash?: string;
}

/** What came of running it. */
export interface Followed {
  readonly runs: number;
  readonly steps: number;
  readonly compared: number;
  /** Faults, and steps that were not as the verifier believed. */
  readonly wrong: readonly string[];
}

/** What is said of a program that passed, and calls what is not here. */
const NO_FORM = /not supported yet: (helper|kernel function)|invalid func unknown#/;
const RUNS = 2;
const NOT_RUN: Followed = { runs: 0, steps: 0, compared: 0, wrong: [] };

/** An emulated kernel whose verifier is looked on at, and whose programs are followed step by step. */
export class Emulated {
  readonly kernel: Kernel;
  /** Who loads programs. */
  process: Process;
  #walks: RecordedWalk[] = [];
  #insns: Insns | undefined;
  #passed = false;
  #containment: Containment | undefined;

  constructor(profile: KernelProfile) {
    this.kernel = createKernel({
      profile,
      verify: 'full',
      watch: {
        verify: (options) => {
          this.#walks = [];
          this.#insns = options.insns;
          this.#passed = false;
          const pointers = new RecordedWalk(false);
          const result = verifyProgram({ ...options, observer: pointers });
          if (result.verdict === 'rejected') return result;
          this.#passed = true;
          this.#walks = [pointers, ...exactWalk(options)];
          // What no path comes to stays where it is, so that a run that gets there is seen.
          const reached = new Uint8Array(result.facts.reached.length).fill(1);
          return { ...result, facts: { ...result.facts, reached } };
        },
        translated: (starts) => {
          if (this.#insns) this.#containment = new Containment(this.#insns, this.#walks, starts);
        },
        stepped: (step) => this.#containment?.step(step),
      },
    });
    this.process = this.kernel.openProcess();
  }

  load(attr: ProgLoadAttr, level: number): Loaded {
    const log = { level, text: '' };
    this.#containment = undefined;
    try {
      const result = this.process.progLoad({ ...attr, log });
      // The program may have passed, and then had no form that runs here.
      const accepted = result >= 0 || (this.#passed && NO_FORM.test(log.text));
      return { accepted, result, log: log.text };
    } catch (error) {
      if (error === TOO_MUCH) return { accepted: false, result: -1, log: '', tooLong: true };
      const crash = error instanceof Error ? `${error.message} ${error.stack?.split('\n')[1]?.trim()}` : String(error);
      return { accepted: false, result: -1, log: log.text, crash };
    }
  }

  /** Runs a program that was just loaded on random input. */
  run(fd: number, { progType, seed }: { readonly progType: number; readonly seed: number }): Followed {
    const containment = this.#containment;
    if (!containment) return NOT_RUN;
    const chance = new Chance(seed);
    let [runs, steps] = [0, 0];
    const wrong: string[] = [];
    for (let i = 0; i < RUNS; i++) {
      const input = randomInput(progType, chance);
      if (!input) return NOT_RUN;
      containment.begin();
      try {
        const result = this.process.progTestRun(fd, input);
        if (!isErrno(result)) runs++;
      } catch (error) {
        if (error !== TOO_LONG) wrong.push(faultText(error));
      }
      steps += containment.steps;
    }
    return { runs, steps, compared: containment.compared, wrong: [...wrong, ...containment.wrong] };
  }
}

/** All that any run of a program may come to; nothing where that is too much. */
function exactWalk(options: VerifyOptions): RecordedWalk[] {
  const exact = new RecordedWalk(true);
  try {
    return verifyProgram({ ...options, logLevel: 0, observer: exact }).verdict === 'accepted' ? [exact] : [];
  } catch (error) {
    if (error === TOO_MUCH) return [];
    throw error;
  }
}

function faultText(error: unknown): string {
  if (error instanceof Error && 'fault' in error) return `fault: ${formatFault(error.fault as never)}`;
  return error instanceof Error ? `fault: ${error.message} ${error.stack?.split('\n')[1]?.trim()}` : String(error);
}

const T = bpf_prog_type;
const PACKETS: readonly number[] = [
  T.BPF_PROG_TYPE_SOCKET_FILTER,
  T.BPF_PROG_TYPE_SCHED_CLS,
  T.BPF_PROG_TYPE_SCHED_ACT,
  T.BPF_PROG_TYPE_XDP,
  T.BPF_PROG_TYPE_CGROUP_SKB,
  T.BPF_PROG_TYPE_LWT_IN,
  T.BPF_PROG_TYPE_LWT_OUT,
  T.BPF_PROG_TYPE_LWT_XMIT,
  T.BPF_PROG_TYPE_FLOW_DISSECTOR,
  T.BPF_PROG_TYPE_NETFILTER,
];

function randomInput(progType: number, chance: Chance): ProgTestRunAttr | undefined {
  const bytes = (size: number) => Uint8Array.from({ length: size }, () => chance.number());
  if (PACKETS.includes(progType)) return { dataIn: bytes(chance.between(64, 200)), repeat: 1 };
  if (progType === T.BPF_PROG_TYPE_RAW_TRACEPOINT) return { ctxIn: bytes(96) };
  if (progType === T.BPF_PROG_TYPE_SYSCALL) return { ctxIn: bytes(4096) };
  return undefined;
}
