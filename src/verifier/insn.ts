import {
  BPF_ADD,
  BPF_ADDR_SPACE_CAST,
  BPF_ALU64,
  BPF_AND,
  BPF_ARSH,
  BPF_ATOMIC,
  BPF_CALL,
  BPF_CMPXCHG,
  BPF_DIV,
  BPF_DW,
  BPF_END,
  BPF_EXIT,
  BPF_FETCH,
  BPF_IND,
  BPF_JA,
  BPF_JCOND,
  BPF_JMP32,
  BPF_LD,
  BPF_LDX,
  BPF_LOAD_ACQ,
  BPF_LSH,
  BPF_MAY_GOTO,
  BPF_MOD,
  BPF_MOV,
  BPF_NEG,
  BPF_OR,
  BPF_REG_FP,
  BPF_RSH,
  BPF_ST,
  BPF_STORE_REL,
  BPF_STX,
  BPF_W,
  BPF_X,
  BPF_XCHG,
  BPF_XOR,
  type Insns,
  insnClass,
  insnMode,
  insnOp,
  insnSize,
  insnSource,
  isAlu,
  isWide,
  MAX_BPF_REG,
} from '../isa/index.ts';
import { bpf_func_id, bpf_pseudo_call } from '../uapi/index.ts';
import { denied, invalid, type Refusal } from './refusal.ts';

/** What an instruction may not say whatever came before it: reserved fields, registers, constants. */
export function checkInsn(insns: Insns, i: number): Refusal | undefined {
  const code = insns.code(i);
  if (isAlu(code)) return checkAlu(insns, i);
  switch (insnClass(code)) {
    case BPF_LDX:
      return checkRegister(insns.src(i), i) ?? checkWritten(insns.dst(i), i);
    case BPF_STX:
      return insnMode(code) === BPF_ATOMIC ? checkAtomic(insns, i) : checkStx(insns, i);
    case BPF_ST:
      if (insns.src(i) !== 0) return invalid('BPF_ST uses reserved fields', i);
      return checkRegister(insns.dst(i), i);
    case BPF_LD:
      return checkLd(insns, i);
    default:
      return checkJump(insns, i);
  }
}

function checkRegister(register: number, i: number): Refusal | undefined {
  return register >= MAX_BPF_REG ? invalid(`R${register} is invalid`, i) : undefined;
}

function checkWritten(register: number, i: number): Refusal | undefined {
  return (
    checkRegister(register, i) ??
    (register === BPF_REG_FP ? { ...denied('frame pointer is read only', i), depends: true } : undefined)
  );
}

function checkAlu(insns: Insns, i: number): Refusal | undefined {
  const code = insns.code(i);
  const op = insnOp(code);
  const [dst, src, off, imm] = [insns.dst(i), insns.src(i), insns.off(i), insns.imm(i)];
  const wide = insnClass(code) === BPF_ALU64;
  const useRegister = insnSource(code) === BPF_X;
  if (op === BPF_NEG) {
    if (src !== 0 || off !== 0 || imm !== 0) return invalid('BPF_NEG uses reserved fields', i);
    return checkWritten(dst, i);
  }
  if (op === BPF_END) {
    if (src !== 0 || off !== 0 || (imm !== 16 && imm !== 32 && imm !== 64)) {
      return invalid('BPF_END uses reserved fields', i);
    }
    return checkWritten(dst, i);
  }
  if (op === BPF_MOV) return checkMove(insns, i);
  const name = 'BPF_ALU uses reserved fields';
  const signed = off === 1 && (op === BPF_DIV || op === BPF_MOD);
  if (off !== 0 && !signed) return invalid(name, i);
  if (useRegister ? imm !== 0 : src !== 0) return invalid(name, i);
  const refusal = (useRegister ? checkRegister(src, i) : undefined) ?? checkRegister(dst, i);
  if (refusal) return refusal;
  if ((op === BPF_DIV || op === BPF_MOD) && !useRegister && imm === 0)
    return { ...invalid('div by zero', i), depends: true };
  if ((op === BPF_LSH || op === BPF_RSH || op === BPF_ARSH) && !useRegister) {
    if (imm < 0 || imm >= (wide ? 64 : 32)) return { ...invalid(`invalid shift ${imm}`, i), depends: true };
  }
  return checkWritten(dst, i);
}

