import type { Insns, PointerClass, ProgramFacts } from '../../isa/index.ts';
import type { Errno, NetDevice, ProgTestRunAttr, ProgTestRunResult } from '../../syscall/index.ts';
import type { World } from '../../world/index.ts';
import type { BpfMap, SpecialField } from '../maps/map.ts';
import type { PendingEvent } from './event-queue.ts';
import type { BpfLink } from './link.ts';
import type { BpfProg } from './prog.ts';
import type { KernelState } from './state.ts';
import type { TaskInfo } from './task.ts';

/** What kind of program it is: all that decides about its context and helpers. */
export interface ProgContext {
  readonly type: number;
  readonly expectedAttachType: number;
  readonly attachBtfId: number;
  readonly attachBtfObjId: number;
}

/** A checked program on its way to the form that runs. */
export interface TranslateRequest extends ProgContext {
  /** A copy of what was loaded, with the maps' addresses in the `ldimm64` that name maps (their source register is 0). */
  readonly insns: Insns;
  readonly facts: ProgramFacts<BpfMap>;
  /** The loader has CAP_BPF: dead code goes; else it stays, as traps. */
  readonly privileged: boolean;
}

/** The translated program. */
export interface Translated {
  readonly insns: Insns;
  /** First translated instruction of each subprogram. */
  readonly subprograms: readonly number[];
  /** For each instruction of the request, and one past the last: where its translation begins. */
  readonly starts: Uint32Array;
}

/** Why a program has no form that runs. */
export interface TranslateRefusal {
  readonly errno: Errno;
  /** A line for the log. */
  readonly log: string;
}

/** What `commands/` needs of the folders beside it; `kernel.ts` wires them, so that none of them imports another. */
export interface KernelServices {
  /** What a load of the context yields where it is a pointer (for the verifier); undefined for a number. */
  contextPointer(state: KernelState, prog: ProgContext, offset: number, size: number): PointerClass | undefined;
  /** Fix-up: context accesses, look-ups, helper and kfunc calls, dead code. */
  translate(state: KernelState, request: TranslateRequest): Translated | TranslateRefusal;
  testRun(
    state: KernelState,
    options: { readonly prog: BpfProg; readonly attr: ProgTestRunAttr; readonly task: TaskInfo },
  ): ProgTestRunResult | Errno;
  /** The whole output of an iterator link. */
  runIterator(state: KernelState, link: BpfLink, task: TaskInfo): Uint8Array | Errno;
  /** An event of the queue fell due. */
  fire(state: KernelState, event: PendingEvent): void;
  /** See `MapHost.freeField`. */
  freeField(state: KernelState, map: BpfMap, at: { readonly field: SpecialField; readonly offset: number }): void;
  /** The outside's door. @param advanceTo lets time go on, with what falls due */
  world(advanceTo: (ns: bigint) => void): World;
  hasNetDevice(state: KernelState, ifindex: number): boolean;
  netDevices(state: KernelState): readonly NetDevice[];
}
