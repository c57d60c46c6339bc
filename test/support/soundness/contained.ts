import { BPF_CALL, BPF_JMP, BPF_LD_IMM64, type Insns } from '../../../src/isa/index.ts';
import { scopeOf } from '../../../src/kernel/hooks/scope.ts';
import { kernelAddress, kernelOffset, type Memory, type Step } from '../../../src/vm/index.ts';
import { differs, type Places } from './holds.ts';
import type { Belief, RecordedWalk } from './recorded-walk.ts';

/** Thrown to end a run that takes too long to be followed. */
export const TOO_LONG = Symbol('too long');
const MOST_STEPS = 3_000;

/** Follows runs of one program and compares each step with what a walk of it believed. */
export class Containment {
  /** What was not as believed, by instruction. */
  readonly wrong: string[] = [];
  steps = 0;
  /** Steps that were compared with a belief. */
  compared = 0;
  readonly #walks: readonly RecordedWalk[];
  /** The program as it was loaded. */
  readonly #insns: Insns;
  /** By instruction of the translated program: the one that it stands for; -1: none begins there. */
  readonly #original: Int32Array;
  readonly #bases = new Set<bigint>();
  #called = false;
  #known = false;

  /** @param starts for each instruction of the program: where its translation begins */
  constructor(insns: Insns, walks: readonly RecordedWalk[], starts: Uint32Array) {
    this.#insns = insns;
    this.#walks = walks.filter((walk) => !walk.isFull);
    this.#original = new Int32Array(starts[starts.length - 1] + 1).fill(-1);
    for (let i = 0; i < starts.length - 1; i++) this.#original[starts[i]] = i;
  }

  /** A run begins. */
  begin(): void {
    this.steps = 0;
    this.#called = false;
  }

  step(step: Step): void {
    if (++this.steps > MOST_STEPS) throw TOO_LONG;
    const { memory } = scopeOf(step).runtime.state;
    if (!this.#known) this.#learnDirect(step, memory);
    const insn = this.#original[step.insn];
    if (insn === undefined || insn < 0) return;
    this.#learn(step, insn, memory);
    for (const walk of this.#walks) {
      this.compared++;
      const wrong = this.#compare(step, walk.at(insn), walk.exact);
      if (wrong && this.wrong.length < 5)
        this.wrong.push(`${walk.exact ? 'exact' : 'pointers'}: insn ${insn}: ${wrong}`);
    }
  }

  #compare(step: Step, beliefs: readonly Belief[], numbers: boolean): string | undefined {
    if (beliefs.length === 0) return 'no path was believed to come here';
    let first: string | undefined;
    for (let i = beliefs.length - 1; i >= 0; i--) {
      const belief = beliefs[i];
      const places = this.#placesOf(step, belief);
      const wrong = places ? differs(belief, step.registers, { places, numbers }) : 'other calls lead here';
      if (!wrong) return undefined;
      if (first === undefined || first === 'other calls lead here') first = wrong;
    }
    return `${first} (one of ${beliefs.length})`;
  }

  /** Where things are, if the calls that lead here are those of the belief. */
  #placesOf({ callers, registers, scope, context }: Step, { frames }: Belief): Places | undefined {
    const begin = callers.length - (frames.length - 1);
    if (begin < 0) return undefined;
    const places: bigint[] = [];
    for (let i = 0; i < frames.length - 1; i++) {
      const { next, r10 } = callers[begin + i];
      if (next >= 0 && this.#original[next - 1] !== frames[i + 1].callSite) return undefined;
      places.push(r10);
    }
    places.push(registers[10]);
    return { context, frames: places, bases: this.#bases, packet: packetOf(scope) };
  }

  /** What a helper gave the program is where values begin: its result, or what a function is called with. */
  #learn({ program, insn: at, registers }: Step, insn: number, memory: Memory): void {
    if (program.subprograms.includes(at)) {
      for (let r = 1; r <= 5; r++) this.#addBase(registers[r], memory);
    } else if (this.#called) this.#addBase(registers[0], memory);
    // Some calls are not calls any more in the form that runs.
    this.#called = this.#insns.code(insn) === (BPF_JMP | BPF_CALL) && this.#insns.src(insn) !== 1;
  }

  /** Values that the program names by their address. */
  #learnDirect({ program: { insns } }: Step, memory: Memory): void {
    this.#known = true;
    for (let i = 0; i < insns.length; i++) {
      if (insns.code(i) !== BPF_LD_IMM64) continue;
      const offset = kernelOffset(insns.imm64(i));
      const region = offset < 0 ? undefined : memory.regionAt(offset);
      if (region?.elements) this.#bases.add(kernelAddress(region.offset + region.elements.offset));
    }
  }

  #addBase(value: bigint, memory: Memory): void {
    const offset = kernelOffset(value);
    const region = offset < 0 ? undefined : memory.regionAt(offset);
    if (region && region.kind !== 'context') this.#bases.add(value);
  }
}

function packetOf(scope: unknown): Places['packet'] {
  const packet = (scope as { packet?: { kind: string } }).packet as
    | { kind: 'xdp'; data: number; dataEnd: number; dataMeta: number }
    | { kind: 'skb'; data: number; length: number }
    | undefined;
  if (!packet) return undefined;
  if (packet.kind === 'xdp') {
    const { data, dataEnd, dataMeta } = packet;
    return { data: kernelAddress(data), end: kernelAddress(dataEnd), meta: kernelAddress(dataMeta) };
  }
  const { data, length } = packet;
  return { data: kernelAddress(data), end: kernelAddress(data + length), meta: kernelAddress(data) };
}
