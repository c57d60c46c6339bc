import { low32 } from '../../base/index.ts';
import type { BasicBlock, InsnFacts, Insns, ProgramFacts } from '../../isa/index.ts';
import {
  accessBytes,
  BPF_ALU,
  BPF_ALU64,
  BPF_ATOMIC,
  BPF_CALL,
  BPF_EXIT,
  BPF_JEQ,
  BPF_JMP,
  BPF_JMP32,
  BPF_JNE,
  BPF_LD,
  BPF_LDX,
  BPF_LOAD_ACQ,
  BPF_ST,
  BPF_STX,
  BPF_X,
  basicBlocks,
  insnClass,
  insnMode,
  insnOp,
  insnSource,
  isWide,
  jump32,
  jump64,
} from '../../isa/index.ts';
import { bpf_pseudo_call, MAX_BPF_STACK } from '../../uapi/index.ts';
import { fastcallSpills } from '../fastcall.ts';
import { checkInsn } from '../insn.ts';
import type { CheckedMap } from '../options.ts';
import { denied, type Refusal } from '../refusal.ts';
import { callbackArguments, callFacts, callResult } from './calls.ts';
import type { State } from './state.ts';
import { copyState, entryState, joinState } from './state.ts';
import type { Surroundings } from './transfer.ts';
import { joinInto, stepAlu, stepLd, stepLoad, stepStore } from './transfer.ts';
import { bitsOf, constant, join, pointer, SCALAR, type Value } from './value.ts';

/** Visits of a block after which what still changes in it becomes unknown. */
const PATIENCE = 16;

/** What the walk is given: the program's shape, found and checked before. */
export interface Shape<M extends CheckedMap> {
  readonly insns: Insns;
  readonly subprograms: readonly number[];
  readonly maps: readonly M[];
  readonly mapAt: ReadonlyMap<number, number>;
  readonly exceptionCallback: number | undefined;
  readonly contextPointer: Surroundings['contextPointer'];
  readonly constantAt: (map: M, offset: number, size: number) => bigint | undefined;
}

/** A block of the whole program, with the state at its first instruction once a path has come to it. */
interface Node {
  readonly block: BasicBlock;
  readonly sub: number;
  state: State | undefined;
  /** Whether every run comes here: no condition that is not known stands before it. */
  certain: boolean;
  visits: number;
  queued: boolean;
}

/** What is known of a subprogram beyond its blocks. */
interface Sub {
  readonly first: number;
  /** Lowest byte of its frame that is used, from R10: 0 or negative. */
  lowest: number;
  result: Value | undefined;
  /** Blocks that go on with its result. */
  readonly callers: Set<Node>;
  /** What its frame's slots held when pointers to it were passed on, and what others wrote there. */
  readonly shared: Map<number, Value>;
  readonly written: Map<number, Value>;
  /** Blocks of others that read its frame. */
  readonly readers: Set<Node>;
}

/**
 * Walks a program forward, block by block, until nothing changes any more, and notes what each address register holds.
 * Every subprogram is walked once for all of its calls together.
 */
export function analyse<M extends CheckedMap>(shape: Shape<M>): ProgramFacts<M> | Refusal {
  return new Walk(shape).run();
}

class Walk<M extends CheckedMap> implements Surroundings {
  readonly insns: Insns;
  readonly maps: readonly M[];
  readonly mapAt: ReadonlyMap<number, number>;
  readonly subAt: ReadonlyMap<number, number>;
  readonly #shape: Shape<M>;
  readonly #nodes: Node[] = [];
  readonly #subs: Sub[] = [];
  #queue: Node[] = [];
  readonly #reached: Uint8Array;
  readonly #fastcall: ReadonlySet<number>;
  readonly #facts: (InsnFacts | undefined)[];
  /** The first instruction in a walk that the kernel would not go on from. */
  #refusal: Refusal | undefined;
  #node!: Node;

  constructor(shape: Shape<M>) {
    this.#shape = shape;
    this.insns = shape.insns;
    this.maps = shape.maps;
    this.mapAt = shape.mapAt;
    this.subAt = new Map(shape.subprograms.map((start, index) => [start, index]));
    this.#fastcall = fastcallSpills(shape.insns);
    this.#reached = new Uint8Array(shape.insns.length);
    this.#facts = new Array<InsnFacts | undefined>(shape.insns.length);
    for (const [i, map] of shape.mapAt) this.#facts[i] = { map };
    for (const [sub, start] of shape.subprograms.entries()) this.#addSub(sub, start);
  }

