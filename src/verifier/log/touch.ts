import {
  accessBytes,
  BPF_ALU,
  BPF_ALU64,
  BPF_CALL,
  BPF_END,
  BPF_EXIT,
  BPF_JA,
  BPF_JCOND,
  BPF_LD,
  BPF_LDX,
  BPF_NEG,
  BPF_ST,
  BPF_STX,
  BPF_X,
  insnClass,
  insnOp,
  insnSource,
} from '../../isa/index.ts';
import { OFF, SMAX, SMIN, TYPE } from '../domain/row.ts';
import { readS64 } from '../domain/words.ts';
import { slotIndex } from '../state/frame.ts';
import { baseType, PTR_TO_STACK } from '../state/reg-type.ts';
import type { Walk } from '../walk/walk.ts';
import type { Touched } from './touched.ts';

const STACK_BYTES = 512;

/** Marks what the instruction that the walk stands at is going to read and write. */
export function markTouched(walk: Walk, touched: Touched): void {
  const { insns, insn } = walk;
  const code = insns.code(insn);
  const [dst, src] = [insns.dst(insn), insns.src(insn)];
  const kind = insnClass(code);
  touched.clear();
  switch (kind) {
    case BPF_ALU:
    case BPF_ALU64:
      touched.add(dst);
      if (insnSource(code) === BPF_X && insnOp(code) !== BPF_END && insnOp(code) !== BPF_NEG) touched.add(src);
      return;
    case BPF_LD:
      touched.add(dst);
      return;
    case BPF_LDX:
      touched.add(dst);
      touched.add(src);
      markSlots(walk, src, touched);
      return;
    case BPF_ST:
    case BPF_STX:
      touched.add(dst);
      if (kind === BPF_STX) touched.add(src);
      markSlots(walk, dst, touched);
      return;
  }
  switch (insnOp(code)) {
    case BPF_JA:
    case BPF_JCOND:
      return;
    case BPF_CALL:
    case BPF_EXIT:
      touched.add(0);
      return;
    default:
      touched.add(dst);
      if (insnSource(code) === BPF_X) touched.add(src);
  }
}

/** The slots of a stack that a load or store reaches by a register. */
function markSlots(walk: Walk, register: number, touched: Touched): void {
  const { w, insns, insn } = walk;
  const row = walk.reg(register);
  if (baseType(w[row + TYPE]) !== PTR_TO_STACK) return;
  const off = w[row + OFF] + insns.off(insn);
  const low = off + Number(readS64(w, row + SMIN));
  const high = off + Number(readS64(w, row + SMAX)) + accessBytes(insns.code(insn)) - 1;
  if (low < -STACK_BYTES || high >= 0) return;
  for (let slot = slotIndex(high); slot <= slotIndex(low); slot++) touched.addSlot(slot);
}
