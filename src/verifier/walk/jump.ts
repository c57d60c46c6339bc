import { BPF_JEQ, BPF_JMP32, BPF_JNE, BPF_X, insnClass, insnOp, insnSource } from '../../isa/index.ts';
import { errno } from '../../uapi/index.ts';
import { isKnown, isKnown32 } from '../domain/bounds.ts';
import { type Comparison, oppositeOf, outcomeOf, swappedOp } from '../domain/compare.ts';
import { refine } from '../domain/refine.ts';
import { copyRow, REF, TYPE, VALUE } from '../domain/row.ts';
import { DST_ON_STACK, type LinkedPlace, SRC_ON_STACK } from '../prune/history.ts';
import { markPrecise } from '../prune/precision.ts';
import type { Refusal } from '../refusal.ts';
import {
  baseType,
  CONST_PTR_TO_MAP,
  isTrusted,
  mayBeNull,
  PTR_TO_BTF_ID,
  PTR_TO_MAP_KEY,
  PTR_TO_MAP_VALUE,
  PTR_TO_MEM,
  PTR_TO_PACKET,
  PTR_TO_PACKET_END,
  PTR_TO_PACKET_META,
  PTR_TO_SOCK_COMMON,
  PTR_TO_SOCKET,
  PTR_TO_STACK,
  PTR_TO_TCP_SOCK,
  PTR_UNTRUSTED,
  SCALAR_VALUE,
} from '../state/reg-type.ts';
import { defer } from './defer.ts';
import { guessOtherWay } from './guess.ts';
import { collectLinked, teachLinked } from './linked.ts';
import { markNotNull, resolveNull } from './null-check.ts';
import { learnReach, predictReach, reachOf } from './packet-range.ts';
import { setImmediate } from './set-row.ts';
import type { Walk } from './walk.ts';

/**
 * A conditional jump: goes on where it must, or along one way and puts the other aside. What the condition says is
 * learned on both.
 */
export function walkJump(walk: Walk): Refusal | undefined {
  const { w, insns, insn } = walk;
  const code = insns.code(insn);
  const fromRegister = insnSource(code) === BPF_X;
  const [dst, src] = [insns.dst(insn), insns.src(insn)];
  const unread = walk.checkRead(dst) ?? (fromRegister ? walk.checkRead(src) : undefined);
  if (unread) return unread;
  const d = walk.reg(dst);
  const s = fromRegister ? walk.reg(src) : walk.scratch(0);
  if (!fromRegister) setImmediate(w, s, insns.imm(insn));
  else if (!walk.program.privileges.allowPtrLeaks && isPointer(w, s) && !(isPacketAny(w, d) && isPacketAny(w, s))) {
    return walk.denied(`R${src} pointer comparison prohibited`);
  }
  const onStack =
    (baseType(w[d + TYPE]) === PTR_TO_STACK ? DST_ON_STACK : 0) |
    (fromRegister && baseType(w[s + TYPE]) === PTR_TO_STACK ? SRC_ON_STACK : 0);
  if (onStack !== 0) walk.note(onStack);
  const comparison: Comparison = { op: insnOp(code), wide: insnClass(code) !== BPF_JMP32, d, s };
  const outcome = predict(walk, comparison);
  const target = insn + 1 + insns.off(insn);
  if (outcome === undefined) return takeBoth(walk, comparison, { target, fromRegister });
  if (!isPointer(w, d)) markPrecise(walk, dst);
  if (fromRegister && !isPointer(w, s)) markPrecise(walk, src);
  walk.next = outcome ? target : insn + 1;
  if (!walk.speculation) return undefined;
  return guessOtherWay(walk, outcome ? insn + 1 : target, fromRegister ? [d, s] : [d]);
}

function isPointer(w: Int32Array, row: number): boolean {
  return w[row + TYPE] !== SCALAR_VALUE;
}

function isPacketAny(w: Int32Array, row: number): boolean {
  const type = w[row + TYPE];
  return type === PTR_TO_PACKET || type === PTR_TO_PACKET_META || type === PTR_TO_PACKET_END;
}

/** Whether the jump is taken, where that is known. */
function predict(walk: Walk, comparison: Comparison): boolean | undefined {
  const { w } = walk;
  const { op, wide, d, s } = comparison;
  if (isPacketAny(w, d) && isPacketAny(w, s) && wide) {
    const reach = reachOf(w, comparison);
    return reach && predictReach(w, reach);
  }
  if (!isPointer(w, d) && !isPointer(w, s)) return isFollowed(walk, comparison) ? outcomeOf(w, comparison) : undefined;
  const [pointer, number, how] = isPointer(w, s) ? [s, d, swappedOp(op)] : [d, s, op];
  // A pointer that cannot be null is not 0.
  const isZero = !isPointer(w, number) && isKnown(w, number) && w[number + VALUE] === 0 && w[number + VALUE + 1] === 0;
  if (!isZero || !neverNull(w[pointer + TYPE], w[pointer + REF])) return undefined;
  if (how === BPF_JEQ) return false;
  return how === BPF_JNE ? true : undefined;
}

