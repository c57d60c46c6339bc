import type { Insns } from '../../isa/index.ts';
import { BPF_CALL, BPF_JMP, BPF_LD_IMM64 } from '../../isa/index.ts';
import { type CoreFailure, failure } from './failure.ts';

/** What to write into an instruction, decided from both sides. */
export interface CoreDecision {
  readonly poison: boolean;
  /** What the instruction holds for the object's own layout, and what it shall hold; unsigned 64 bits. */
  readonly localValue: bigint;
  readonly targetValue: bigint;
  /** Whether the instruction must hold `localValue` now. */
  readonly validate: boolean;
  /** Bytes that are read or written there; 0 where it plays no part. */
  readonly localSize: number;
  readonly targetSize: number;
  /** A load or store of another size would give a wrong value. */
  readonly sizeChangeBreaks: boolean;
}

/** What was done to an instruction, in one line, e.g. `off 8 -> 16`. */
export interface CorePatch {
  readonly poisoned: boolean;
  readonly text: string;
}

const BPF_LD = 0;
const BPF_LDX = 1;
const BPF_ST = 2;
const BPF_STX = 3;
const BPF_ALU = 4;
const BPF_ALU64 = 7;
const BPF_SRC_REG = 8;
const SIZE_MASK = 0x18;
const OFF_MAX = 0x7fff;

/** The helper id that a poisoned instruction calls: 0xbad2310, "bad relo". */
export const POISON_HELPER = 195896080;

/** Bytes of a load or store by its size bits. */
const SIZES: ReadonlyMap<number, number> = new Map([
  [0x18, 8],
  [0x00, 4],
  [0x08, 2],
  [0x10, 1],
]);

/**
 * Writes a relocation's outcome into the instruction at slot `at` (and the next, of an `ldimm64`).
 * @see tools/lib/bpf/relo_core.c (v6.12) for which instructions can be relocated
 */
export function patchInsn(insns: Insns, at: number, decision: CoreDecision): CorePatch | CoreFailure {
  if (at < 0 || at >= insns.length) return failure('EINVAL', `no instruction ${at}, there are ${insns.length}`);
  const code = insns.code(at);
  switch (code & 7) {
    case BPF_ALU:
    case BPF_ALU64:
      return (code & BPF_SRC_REG) !== 0 ? errInsn(insns, at) : patchImmediate(insns, at, decision);
    case BPF_LDX:
    case BPF_ST:
    case BPF_STX:
      return patchOffset(insns, at, decision);
    case BPF_LD:
      return patchWide(insns, at, decision);
    default:
      return errInsn(insns, at);
  }
}

function errInsn(insns: Insns, at: number): CoreFailure {
  const { code, src, dst, off, imm } = insns.get(at);
  return failure(
    'EINVAL',
    `trying to relocate unrecognized insn #${at}, code:0x${code.toString(16)}, src:0x${src.toString(16)}, ` +
      `dst:0x${dst.toString(16)}, off:0x${(off & 0xffff).toString(16)}, imm:0x${(imm >>> 0).toString(16)}`,
  );
}

function patchImmediate(insns: Insns, at: number, decision: CoreDecision): CorePatch | CoreFailure {
  if (decision.poison) return poison(insns, at);
  const before = insns.imm(at);
  const unexpected = checkValue(BigInt(before), { what: 'ALU/ALU64', at }, decision);
  if (unexpected !== undefined) return unexpected;
  insns.setImm(at, Number(BigInt.asIntN(32, decision.targetValue)));
  return { poisoned: false, text: `imm ${before} -> ${insns.imm(at)}` };
}

function patchOffset(insns: Insns, at: number, decision: CoreDecision): CorePatch | CoreFailure {
  if (decision.poison) return poison(insns, at);
  const before = insns.off(at);
  const { localSize, targetSize, targetValue } = decision;
  const unexpected = checkValue(BigInt(before), { what: 'LDX/ST/STX', at }, decision);
  if (unexpected !== undefined) return unexpected;
  if (targetValue > OFF_MAX) return failure('ERANGE', `insn #${at} (LDX/ST/STX) value too big: ${targetValue}`);
  if (decision.sizeChangeBreaks) {
    return poison(
      insns,
      at,
      'accesses field incorrectly: only pointers, unsigned integers, or fields of matching type and size can be accessed',
    );
  }
  insns.setOff(at, Number(targetValue));
  const text = `off ${before} -> ${targetValue}`;
  if (targetSize === localSize) return { poisoned: false, text };
  const code = insns.code(at);
  const accessSize = SIZES.get(code & SIZE_MASK);
  if (accessSize !== localSize) {
    return failure('EINVAL', `insn #${at} (LDX/ST/STX) unexpected mem size: got ${accessSize}, exp ${localSize}`);
  }
  const sizeBits = [...SIZES].find(([, bytes]) => bytes === targetSize)?.[0];
  if (sizeBits === undefined) {
    return failure('EINVAL', `insn #${at} (LDX/ST/STX) invalid new mem size: ${targetSize}`);
  }
  insns.setCode(at, (code & ~SIZE_MASK) | sizeBits);
  return { poisoned: false, text: `${text}, mem_sz ${localSize} -> ${targetSize}` };
}

function patchWide(insns: Insns, at: number, decision: CoreDecision): CorePatch | CoreFailure {
  const next = at + 1 < insns.length ? insns.get(at + 1) : undefined;
  const { code, src, off } = insns.get(at);
  if (code === BPF_LD_IMM64 && next === undefined) return failure('EINVAL', `insn #${at} (LDIMM64) is truncated`);
  const isPlain = next !== undefined && next.code === 0 && next.dst === 0 && next.src === 0 && next.off === 0;
  if (code !== BPF_LD_IMM64 || src !== 0 || off !== 0 || !isPlain) {
    return failure('EINVAL', `insn #${at} (LDIMM64) has unexpected form`);
  }
  if (decision.poison) return poison(insns, at);
  const before = insns.imm64(at);
  const unexpected = checkValue(before, { what: 'LDIMM64', at }, decision);
  if (unexpected !== undefined) return unexpected;
  insns.setImm64(at, decision.targetValue);
  return { poisoned: false, text: `imm64 ${before} -> ${decision.targetValue}` };
}

function checkValue(
  have: bigint,
  { what, at }: { what: string; at: number },
  decision: CoreDecision,
): CoreFailure | undefined {
  const { validate, localValue, targetValue } = decision;
  if (!validate || BigInt.asUintN(64, have) === localValue) return undefined;
  return failure('EINVAL', `unexpected insn #${at} (${what}) value: got ${have}, exp ${localValue} -> ${targetValue}`);
}

function poison(insns: Insns, at: number, why = 'no matching target'): CorePatch {
  const slots = insns.code(at) === BPF_LD_IMM64 ? 2 : 1;
  for (let i = 0; i < slots; i++) {
    insns.set(at + i, { code: BPF_JMP | BPF_CALL, dst: 0, src: 0, off: 0, imm: POISON_HELPER });
  }
  return { poisoned: true, text: `call ${POISON_HELPER} (${why})` };
}
