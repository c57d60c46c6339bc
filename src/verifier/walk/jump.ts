import { BPF_JEQ, BPF_JMP32, BPF_JNE, BPF_X, insnClass, insnOp, insnSource } from '../../isa/index.ts';
import { isKnown } from '../domain/bounds.ts';
import { type Comparison, oppositeOf, outcomeOf } from '../domain/compare.ts';
import { refine } from '../domain/refine.ts';
import { copyRow, OFF, TYPE, VALUE } from '../domain/row.ts';
import type { Refusal } from '../refusal.ts';
import {
  baseType,
  mayBeNull,
  PTR_TO_MAP_KEY,
  PTR_TO_PACKET_END,
  PTR_TO_STACK,
  SCALAR_VALUE,
} from '../state/reg-type.ts';
import { defer } from './defer.ts';
import { teachLinked } from './linked.ts';
import { learnNull } from './null-check.ts';
import { learnPacketRange } from './packet-range.ts';
import { setImmediate } from './set-row.ts';
import type { Walk } from './walk.ts';

/**
 * A conditional jump: goes on where it must, or along one way and puts the other aside. What the condition says is
 * learned on both.
 */
export function walkJump(walk: Walk): Refusal | undefined {
  const { w, program, insn } = walk;
  const { insns } = program;
  const code = insns.code(insn);
  const fromRegister = insnSource(code) === BPF_X;
  const unread = (fromRegister ? walk.checkRead(insns.src(insn)) : undefined) ?? walk.checkRead(insns.dst(insn));
  if (unread) return unread;
  const d = walk.reg(insns.dst(insn));
  const s = fromRegister ? walk.reg(insns.src(insn)) : walk.scratch(0);
  if (!fromRegister) setImmediate(w, s, insns.imm(insn));
  const comparison: Comparison = { op: insnOp(code), wide: insnClass(code) !== BPF_JMP32, d, s };
  const outcome = predict(walk, comparison);
  const target = insn + 1 + insns.off(insn);
  if (outcome !== undefined) {
    walk.goTo(outcome ? target : insn + 1);
    return undefined;
  }
  return takeBoth(walk, comparison, { target, fromRegister });
}

/** Whether the jump is taken, where that is known. */
function predict({ w }: Walk, comparison: Comparison): boolean | undefined {
  const { op, d, s } = comparison;
  const [pointer, number] = [w[d + TYPE], w[s + TYPE]];
  if (pointer === SCALAR_VALUE && number === SCALAR_VALUE) return outcomeOf(w, comparison);
  // A pointer that cannot be null is not 0.
  const isZero = number === SCALAR_VALUE && isKnown(w, s) && w[s + VALUE] === 0 && w[s + VALUE + 1] === 0;
  if (!isZero || !comparison.wide || !neverNull(pointer) || w[d + OFF] !== 0) return undefined;
  if (op === BPF_JEQ) return false;
  return op === BPF_JNE ? true : undefined;
}

function neverNull(type: number): boolean {
  if (mayBeNull(type)) return false;
  const base = baseType(type);
  return base === PTR_TO_STACK || base === PTR_TO_MAP_KEY || (base >= 2 && base <= 15 && base !== PTR_TO_PACKET_END);
}

interface Ways {
  readonly target: number;
  readonly fromRegister: boolean;
}

function takeBoth(walk: Walk, comparison: Comparison, { target, fromRegister }: Ways): Refusal | undefined {
  const { w, insn } = walk;
  const { op, d, s } = comparison;
  const before = walk.scratch(1);
  const beforeSource = walk.scratch(2);
  copyRow(w, before, w, d);
  copyRow(w, beforeSource, w, s);
  const scalars = w[d + TYPE] === SCALAR_VALUE && w[s + TYPE] === SCALAR_VALUE;
  const learn = (how: number): void => {
    if (scalars) {
      refine(w, { ...comparison, op: how });
      teachLinked(walk, d);
      if (fromRegister) teachLinked(walk, s);
    } else if (!learnNull(walk, { ...comparison, op: how })) learnPacketRange(walk, { ...comparison, op: how });
  };
  // The way of the jump is put aside first, and the state is then as it was before it.
  const saved = walk.state.save();
  learn(op);
  const refusal = defer(walk, target);
  if (refusal) return refusal;
  walk.state.restore(saved);
  if (!fromRegister) copyRow(w, s, w, beforeSource);
  learn(oppositeOf(op));
  walk.goTo(insn + 1);
  return undefined;
}