  run(): ProgramFacts<M> | Refusal {
    this.#enterSub(0, [pointer('context', 0)], true);
    const { exceptionCallback } = this.#shape;
    if (exceptionCallback !== undefined) this.#enterSub(this.subAt.get(exceptionCallback)!, [SCALAR], false);
    while (this.#queue.length > 0) {
      const round = this.#queue.sort((a, b) => a.block.start - b.block.start);
      this.#queue = [];
      for (const node of round) this.#visit(node);
      if (this.#refusal) return this.#refusal;
    }
    const { subprograms, maps } = this.#shape;
    const stackDepths = this.#subs.map(({ lowest }) => Math.ceil(Math.abs(lowest) / 8) * 8);
    return { subprograms, stackDepths, maps, reached: this.#reached, insns: this.#facts };
  }

  contextPointer(offset: number, size: number): ReturnType<Surroundings['contextPointer']> {
    return this.#shape.contextPointer(offset, size);
  }

  constantAt(map: number, offset: number, size: number): bigint | undefined {
    return this.#shape.constantAt(this.maps[map], offset, size);
  }

  foreignSlot(sub: number, slot: number): Value {
    this.#subs[sub].readers.add(this.#node);
    return { ...(this.#subs[sub].shared.get(slot) ?? SCALAR) };
  }

  writeForeign(sub: number, slot: number, value: Value): void {
    this.#share(sub, slot, value);
    if (grow(this.#subs[sub].written, slot, value)) {
      for (const node of this.#nodes) if (node.sub === sub && node.state) this.#enqueue(node);
    }
  }

  #addSub(sub: number, start: number): void {
    const first = this.#nodes.length;
    const end = this.#shape.subprograms[sub + 1] ?? this.insns.length;
    for (const block of basicBlocks(this.insns, start, end)) {
      this.#nodes.push({ block, sub, state: undefined, certain: false, visits: 0, queued: false });
    }
    const made: Sub = {
      first,
      lowest: 0,
      result: undefined,
      callers: new Set(),
      shared: new Map(),
      written: new Map(),
      readers: new Set(),
    };
    this.#subs.push(made);
  }

  #enqueue(node: Node): void {
    if (node.queued) return;
    node.queued = true;
    this.#queue.push(node);
  }

  #flow(node: Node, state: State, certain: boolean): void {
    const surer = certain && !node.certain;
    if (surer) node.certain = true;
    if (!node.state) node.state = copyState(state);
    else if (!joinState(node.state, state, node.visits > PATIENCE) && !surer) return;
    this.#enqueue(node);
  }

  #enterSub(sub: number, args: readonly Value[], certain: boolean): void {
    this.#flow(this.#nodes[this.#subs[sub].first], entryState(sub, args), certain);
  }

  #visit(node: Node): void {
    node.queued = false;
    node.visits++;
    this.#node = node;
    const state = copyState(node.state!);
    const { start, end, next, jump } = node.block;
    const { first } = this.#subs[node.sub];
    let last = start;
    for (let i = start; i < end; i += isWide(this.insns.code(i)) ? 2 : 1) {
      this.#reached[i] = 1;
      if (isWide(this.insns.code(i)) && i + 1 < end) this.#reached[i + 1] = 1;
      last = i;
      const refusal = checkInsn(this.insns, i) ?? this.#checkStack(state, i);
      if (refusal && (node.certain || !refusal.depends)) this.#refusal ??= refusal;
      if (refusal || !this.#step(state, i)) return;
    }
    const taken = this.#isTaken(state, last);
    const certain = node.certain && (taken !== undefined || jump === undefined || next === undefined);
    const nullOn = this.#nullTest(last);
    if (next !== undefined && taken !== true) {
      const after = nullOn === 'next' ? withNull(state, this.insns.dst(last)) : state;
      this.#flow(this.#nodes[first + next], after, certain);
    }
    if (jump !== undefined && taken !== false) {
      const after = nullOn === 'jump' ? withNull(state, this.insns.dst(last)) : state;
      this.#flow(this.#nodes[first + jump], after, certain);
    }
  }

  /** One instruction. @returns false where nothing is known to follow */
  #step(state: State, i: number): boolean {
    const code = this.insns.code(i);
    switch (insnClass(code)) {
      case BPF_ALU:
      case BPF_ALU64:
        stepAlu(this, state, i);
        return true;
      case BPF_LD:
        this.#facts[i] = stepLd(this, state, i);
        return true;
      case BPF_LDX:
        this.#facts[i] = stepLoad(this, state, i);
        return true;
      case BPF_JMP:
      case BPF_JMP32:
        if (code === (BPF_JMP | BPF_CALL)) return this.#call(state, i);
        if (code === (BPF_JMP | BPF_EXIT)) this.#return(state.registers[0]);
        return true;
      default:
        this.#facts[i] = stepStore(this, state, i);
        return true;
    }
  }

  #call(state: State, i: number): boolean {
    const { registers } = state;
    const args = registers.slice(1, 6);
    let result: Value | undefined;
    if (this.insns.src(i) === bpf_pseudo_call.BPF_PSEUDO_CALL) {
      const sub = this.subAt.get(i + 1 + this.insns.imm(i))!;
      this.#shareFrames(state, args);
      this.#subs[sub].callers.add(this.#node);
      this.#enterSub(sub, args, this.#node.certain);
      const given = this.#subs[sub].result;
      result = given && { ...given };
    } else {
      this.#facts[i] = callFacts(this.insns, i, registers);
      for (const { cls, sub, number = 0 } of args) if (cls === 'stack') this.#useStack(sub, number);
      for (const { cls, sub } of args) {
        if (cls !== 'function' || sub === undefined) continue;
        this.#shareFrames(state, args);
        this.#enterSub(sub, callbackArguments(this.insns, i, registers), false);
      }
      result = callResult(this.insns, i, { registers, maps: this.maps });
    }
    if (!result) return false;
    registers.fill(SCALAR, 1, 6);
    registers[0] = result;
    state.stack = joinInto(state.stack, this.#subs[this.#node.sub].written);
    return true;
  }

  /** What the frame's slots hold becomes known to those who get a pointer to it. */
  #shareFrames(state: State, args: readonly Value[]): void {
    if (!args.some(({ cls, sub }) => cls === 'stack' && sub === this.#node.sub)) return;
    for (const [slot, value] of state.stack.entries()) this.#share(this.#node.sub, slot, value);
  }

  #share(sub: number, slot: number, value: Value): void {
    if (!grow(this.#subs[sub].shared, slot, value)) return;
    for (const reader of this.#subs[sub].readers) this.#enqueue(reader);
  }

  /** Accesses at a constant place of a frame stay in it. */
  #checkStack(state: State, i: number): Refusal | undefined {
    const { insns } = this;
    const code = insns.code(i);
    const cls = insnClass(code);
    if (cls !== BPF_LDX && cls !== BPF_ST && cls !== BPF_STX) return undefined;
    const load = cls === BPF_LDX || (cls === BPF_STX && insnMode(code) === BPF_ATOMIC && insns.imm(i) === BPF_LOAD_ACQ);
    const register = load ? insns.src(i) : insns.dst(i);
    const base = state.registers[register];
    if (base.cls !== 'stack' || base.number === undefined) return undefined;
    const offset = base.number + insns.off(i);
    const size = accessBytes(code);
    if (offset % size !== 0) {
      const what = `misaligned stack access off 0+${base.number}+${insns.off(i)} size ${size}`;
      return { ...denied(what, i), depends: true };
    }
    if (offset < -MAX_BPF_STACK || offset + size > 0) {
      const what = `invalid ${load ? 'read from' : 'write to'} stack R${register} off=${offset} size=${size}`;
      return { ...denied(what, i), depends: true };
    }
    if (!this.#fastcall.has(i)) this.#useStack(base.sub, offset);
    return undefined;
  }

  #useStack(sub: number | undefined, offset: number): void {
    if (sub === undefined || offset < -MAX_BPF_STACK) return;
    this.#subs[sub].lowest = Math.min(this.#subs[sub].lowest, offset);
  }

  #return(value: Value): void {
    const sub = this.#subs[this.#node.sub];
    const result = sub.result ? join(sub.result, value) : value;
    if (result === sub.result) return;
    sub.result = result;
    for (const caller of sub.callers) this.#enqueue(caller);
  }

  /** The side of a conditional jump on which its register is null; undefined where it is no such test. */
  #nullTest(i: number): 'next' | 'jump' | undefined {
    if (this.insns.imm(i) !== 0) return undefined;
    if (this.insns.code(i) === (BPF_JMP | BPF_JEQ)) return 'jump';
    return this.insns.code(i) === (BPF_JMP | BPF_JNE) ? 'next' : undefined;
  }

  /** Whether the jump that ends a block is always or never taken; undefined where it is no jump or not known. */
  #isTaken(state: State, i: number): boolean | undefined {
    const { insns } = this;
    const code = insns.code(i);
    const cls = insnClass(code);
    if (cls !== BPF_JMP && cls !== BPF_JMP32) return undefined;
    const left = bitsOf(state.registers[insns.dst(i)]);
    const right = bitsOf(insnSource(code) === BPF_X ? state.registers[insns.src(i)] : constant(insns.imm(i)));
    if (left === undefined || right === undefined) return undefined;
    return cls === BPF_JMP ? jump64(insnOp(code), left, right) : jump32(insnOp(code), low32(left), low32(right));
  }
}

/** The state where a pointer, and with it its copies, has turned out to be null. Copies are the same object. */
function withNull(state: State, register: number): State {
  const tested = state.registers[register];
  if (tested.cls === 'scalar') return state;
  const registers = state.registers.map((value) => (value === tested ? constant(0) : value));
  return { registers, stack: state.stack };
}

/** Joins a value into a slot of a map; whether that changed it. */
function grow(slots: Map<number, Value>, slot: number, value: Value): boolean {
  const old = slots.get(slot) ?? SCALAR;
  const joined = join(old, value);
  if (joined === old) return false;
  slots.set(slot, joined);
  return true;
}
