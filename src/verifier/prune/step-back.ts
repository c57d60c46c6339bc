import {
  BPF_ABS,
  BPF_ATOMIC,
  BPF_CALL,
  BPF_END,
  BPF_EXIT,
  BPF_IND,
  BPF_JCOND,
  BPF_JMP,
  BPF_LD,
  BPF_LDX,
  BPF_LOAD_ACQ,
  BPF_MOV,
  BPF_NEG,
  BPF_ST,
  BPF_STX,
  BPF_X,
  type Insns,
  insnClass,
  insnMode,
  insnOp,
  insnSource,
  isAlu,
  isGoto,
} from '../../isa/index.ts';
import { bpf_func_id, bpf_pseudo_call } from '../../uapi/index.ts';
import type { WayBackLog } from '../log/precision.ts';
import type { ControlFlow } from './control-flow.ts';
import { DST_ON_STACK, type History, SRC_ON_STACK, stackFrame, stackSlot } from './history.ts';
import type { Wanted } from './wanted.ts';

const FRAME_POINTER = 10;
const ARGUMENTS = 0b11_1110;

/** One instruction of a path that is gone back along. */
export interface BackStep {
  readonly insns: Insns;
  readonly flow: ControlFlow;
  /** Whether the call there is of a global function, which is verified on its own. */
  readonly isGlobalCall: (insn: number) => boolean;
  insn: number;
  /** The instruction walked after it; -1 where there was none. */
  after: number;
  history: History;
  /** Where the step's entry in the history ends; 0: it has none. */
  end: number;
  /** Where the way back is said. */
  readonly log: WayBackLog | undefined;
}

/**
 * What was wanted after an instruction is what is wanted before it, changed by it.
 * @returns false where the way back is lost, and everything has to be taken as wanted
 */
export function stepBack(step: BackStep, wanted: Wanted): boolean {
  const { history, end, log } = step;
  if (log && step.insns.code(step.insn) !== 0) log.insn(step.insn, wanted);
  if (end === 0 || history.linked(end) === 0) return stepBackInsn(step, wanted);
  wanted.link(history, end);
  const known = stepBackInsn(step, wanted);
  wanted.link(history, end);
  return known;
}

function stepBackInsn(step: BackStep, wanted: Wanted): boolean {
  const { insns, insn, history, end } = step;
  const facts = end === 0 ? 0 : history.facts(end);
  const code = insns.code(insn);
  // The second half of a wide instruction.
  if (code === 0) return true;
  const [dst, src] = [insns.dst(insn), insns.src(insn)];
  if (isAlu(code)) return stepBackAlu(insns, insn, wanted);
  switch (insnClass(code)) {
    case BPF_LDX:
      return stepBackLoad(dst, facts, wanted);
    case BPF_STX:
      if (insnMode(code) === BPF_ATOMIC && insns.imm(insn) === BPF_LOAD_ACQ) return stepBackLoad(dst, facts, wanted);
      return stepBackStore({ dst, value: src }, facts, wanted);
    case BPF_ST:
      return stepBackStore({ dst, value: undefined }, facts, wanted);
    case BPF_LD:
      if (!wanted.has(dst)) return true;
      wanted.remove(dst);
      return insnMode(code) !== BPF_IND && insnMode(code) !== BPF_ABS;
  }
  if (code === (BPF_JMP | BPF_CALL)) return stepBackCall(step, wanted);
  if (code === (BPF_JMP | BPF_EXIT)) return stepBackExit(step, wanted);
  if (isGoto(code) || insnOp(code) === BPF_JCOND || insnSource(code) !== BPF_X) return true;
  if (!wanted.has(dst) && !wanted.has(src)) return true;
  if (!(facts & SRC_ON_STACK)) wanted.add(src);
  if (!(facts & DST_ON_STACK)) wanted.add(dst);
  return true;
}

function stepBackAlu(insns: Insns, insn: number, wanted: Wanted): boolean {
  const code = insns.code(insn);
  const op = insnOp(code);
  const [dst, src] = [insns.dst(insn), insns.src(insn)];
  if (!wanted.has(dst) || op === BPF_END || op === BPF_NEG) return true;
  if (op === BPF_MOV) wanted.remove(dst);
  if (insnSource(code) === BPF_X && src !== FRAME_POINTER) wanted.add(src);
  return true;
}

function stepBackLoad(dst: number, facts: number, wanted: Wanted): boolean {
  if (!wanted.has(dst)) return true;
  wanted.remove(dst);
  // From anywhere but a stack a number comes of which nothing is known.
  const frame = stackFrame(facts);
  if (frame >= 0) wanted.addSlot(frame, stackSlot(facts));
  return true;
}

function stepBackStore(
  { dst, value }: { dst: number; value: number | undefined },
  facts: number,
  wanted: Wanted,
): boolean {
  if (wanted.has(dst)) return false;
  const [frame, slot] = [stackFrame(facts), stackSlot(facts)];
  if (frame < 0 || !wanted.hasSlot(frame, slot)) return true;
  wanted.removeSlot(frame, slot);
  if (value !== undefined) wanted.add(value);
  return true;
}

function stepBackCall({ insns, flow, isGlobalCall, insn, after }: BackStep, wanted: Wanted): boolean {
  if (insns.src(insn) === bpf_pseudo_call.BPF_PSEUDO_CALL && !isGlobalCall(insn)) return leaveBackwards(wanted, true);
  // From the first instruction of a callback to the call that runs it.
  if (flow.callsCallback[insn] && insn !== after - 1) return leaveBackwards(wanted, false);
  wanted.remove(0);
  if (wanted.registers() & ARGUMENTS) return false;
  // Another program returned to the caller of the function that jumped to it.
  const isTailCall = insns.src(insn) === 0 && insns.imm(insn) === bpf_func_id.BPF_FUNC_tail_call;
  if (isTailCall && insn !== after - 1 && after >= 0) wanted.frame++;
  return true;
}

/** Backwards out of a frame: what is wanted of its arguments is wanted of the caller's. */
function leaveBackwards(wanted: Wanted, passesArguments: boolean): boolean {
  const { frame } = wanted;
  if (frame === 0 || wanted.registers() & ~ARGUMENTS || wanted.hasSlots(frame)) return false;
  for (let register = 1; register <= 5; register++) {
    if (!wanted.has(register)) continue;
    wanted.remove(register);
    if (passesArguments) wanted.add(register, frame - 1);
  }
  wanted.frame--;
  return true;
}

/** Backwards into a subprogram, from its caller. */
function stepBackExit({ insns, flow, after }: BackStep, wanted: Wanted): boolean {
  if (after >= 0 && flow.callsCallback[after])
    for (let register = 1; register <= 5; register++) wanted.remove(register);
  if (wanted.registers() & ARGUMENTS) return false;
  const call = after - 1;
  const returns =
    call >= 0 &&
    insns.code(call) === (BPF_JMP | BPF_CALL) &&
    insns.src(call) === bpf_pseudo_call.BPF_PSEUDO_CALL &&
    wanted.has(0);
  wanted.remove(0);
  wanted.frame++;
  if (returns) wanted.add(0);
  return true;
}