function checkMove(insns: Insns, i: number): Refusal | undefined {
  const code = insns.code(i);
  const [dst, src, off, imm] = [insns.dst(i), insns.src(i), insns.off(i), insns.imm(i)];
  const wide = insnClass(code) === BPF_ALU64;
  const reserved = 'BPF_MOV uses reserved fields';
  if (insnSource(code) !== BPF_X) {
    if (src !== 0 || off !== 0) return invalid(reserved, i);
    return checkWritten(dst, i);
  }
  if (wide && off === BPF_ADDR_SPACE_CAST) {
    if (imm !== 1 && imm !== 1 << 16) {
      return invalid('addr_space_cast insn can only convert between address space 1 and 0', i);
    }
  } else if (imm !== 0 || !(off === 0 || off === 8 || off === 16 || (wide && off === 32))) return invalid(reserved, i);
  return checkRegister(src, i) ?? checkWritten(dst, i);
}

function checkStx(insns: Insns, i: number): Refusal | undefined {
  if (insns.imm(i) !== 0) return invalid('BPF_STX uses reserved fields', i);
  return checkRegister(insns.src(i), i) ?? checkRegister(insns.dst(i), i);
}

function checkAtomic(insns: Insns, i: number): Refusal | undefined {
  const op = insns.imm(i);
  const [dst, src] = [insns.dst(i), insns.src(i)];
  if (op === BPF_LOAD_ACQ) return checkRegister(src, i) ?? checkWritten(dst, i);
  if (op === BPF_STORE_REL) return checkRegister(src, i) ?? checkRegister(dst, i);
  switch (op) {
    case BPF_ADD:
    case BPF_AND:
    case BPF_OR:
    case BPF_XOR:
    case BPF_ADD | BPF_FETCH:
    case BPF_AND | BPF_FETCH:
    case BPF_OR | BPF_FETCH:
    case BPF_XOR | BPF_FETCH:
    case BPF_XCHG:
    case BPF_CMPXCHG:
      break;
    default:
      return invalid(`BPF_ATOMIC uses invalid atomic opcode ${(op >>> 0).toString(16).padStart(2, '0')}`, i);
  }
  const size = insnSize(insns.code(i));
  if (size !== BPF_W && size !== BPF_DW) return invalid('invalid atomic operand size', i);
  const refusal = checkRegister(src, i) ?? checkRegister(dst, i);
  return refusal ?? (op !== BPF_CMPXCHG && op & BPF_FETCH ? checkWritten(src, i) : undefined);
}

function checkLd(insns: Insns, i: number): Refusal | undefined {
  if (isWide(insns.code(i))) {
    if (insns.off(i) !== 0) return invalid('BPF_LD_IMM64 uses reserved fields', i);
    return checkWritten(insns.dst(i), i);
  }
  const indirect = insnMode(insns.code(i)) === BPF_IND;
  if (insns.dst(i) !== 0 || insns.off(i) !== 0 || (!indirect && insns.src(i) !== 0)) {
    return invalid('BPF_LD_[ABS|IND] uses reserved fields', i);
  }
  return indirect ? checkRegister(insns.src(i), i) : undefined;
}

function checkJump(insns: Insns, i: number): Refusal | undefined {
  const code = insns.code(i);
  const far = insnClass(code) === BPF_JMP32;
  const [dst, src, off, imm] = [insns.dst(i), insns.src(i), insns.off(i), insns.imm(i)];
  switch (insnOp(code)) {
    case BPF_CALL:
      return checkCall(insns, i);
    case BPF_JA:
      if (dst !== 0 || src !== 0 || (far ? off !== 0 : imm !== 0)) return invalid('BPF_JA uses reserved fields', i);
      return undefined;
    case BPF_EXIT:
      if (dst !== 0 || src !== 0 || imm !== 0) return invalid('BPF_EXIT uses reserved fields', i);
      return undefined;
    case BPF_JCOND:
      if (src !== BPF_MAY_GOTO || dst !== 0 || imm !== 0) return invalid(`invalid may_goto imm ${imm}`, i);
      return undefined;
  }
  if (insnSource(code) === BPF_X ? imm !== 0 : src !== 0) return invalid('BPF_JMP/JMP32 uses reserved fields', i);
  return (insnSource(code) === BPF_X ? checkRegister(src, i) : undefined) ?? checkRegister(dst, i);
}

function checkCall(insns: Insns, i: number): Refusal | undefined {
  const src = insns.src(i);
  const kfunc = src === bpf_pseudo_call.BPF_PSEUDO_KFUNC_CALL;
  const known = src === 0 || src === bpf_pseudo_call.BPF_PSEUDO_CALL || kfunc;
  const helper = insns.imm(i);
  if (!known || insns.dst(i) !== 0 || (insns.off(i) !== 0 && !kfunc))
    return invalid('BPF_CALL uses reserved fields', i);
  if (src === 0 && (helper < 0 || helper >= bpf_func_id.__BPF_FUNC_MAX_ID)) {
    return invalid(`invalid func unknown#${helper}`, i);
  }
  return undefined;
}
