import type { Endian } from '../../base/index.ts';
import type { Btf } from '../../btf/index.ts';
import type { KernelProfile } from '../../catalog/index.ts';
import type { VerifyOptions, VerifyResult } from '../../verifier/index.ts';
import type { EngineKind, Memory, StepObserver } from '../../vm/index.ts';
import type { BpfMap, MapHost } from '../maps/map.ts';
import type { BpfBtf } from './btf.ts';
import type { CgroupTree } from './cgroups.ts';
import type { Clock } from './clock.ts';
import type { EventQueue } from './event-queue.ts';
import type { Attachment, BpfLink } from './link.ts';
import type { ObjectTable } from './object-table.ts';
import type { PerfEvent } from './perf-event.ts';
import type { BpfProg } from './prog.ts';
import type { Random } from './random.ts';
import type { KernelSymbols } from './symbols.ts';
import type { Sysctls } from './sysctls.ts';
import type { TracePipe } from './trace-pipe.ts';
import type { WaitList } from './wait-list.ts';

/** All of the verifier, or only the checks of a program's structure. */
export type VerifyDepth = 'full' | 'structure';

/** Looks on while programs are checked and run; for tests of the verifier. */
export interface KernelWatch {
  /** Verifies a program in place of `verifyProgram`. */
  verify(options: VerifyOptions<BpfMap>): VerifyResult<BpfMap>;
  /** The program verified last has a form that runs. @param starts for each of its instructions: where that begins */
  translated(starts: Uint32Array): void;
  readonly stepped: StepObserver;
}

/**
 * All that an emulated kernel has, for the folders of `kernel/` to work on. `kernel.ts` makes it; nobody else does.
 */
export interface KernelState {
  readonly profile: KernelProfile;
  /** How much of the verifier loads of programs go through. */
  readonly verify: VerifyDepth;
  /** What carries out programs. */
  readonly engine: EngineKind;
  /** Told what the verifier found of each program. */
  readonly verified: ((result: VerifyResult) => void) | undefined;
  readonly watch: KernelWatch | undefined;
  readonly endian: Endian;
  readonly memory: Memory;
  readonly clock: Clock;
  readonly random: Random;
  readonly events: EventQueue;
  readonly trace: TracePipe;
  readonly maps: ObjectTable<BpfMap>;
  readonly progs: ObjectTable<BpfProg>;
  readonly btfs: ObjectTable<BpfBtf>;
  readonly links: ObjectTable<BpfLink>;
  readonly perfEvents: ObjectTable<PerfEvent>;
  /** Programs attached without a link, oldest first. */
  readonly attachments: Attachment[];
  /** Says that `attachments` is not as saved any more. */
  attachmentsChanged(): void;
  readonly cgroups: CgroupTree;
  readonly sysctls: Sysctls;
  /** What maps see of this kernel. */
  readonly mapHost: MapHost;
  /** Notes a new map's place in the memory. */
  trackMap(map: BpfMap): void;
  /** The same for the ring of a perf event. */
  trackRing(event: PerfEvent): void;
  /** Takes addresses for the text of a program of that many instructions. */
  allocText(insns: number): bigint;
  /** The map that a program's pointer means, or undefined. */
  mapAt(address: bigint): BpfMap | undefined;
  /** The program whose text covers the address. */
  progAt(address: bigint): BpfProg | undefined;
  /** The kernel's own types; undefined where the profile has none. */
  btf(): Btf | undefined;
  /** The types that its objects are laid out by: its own where it has BTF. */
  structs(): Btf | undefined;
  symbols(): KernelSymbols;
  /** Who waits for something to read: `map 3` for a ring, `perf_event 4`. */
  readonly waiters: WaitList;
}