/** Before, a comparison was followed only where its second number was known. */
function isFollowed({ w, program }: Walk, { wide, s }: Comparison): boolean {
  return program.switches.register_comparisons || (wide ? isKnown(w, s) : isKnown32(w, s));
}

/** Before, nothing was learned but of a known number, or of two that are equal; nor from being unequal to a bound. */
function isLearned({ w, program }: Walk, { op, wide, d, s }: Comparison): boolean {
  const { register_comparisons, not_equal_bounds } = program.switches;
  const known = wide ? isKnown : isKnown32;
  if (op === BPF_JNE && !not_equal_bounds) return false;
  return register_comparisons || known(w, s) || known(w, d) || (wide && op === BPF_JEQ);
}

const NEVER_NULL: readonly number[] = [
  PTR_TO_SOCKET,
  PTR_TO_TCP_SOCK,
  PTR_TO_MAP_VALUE,
  PTR_TO_MAP_KEY,
  PTR_TO_SOCK_COMMON,
  CONST_PTR_TO_MAP,
];

function neverNull(type: number, reference: number): boolean {
  if (mayBeNull(type)) return false;
  const base = baseType(type);
  if (base === PTR_TO_BTF_ID) return isTrusted(type, reference);
  if (base === PTR_TO_MEM) return (type & PTR_UNTRUSTED) === 0;
  return NEVER_NULL.includes(base);
}

interface Ways {
  readonly target: number;
  readonly fromRegister: boolean;
}

function takeBoth(walk: Walk, comparison: Comparison, { target, fromRegister }: Ways): Refusal | undefined {
  const { w, insn, state } = walk;
  const { op, wide, d, s } = comparison;
  const linked: LinkedPlace[] = [];
  if (fromRegister) collectLinked(walk, s, linked);
  collectLinked(walk, d, linked);
  if (linked.length > 1) walk.note(0, linked);
  const imm = walk.scratch(1);
  copyRow(w, imm, w, s);
  // The way of the jump is put aside with what it learns, and the state is then as it was before it.
  const full = defer(walk, target);
  // Linux 6.18 has this errno for jumps only.
  if (full) return { ...full, errno: errno.EFAULT };
  learn(walk, { op, wide, d, s, linked, fromRegister });
  walk.pending.exchange(state);
  if (!fromRegister) copyRow(w, s, w, imm);
  const leaks = !isCheckable(walk, comparison, fromRegister);
  learn(walk, { op: oppositeOf(op), wide, d, s, linked, fromRegister });
  walk.next = insn + 1;
  const dst = walk.insns.dst(insn);
  return leaks && !walk.program.privileges.allowPtrLeaks && isPointer(w, d)
    ? walk.denied(`R${dst} pointer comparison prohibited`)
    : undefined;
}

/** Whether the comparison is a null check or one with the end of a packet. */
function isCheckable({ w }: Walk, comparison: Comparison, fromRegister: boolean): boolean {
  return isNullCheck(w, comparison, fromRegister) || (fromRegister && reachOf(w, comparison) !== undefined);
}

function isNullCheck(w: Int32Array, { op, wide, d, s }: Comparison, fromRegister: boolean): boolean {
  if (!wide || fromRegister || (op !== BPF_JEQ && op !== BPF_JNE)) return false;
  return mayBeNull(w[d + TYPE]) && w[s + VALUE] === 0 && w[s + VALUE + 1] === 0;
}

interface Learning extends Comparison {
  readonly linked: readonly LinkedPlace[];
  readonly fromRegister: boolean;
}

/** The comparison holds. */
function learn(walk: Walk, comparison: Learning): void {
  const { w } = walk;
  const { op, wide, d, s, linked, fromRegister } = comparison;
  if (!isPointer(w, d) && !isPointer(w, s)) {
    if (isLearned(walk, comparison)) refine(w, comparison);
    if (fromRegister) teachLinked(walk, s, linked);
    teachLinked(walk, d, linked);
    return;
  }
  if (isNullCheck(w, comparison, fromRegister)) {
    resolveNull(walk, d, op === BPF_JEQ);
    return;
  }
  if (!fromRegister) return;
  if (wide && op === BPF_JEQ && isPointer(w, d) && isPointer(w, s)) learnSame(walk, d, s);
  const reach = reachOf(w, comparison);
  if (reach) learnReach(walk, reach);
}

/** Two pointers are the same, and one is known not to be null. */
function learnSame(walk: Walk, d: number, s: number): void {
  const { w } = walk;
  const [one, other] = [w[d + TYPE], w[s + TYPE]];
  if (mayBeNull(one) === mayBeNull(other)) return;
  if (baseType(one) === PTR_TO_BTF_ID || baseType(other) === PTR_TO_BTF_ID) return;
  markNotNull(walk, mayBeNull(one) ? d : s);
}
