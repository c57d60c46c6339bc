import {
  BPF_CALL,
  BPF_EXIT,
  BPF_JCOND,
  BPF_JMP,
  type Insns,
  insnOp,
  isGoto,
  isJump,
  isWide,
  jumpTarget,
} from '../../isa/index.ts';
import { bpf_pseudo, bpf_pseudo_call } from '../../uapi/index.ts';

/** What a call does that matters to where states are saved. */
export type CallKind = 'sync callback' | 'async callback' | 'iterator next' | 'other';

/** By instruction: where states are compared, where history is kept. */
export interface ControlFlow {
  /** 1: states are compared there. */
  readonly prune: Uint8Array;
  /** 1: a path may come from elsewhere than the instruction before. */
  readonly jump: Uint8Array;
  /** 1: a state is always saved. */
  readonly force: Uint8Array;
  /** 1: the call runs a callback before it is over. */
  readonly callsCallback: Uint8Array;
  readonly iteratorNext: Uint8Array;
  readonly mayGoto: Uint8Array;
}

/** Marks the instructions of a program whose jumps are in order. @param kindOf what the call there is */
export function markFlow(insns: Insns, kindOf: (insn: number) => CallKind): ControlFlow {
  const [prune, jump, force] = [marks(insns), marks(insns), marks(insns)];
  const [callsCallback, iteratorNext, mayGoto] = [marks(insns), marks(insns), marks(insns)];
  for (let i = 0; i < insns.length; i += isWide(insns.code(i)) ? 2 : 1) {
    const code = insns.code(i);
    if (isWide(code) && insns.src(i) === bpf_pseudo.BPF_PSEUDO_FUNC) {
      // The address of a function is taken: as if it were called there.
      const target = i + 1 + insns.imm(i);
      prune[i] = prune[target] = jump[target] = 1;
      if (i + 2 < insns.length) prune[i + 2] = jump[i + 2] = 1;
      continue;
    }
    if (!isJump(code) || code === (BPF_JMP | BPF_EXIT)) continue;
    if (code === (BPF_JMP | BPF_CALL)) {
      const kind = kindOf(i);
      if (kind !== 'other') prune[i] = 1;
      if (kind === 'sync callback') jump[i] = callsCallback[i] = 1;
      if (kind === 'iterator next') iteratorNext[i] = 1;
      if (kind === 'sync callback' || kind === 'iterator next') force[i] = 1;
      if (i + 1 < insns.length) prune[i + 1] = jump[i + 1] = 1;
      if (insns.src(i) === bpf_pseudo_call.BPF_PSEUDO_CALL) {
        const target = i + 1 + insns.imm(i);
        prune[i] = prune[target] = jump[target] = 1;
      }
      continue;
    }
    const target = jumpTarget(insns, i)!;
    prune[target] = jump[target] = 1;
    if (isGoto(code)) continue;
    prune[i] = 1;
    if (insnOp(code) === BPF_JCOND) force[i] = mayGoto[i] = 1;
  }
  return { prune, jump, force, callsCallback, iteratorNext, mayGoto };
}

function marks(insns: Insns): Uint8Array {
  return new Uint8Array(insns.length);
}
