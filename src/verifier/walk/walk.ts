import type { KernelSwitches } from '../../catalog/index.ts';
import type { Insns } from '../../isa/index.ts';
import { TYPE } from '../domain/row.ts';
import type { Effects } from '../effects.ts';
import { VerifierLog } from '../log/log.ts';
import type { SourceLines } from '../log/source-lines.ts';
import type { ValueField, VerifiedMap, VerifyOptions } from '../options.ts';
import type { Privileges } from '../privileges.ts';
import { LoopVisits } from '../prune/backedges.ts';
import type { ControlFlow } from '../prune/control-flow.ts';
import { StateComparison } from '../prune/equal.ts';
import type { ExploredState } from '../prune/explored.ts';
import { History, type LinkedPlace } from '../prune/history.ts';
import { StackLiveness } from '../prune/stack-liveness.ts';
import type { Successors } from '../prune/successors.ts';
import { PruneTable } from '../prune/table.ts';
import { denied, invalid, type Refusal, unsupported } from '../refusal.ts';
import { BtfTable } from '../state/btf-table.ts';
import { regRow, scratchRow } from '../state/frame.ts';
import { baseType, NOT_INIT } from '../state/reg-type.ts';
import { type Reference, State } from '../state/state.ts';
import type { functionsOf } from '../types/global-function.ts';
import type { KernelVariable } from '../types/kernel-variable.ts';
import { PendingBranches } from './pending.ts';
import { Speculation } from './speculation.ts';

/** The program as all of the walk sees it. */
export interface WalkedProgram<M extends VerifiedMap = VerifiedMap> {
  readonly options: VerifyOptions<M>;
  readonly insns: Insns;
  /** First instruction of each subprogram, ascending. */
  readonly subprograms: readonly number[];
  /** The subprogram that each instruction is in. */
  readonly subprogramOf: Uint16Array;
  /** By subprogram: 1 where it is global, and verified on its own. */
  readonly globals: Uint8Array;
  /** By subprogram: what its callers have to expect. */
  readonly effects: readonly Effects[];
  /** By subprogram: its function in the program's BTF. */
  readonly functions: ReturnType<typeof functionsOf>;
  readonly maps: readonly M[];
  /** The map that a wide instruction names, as an index of `maps`. */
  readonly mapAt: ReadonlyMap<number, number>;
  /** The variable of the kernel that a wide instruction names. */
  readonly variableAt: ReadonlyMap<number, KernelVariable>;
  readonly privileges: Privileges;
  readonly flow: ControlFlow;
  readonly successors: Successors;
  /** By instruction: the loop that it is in; 0: none. */
  readonly loops: Uint32Array;
  /** By instruction: the registers that are still read, a bit each. */
  readonly live: Uint16Array;
  /** The subprogram that begins at an instruction. */
  readonly subprogramAt: ReadonlyMap<number, number>;
  /** What the source says at each instruction. */
  readonly lines: SourceLines;
  /** How the kernel's version behaves. */
  readonly switches: KernelSwitches;
  /** Every access has to be aligned (BPF_F_STRICT_ALIGNMENT). */
  readonly strictAlignment: boolean;
}

/** A map as rows name it: one of the program's, or what the maps in a map of maps are like. */
export interface MapView {
  readonly attr: VerifiedMap['attr'];
  readonly btfId: number;
  readonly fields: readonly ValueField[];
  readonly frozen: boolean;
  /** `AUX` of a row that holds a map inside this one; undefined where there are none. */
  readonly innerIndex: number | undefined;
  /** Only described by a map of maps. */
  readonly isInner: boolean;
}

/** What came of an instruction: a refusal, the end of this path, or the walk goes on at `walk.next`. */
export type Outcome = Refusal | 'path ends' | undefined;

/**
 * One walk over all paths of a program: the state before the instruction `insn`, the branches still to be walked, and
 * what was counted.
 */
