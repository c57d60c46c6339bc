import { BPF_CALL, BPF_JMP, BPF_LD_IMM64, INSN_SIZE, Insns } from '../isa/index.ts';
import type { FunctionSpec } from '../object/index.ts';
import { bpf_pseudo, bpf_pseudo_call } from '../uapi/index.ts';
import { errCall, errTooLarge } from './errors.ts';

/** What relocating one object may copy: a hostile one, whose functions overlap, would fill the memory. */
const MAX_COPIED = 16_000_000;

/** Counts the slots, relocations and info records that are copied while an object is relocated. */
export class CopyBudget {
  #copied = 0;

  /** @throws {ReloError} `RELO_TOO_LARGE` */
  take(count: number, program: string): void {
    this.#copied += count;
    if (this.#copied > MAX_COPIED) throw errTooLarge(program, this.#copied, MAX_COPIED);
  }

  /** Copies a function's instructions. @throws {ReloError} `RELO_TOO_LARGE` */
  copy(insns: Insns, program: string): Insns {
    this.take(insns.length, program);
    return insns.slice();
  }
}

/** A function as a part of a linked program. */
export interface LinkedPart {
  readonly fn: FunctionSpec;
  /** Slot of the program that the function begins at. */
  readonly start: number;
  /** A copy of its instructions, for this program alone. */
  readonly insns: Insns;
}

/** What linking needs to know of the object's functions. */
export interface LinkContext {
  /** A function's instructions after CO-RE. */
  readonly patched: (fn: FunctionSpec) => Insns;
  readonly budget: CopyBudget;
  /** The function of `.text` that holds a slot. */
  readonly findSubprogram: (slot: number) => FunctionSpec | undefined;
}

interface Frame {
  readonly part: LinkedPart;
  next: number;
}

/**
 * Puts an entry program together with every subprogram that it reaches: each is appended once, where the first call
 * to it is met, and its own calls are followed before the caller goes on.
 */
export class Linker {
  readonly parts: LinkedPart[] = [];
  readonly #context: LinkContext;
  readonly #program: FunctionSpec;
  readonly #known = new Map<FunctionSpec, LinkedPart>();
  #length = 0;

  constructor(program: FunctionSpec, context: LinkContext) {
    this.#context = context;
    this.#program = program;
    this.append(program);
  }

  has(fn: FunctionSpec): boolean {
    return this.#known.has(fn);
  }

  /** Appends a function and all that it reaches. @throws {ReloError} `RELO_CALL`, `RELO_TOO_LARGE` */
  append(fn: FunctionSpec): void {
    const stack: Frame[] = [{ part: this.#add(fn), next: 0 }];
    for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
      const callee = this.#advance(frame);
      if (callee === undefined) stack.pop();
      else stack.push({ part: this.#add(callee), next: 0 });
    }
  }

  #add(fn: FunctionSpec): LinkedPart {
    this.#context.budget.take(fn.relocations.length, this.#program.name);
    const insns = this.#context.budget.copy(this.#context.patched(fn), this.#program.name);
    const part = { fn, start: this.#length, insns };
    this.#length += insns.length;
    this.parts.push(part);
    this.#known.set(fn, part);
    return part;
  }

  /** Goes on to the next call of a function that is not there yet; undefined at the function's end. */
  #advance(frame: Frame): FunctionSpec | undefined {
    const { insns } = frame.part;
    for (; frame.next < insns.length; frame.next++) {
      const callee = this.#calleeAt(frame.part, frame.next);
      if (callee === undefined) continue;
      const known = this.#known.get(callee);
      // The call is met again once the callee stands in its place.
      if (known === undefined) return callee;
      insns.setImm(frame.next, known.start - (frame.part.start + frame.next) - 1);
    }
    return undefined;
  }

  #calleeAt({ fn, insns }: LinkedPart, insn: number): FunctionSpec | undefined {
    const address = insns.code(insn) === BPF_LD_IMM64 && insns.src(insn) === bpf_pseudo.BPF_PSEUDO_FUNC;
    if (!address && !isSubprogramCall(insns, insn)) return undefined;
    const relocation = findRelocation(fn, insn);
    if (relocation?.kind === 'extern_call') return undefined;
    const fail = (problem: string) => errCall({ program: this.#program.name, function: fn.name, insn }, problem);
    if (relocation && relocation.kind !== 'call' && relocation.kind !== 'subprog_addr') {
      throw fail(`unexpected relo of kind ${relocation.kind}`);
    }
    if (address && relocation === undefined) throw fail('missing subprog addr relo');
    const callee = this.#context.findSubprogram(targetSlot(fn, { insn, imm: insns.imm(insn), relocation }));
    if (callee === undefined) throw fail('no .text section found yet sub-program call exists');
    return callee;
  }

  /** The linked program's instructions, as the parts are now. */
  toInsns(): Insns {
    const bytes = new Uint8Array(this.#length * INSN_SIZE);
    for (const { start, insns } of this.parts) bytes.set(insns.bytes, start * INSN_SIZE);
    return new Insns(bytes, this.#program.insns.endian);
  }
}

function isSubprogramCall(insns: Insns, insn: number): boolean {
  return (
    insns.code(insn) === (BPF_JMP | BPF_CALL) &&
    insns.src(insn) === bpf_pseudo_call.BPF_PSEUDO_CALL &&
    insns.dst(insn) === 0 &&
    insns.off(insn) === 0
  );
}

/** The slot of `.text` that a call or address means: by its relocation, or in its own section without one. */
function targetSlot(
  fn: FunctionSpec,
  at: { insn: number; imm: number; relocation: { kind: string; offset?: number } | undefined },
): number {
  const { insn, imm, relocation } = at;
  if (relocation === undefined) return fn.sectionOffset + insn + imm + 1;
  const offset = relocation.offset ?? 0;
  return relocation.kind === 'call' ? offset / INSN_SIZE + imm + 1 : Math.trunc((offset + imm) / INSN_SIZE);
}

/** The relocation of an instruction; relocations are sorted by instruction. */
function findRelocation(fn: FunctionSpec, insn: number) {
  const { relocations } = fn;
  let low = 0;
  let high = relocations.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (relocations[middle].insn < insn) low = middle + 1;
    else high = middle;
  }
  return relocations[low]?.insn === insn ? relocations[low] : undefined;
}
