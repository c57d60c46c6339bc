import {
  accessBytes,
  BPF_ATOMIC,
  BPF_CALL,
  BPF_END,
  BPF_EXIT,
  BPF_JCOND,
  BPF_JMP,
  BPF_LD,
  BPF_LDX,
  BPF_LOAD_ACQ,
  BPF_MEMSX,
  BPF_MOV,
  BPF_NEG,
  BPF_ST,
  BPF_STX,
  BPF_X,
  insnClass,
  insnMode,
  insnOp,
  insnSource,
  isAlu,
  isGoto,
  isWide,
  jumpTarget,
} from '../../isa/index.ts';
import { bpf_pseudo_call } from '../../uapi/index.ts';
import { walkKfunc } from '../calls/kfunc.ts';
import { walkHelper } from '../calls/walk-helper.ts';
import { checkInsn } from '../insn.ts';
import { checkNoLeak, walkAtomic } from '../memory/atomic.ts';
import { walkPacketLoad } from '../memory/packet-load.ts';
import { checkPlainAccess } from '../memory/plain-access.ts';
import type { Refusal } from '../refusal.ts';
import { walkAlu } from './alu.ts';
import { walkExit } from './exit.ts';
import { walkJump } from './jump.ts';
import { walkMayGoto } from './may-goto.ts';
import { setImmediate } from './set-row.ts';
import { walkSubprogramCall } from './subprogram-call.ts';
import type { Outcome, Walk } from './walk.ts';
import { walkWide } from './wide.ts';

/** Walks over one instruction: the state becomes what it is after it, `walk.next` where to go on. */
export function step(walk: Walk): Outcome {
  const { insns, insn } = walk;
  const code = insns.code(insn);
  walk.next = insn + 1;
  if (walk.wellFormed[insn] === 0) {
    const refusal = checkInsn(insns, insn);
    if (refusal) return (refusal.depends ? checkOperands(walk) : undefined) ?? refusal;
    walk.wellFormed[insn] = 1;
  }
  if (isAlu(code)) return walkAlu(walk);
  switch (insnClass(code)) {
    case BPF_LD:
      if (!isWide(code)) return walkPacketLoad(walk);
      walk.next = insn + 2;
      return walkWide(walk);
    case BPF_LDX:
      return walkLoad(walk);
    case BPF_ST:
    case BPF_STX:
      return insnMode(code) === BPF_ATOMIC ? walkAtomic(walk) : walkStore(walk);
  }
  walk.jumps++;
  if (isGoto(code)) {
    walk.next = jumpTarget(insns, insn)!;
    return undefined;
  }
  if (code === (BPF_JMP | BPF_CALL)) return walkCall(walk);
  if (code === (BPF_JMP | BPF_EXIT)) return walkExit(walk);
  return insnOp(code) === BPF_JCOND ? walkMayGoto(walk) : walkJump(walk);
}

/** Arithmetic and loads: whether what they read may be read, which is asked before what they do with it. */
function checkOperands(walk: Walk): Refusal | undefined {
  const { insns, insn } = walk;
  const code = insns.code(insn);
  const op = insnOp(code);
  if (insnClass(code) === BPF_STX) {
    return insns.imm(insn) === BPF_LOAD_ACQ ? undefined : checkNoLeak(walk, insns.src(insn));
  }
  if (!isAlu(code)) return insnClass(code) === BPF_LDX ? walk.checkRead(insns.src(insn)) : undefined;
  const unary = op === BPF_NEG || op === BPF_END;
  const source = !unary && insnSource(code) === BPF_X ? walk.checkRead(insns.src(insn)) : undefined;
  return source ?? (op === BPF_MOV ? undefined : walk.checkRead(insns.dst(insn)));
}

function walkLoad(walk: Walk): Outcome {
  const { insns, insn } = walk;
  const code = insns.code(insn);
  const register = insns.src(insn);
  const unread = walk.checkRead(register);
  if (unread) return unread;
  return checkPlainAccess(walk, {
    register,
    off: insns.off(insn),
    size: accessBytes(code),
    write: false,
    value: undefined,
    valueRow: undefined,
    into: insns.dst(insn),
    signed: insnMode(code) === BPF_MEMSX,
    atomic: false,
  });
}

function walkStore(walk: Walk): Outcome {
  const { insns, insn } = walk;
  const code = insns.code(insn);
  const register = insns.dst(insn);
  const value = insnClass(code) === BPF_STX ? insns.src(insn) : undefined;
  const valueRow = value === undefined ? walk.scratch(0) : undefined;
  if (valueRow !== undefined) setImmediate(walk.w, valueRow, insns.imm(insn));
  const unread = (value === undefined ? undefined : walk.checkRead(value)) ?? walk.checkRead(register);
  if (unread) return unread;
  // All plain accesses have the same fields, so that what looks at them is compiled for one kind of object.
  return checkPlainAccess(walk, {
    register,
    off: insns.off(insn),
    size: accessBytes(code),
    write: true,
    value,
    valueRow,
    into: undefined,
    signed: false,
    atomic: false,
  });
}

function walkCall(walk: Walk): Outcome {
  switch (walk.insns.src(walk.insn)) {
    case bpf_pseudo_call.BPF_PSEUDO_CALL:
      return walkSubprogramCall(walk);
    case bpf_pseudo_call.BPF_PSEUDO_KFUNC_CALL:
      return walkKfunc(walk);
    default:
      return walkHelper(walk);
  }
}