export class Walk<M extends VerifiedMap = VerifiedMap> {
  readonly program: WalkedProgram<M>;
  readonly state = new State();
  /** What is said of each step; undefined where nobody wants to know. */
  readonly log: VerifierLog | undefined;
  /** The words of the state. */
  readonly w: Int32Array;
  readonly pending = new PendingBranches();
  readonly table: PruneTable;
  readonly comparison: StateComparison;
  /** By call of `bpf_loop`: the function that it calls; -1: several, or with flags. */
  readonly inlineLoops = new Map<number, number>();
  /** What is read of the stacks. */
  readonly stackLiveness: StackLiveness;
  /** The loops that the walk is in. */
  readonly loops: LoopVisits;
  /** What was counted when a state was saved last. */
  savedAt = { jumps: 0, processed: 0 };
  insn = 0;
  previous = -1;
  /** Where the walk goes on after this instruction. */
  next = 0;
  /** Instructions walked, on all paths. */
  processed = 0;
  jumps = 0;
  /** `processed` when the newest entry of the history was made. */
  noted = -1;
  /** By subprogram: 1 where it is global and called. */
  readonly globalsCalled: Uint8Array;
  /** By instruction: 1 where a path came by. */
  readonly seen: Uint8Array;
  /** By instruction: 1 where its own fields were found in order. */
  readonly wellFormed: Uint8Array;
  /** By `AUX` of rows that hold maps or their values: the program's maps, then those described by maps of maps. */
  readonly mapViews: readonly MapView[];
  /** What changed the walk since the path was last saved. */
  history = new History();
  /** The state that the path was last saved in. */
  parent: ExploredState | undefined;
  /** First instruction walked since then. */
  first = 0;
  /** By instruction: the type of the pointer that it loads or stores by, on the paths walked so far; 0: none yet. */
  readonly pointerTypes: Int32Array;
  /** What guesses lead to; undefined where the loader is trusted. */
  readonly speculation: Speculation | undefined;
  /** By instruction: the map that it calls a helper with, as an index of `maps` plus one; 0: none yet; -1: not always the same. */
  readonly callMaps: Int32Array;
  /** The types that rows of pointers name. */
  readonly btfs: BtfTable;
  /** By subprogram: bytes of stack that it uses. */
  readonly stackDepths: number[];
  /** By subprogram: 1 where it is a callback that runs later and on its own. */
  readonly asyncCallbacks: Uint8Array;
  #lastId = 0;

  constructor(program: WalkedProgram<M>) {
    this.program = program;
    this.w = this.state.w;
    this.loops = new LoopVisits(program.loops);
    this.table = new PruneTable(program.insns.length);
    this.comparison = new StateComparison({
      live: program.live,
      uninitialised: program.privileges.allowUninitStack,
    });
    this.stackLiveness = new StackLiveness({
      length: program.insns.length,
      subprograms: program.subprograms,
      successors: program.successors,
      flow: program.flow,
    });
    this.log = VerifierLog.of(program.options.logLevel);
    this.speculation = Speculation.of(program.privileges, program.insns.length);
    this.globalsCalled = new Uint8Array(program.subprograms.length);
    this.seen = new Uint8Array(program.insns.length);
    this.wellFormed = new Uint8Array(program.insns.length);
    this.pointerTypes = new Int32Array(program.insns.length);
    this.callMaps = new Int32Array(program.insns.length);
    this.btfs = new BtfTable(program.options.vmlinux(), program.options.modules?.() ?? []);
    this.stackDepths = program.subprograms.map(() => 0);
    this.asyncCallbacks = new Uint8Array(program.subprograms.length);
    this.mapViews = mapViews(program.maps);
  }

  get options(): VerifyOptions<M> {
    return this.program.options;
  }

  get insns(): Insns {
    return this.program.insns;
  }

  /** Row of a register of the frame that runs. */
  reg(register: number): number {
    return regRow(this.state.frames.length - 1, register);
  }

  typeOf(register: number): number {
    return this.w[this.reg(register) + TYPE];
  }

