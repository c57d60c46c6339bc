import type { Execution } from '../helper-table.ts';
import type { MayGoto } from '../may-goto.ts';
import type { ExecutableProgram } from '../program.ts';

/** Thrown through compiled code: the run ends, as its state says. */
export const UNWIND = Symbol('the run ends');

/** How a run enters functions by their address: what the engine does for it. */
export interface JitCaller {
  callAt(run: JitRun, address: bigint, args: readonly bigint[]): bigint;
}

/** One entry into a compiled program, up to its exit: what its helpers see of it. */
export class JitRun implements Execution {
  readonly cpu: number;
  readonly context: bigint;
  readonly scope: unknown;
  readonly #caller: JitCaller;
  /** The program whose function runs; each call out says it anew. */
  program: ExecutableProgram;
  /** The end of the frame that calls out, as an offset of the memory. */
  frame = 0;
  tailCalls = 0;
  /** What `bpf_throw` was called with. */
  thrown: bigint | undefined;
  readonly #mayGoto = new Map<number, MayGoto>();

  constructor(caller: JitCaller, program: ExecutableProgram, about: Pick<Execution, 'cpu' | 'context' | 'scope'>) {
    this.#caller = caller;
    this.program = program;
    this.cpu = about.cpu;
    this.context = about.context;
    this.scope = about.scope;
  }

  call(address: bigint, ...args: bigint[]): bigint {
    return this.#caller.callAt(this, address, args);
  }

  throw(cookie: bigint): void {
    this.thrown ??= cookie;
  }

  /** The allowance of a frame, a new one where it has only begun. */
  mayGoto(frame: number, isNew: boolean, make: () => MayGoto): MayGoto {
    let allowance = isNew ? undefined : this.#mayGoto.get(frame);
    if (allowance === undefined) this.#mayGoto.set(frame, (allowance = make()));
    return allowance;
  }
}