  baseTypeOf(register: number): number {
    return baseType(this.typeOf(register));
  }

  scratch(index: number): number {
    return scratchRow(index);
  }

  /** A new identity for what a row holds. */
  newId(): number {
    return ++this.#lastId;
  }

  /** The walk goes on there. */
  goTo(insn: number): void {
    this.next = insn;
  }

  /** -EINVAL with the kernel's words. */
  invalid(text: string): Refusal {
    return invalid(text, this.insn);
  }

  /** -EACCES with the kernel's words. */
  denied(text: string): Refusal {
    return denied(text, this.insn);
  }

  /** Another errno with the kernel's words. */
  refused(errno: number, text: string): Refusal {
    return { errno, text, insn: this.insn };
  }

  unsupported(what: string): Refusal {
    return unsupported(what, this.insn);
  }

  /** Whether the register may be read. */
  checkRead(register: number): Refusal | undefined {
    return this.typeOf(register) === NOT_INIT ? this.denied(`R${register} !read_ok`) : undefined;
  }

  /** Bytes of a frame's stack down to `off` (negative) are used. */
  useStack(frame: number, off: number): void {
    const { subprogram } = this.state.frames[frame];
    this.stackDepths[subprogram] = Math.max(this.stackDepths[subprogram], -off);
  }

  /** The instruction reads a slot of a frame's stack. */
  readSlot(frame: number, slot: number): void {
    this.stackLiveness.at(this.state.frames).read(this.insn, frame, slot);
  }

  /** The instruction writes all of a slot of a frame's stack. */
  writeSlot(frame: number, slot: number): void {
    this.log?.touched.addSlot(slot);
    this.stackLiveness.write(frame, slot);
  }

  /** The instruction calls a helper with a map. @param map `AUX` of its row */
  noteMap(map: number): void {
    const { callMaps, insn } = this;
    const known = map < this.program.maps.length && (callMaps[insn] === 0 || callMaps[insn] === map + 1);
    callMaps[insn] = known ? map + 1 : -1;
  }

  /** Whether the call there is of a global function, which is verified on its own. */
  isGlobalCall(insn: number): boolean {
    const subprogram = this.program.subprogramAt.get(insn + 1 + this.insns.imm(insn));
    return subprogram !== undefined && this.program.globals[subprogram] === 1;
  }

  /** Adds to the history what this instruction did: facts as `prune/history.ts` says, and the places that it linked. */
  note(facts: number, linked: readonly LinkedPlace[] = []): void {
    const { history } = this;
    if (this.noted === this.processed && history.end > 0) history.extend(facts);
    else history.add(this.insn, this.previous, facts);
    if (linked.length > 0) history.link(linked);
    this.noted = this.processed;
  }

  /** Takes a reference, which has to be given back. @returns its id */
  addReference(kind: Reference['kind'], ptr?: unknown): number {
    const id = this.newId();
    this.state.change({ refs: [...this.state.shared.refs, { kind, id, insn: this.insn, ptr }] });
    return id;
  }

  /** Forgets a reference. @returns whether there was one */
  dropReference(id: number): boolean {
    const { refs } = this.state.shared;
    const left = refs.filter((ref) => ref.id !== id);
    if (left.length === refs.length) return false;
    this.state.change({ refs: left });
    return true;
  }
}

function mapViews(maps: readonly VerifiedMap[]): MapView[] {
  const views: MapView[] = maps.map(({ attr, frozen, spec }, i) => {
    const innerIndex = spec.inner ? maps.length + i : undefined;
    return { attr, btfId: spec.btfId, fields: spec.fields, frozen, innerIndex, isInner: false };
  });
  for (const [i, { spec }] of maps.entries()) {
    const { attr, btfId, fields } = spec.inner ?? { attr: maps[i].attr, btfId: 0, fields: [] };
    views.push({ attr, btfId, fields, frozen: false, innerIndex: undefined, isInner: true });
  }
  return views;
}
