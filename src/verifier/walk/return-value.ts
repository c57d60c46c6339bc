import { type BtfType, skipModifiersAndTypedefs } from '../../btf/index.ts';
import { bpf_attach_type, bpf_prog_type } from '../../uapi/index.ts';
import { AUX, OFF, REF, S32_MAX, S32_MIN, SMAX, SMIN, TYPE } from '../domain/row.ts';
import { readS64 } from '../domain/words.ts';
import { markPrecise } from '../prune/precision.ts';
import type { Refusal } from '../refusal.ts';
import { baseType, mayBeNull, PTR_TO_BTF_ID, regTypeName, SCALAR_VALUE } from '../state/reg-type.ts';
import { type ReturnRange, returnsNothing } from './lsm-return.ts';
import { returnRange } from './return-range.ts';
import type { Walk } from './walk.ts';

const { BPF_PROG_TYPE_LSM, BPF_PROG_TYPE_STRUCT_OPS } = bpf_prog_type;

/** What the first frame returns: R0, or the cookie of `bpf_throw` in R1. */
export function checkReturn(walk: Walk, register: number): Refusal | undefined {
  const { state, options, w } = walk;
  const { frame } = state;
  const isSubprogram = frame.subprogram !== 0;
  if (!isSubprogram || frame.callback === 'exception') {
    const done = checkHook(walk, register);
    if (done) return done === 'fine' ? undefined : done;
  }
  const unread = walk.checkRead(register);
  if (unread) return unread;
  const row = walk.reg(register);
  if (!walk.program.privileges.allowPtrLeaks && w[row + TYPE] !== SCALAR_VALUE) {
    return walk.denied(`R${register} leaks addr as return value`);
  }
  if (frame.callback === 'async') {
    const [min, max] = frame.returns ?? [0, 0];
    return checkRange(walk, register, { when: 'At async callback return', range: { min, max } });
  }
  if (isSubprogram && frame.callback !== 'exception') {
    if (w[row + TYPE] === SCALAR_VALUE) return undefined;
    const name = regTypeName(w[row + TYPE]);
    return walk.invalid(`At subprogram exit the register R${register} is not a scalar value (${name})`);
  }
  const structOps = options.progType === BPF_PROG_TYPE_STRUCT_OPS && structOpsResult(walk) !== undefined;
  const range = structOps ? { min: 0, max: 0 } : returnRange(options);
  return range && checkRange(walk, register, { when: 'At program exit', range });
}

/** Hooks that return nothing, or a pointer, want no number. @returns undefined where the number is to be looked at */
function checkHook(walk: Walk, register: number): Refusal | 'fine' | undefined {
  const { options, w } = walk;
  const { attachTarget, progType, expectedAttachType } = options;
  if (progType === BPF_PROG_TYPE_LSM) {
    const cgroup = expectedAttachType === bpf_attach_type.BPF_LSM_CGROUP;
    return !cgroup && attachTarget && returnsNothing(attachTarget) ? 'fine' : undefined;
  }
  if (progType !== BPF_PROG_TYPE_STRUCT_OPS || !attachTarget) return undefined;
  const proto = operationOf(walk);
  if (proto?.kind === 'FUNC_PROTO' && skipModifiersAndTypedefs(attachTarget.btf, proto.returnType) === 0) return 'fine';
  const wanted = structOpsResult(walk);
  const row = walk.reg(register);
  const isWanted = baseType(w[row + TYPE]) === PTR_TO_BTF_ID && w[row + AUX] === wanted && w[row + REF] !== 0;
  if (wanted === undefined || !isWanted) return undefined;
  if (w[row + OFF] === 0 && !mayBeNull(w[row + TYPE])) return 'fine';
  return undefined;
}

/** The type of the function that a program of a struct's operations stands for. */
function operationOf({ options }: Walk): BtfType | undefined {
  const { attachTarget, expectedAttachType } = options;
  const struct = attachTarget?.btf.typeById(attachTarget.typeId);
  if (struct?.kind !== 'STRUCT' || !attachTarget) return undefined;
  const { btf } = attachTarget;
  const member = struct.members[expectedAttachType];
  const pointer = member && btf.typeById(skipModifiersAndTypedefs(btf, member.type));
  return pointer?.kind === 'PTR' ? btf.typeById(skipModifiersAndTypedefs(btf, pointer.type)) : undefined;
}

/** The struct that the operation returns a pointer to. */
function structOpsResult(walk: Walk): number | undefined {
  const proto = operationOf(walk);
  const btf = walk.options.attachTarget?.btf;
  if (proto?.kind !== 'FUNC_PROTO' || !btf) return undefined;
  const pointer = btf.typeById(skipModifiersAndTypedefs(btf, proto.returnType));
  if (pointer.kind !== 'PTR') return undefined;
  const to = skipModifiersAndTypedefs(btf, pointer.type);
  return btf.typeById(to).kind === 'STRUCT' ? to : undefined;
}

interface RangeCheck {
  readonly when: string;
  readonly range: ReturnRange;
}

function checkRange(walk: Walk, register: number, { when, range }: RangeCheck): Refusal | undefined {
  const { w } = walk;
  const row = walk.reg(register);
  if (w[row + TYPE] !== SCALAR_VALUE) {
    return walk.invalid(`${when} the register R${register} is not a known value (${regTypeName(w[row + TYPE])})`);
  }
  markPrecise(walk, register);
  return isWithin(w, row, range) ? undefined : walk.invalid(outOfRange(w, row, { when, register, range }));
}

/** Whether all numbers that the row may be are in the range. */
export function isWithin(w: Int32Array, row: number, { min, max, narrow }: ReturnRange): boolean {
  if (narrow) return w[row + S32_MIN] >= min && w[row + S32_MAX] <= max;
  return readS64(w, row + SMIN) >= BigInt(min) && readS64(w, row + SMAX) <= BigInt(max);
}

const S64_MIN = -(1n << 63n);
const S64_MAX = (1n << 63n) - 1n;

/** The kernel's words about a number that is out of its range. */
export function outOfRange(
  w: Int32Array,
  row: number,
  { when, register, range }: RangeCheck & { readonly register: number },
): string {
  const [min, max] = [readS64(w, row + SMIN), readS64(w, row + SMAX)];
  const has = `${min > S64_MIN ? ` smin=${min}` : ''}${max < S64_MAX ? ` smax=${max}` : ''}`;
  const what = has === '' ? ' unknown scalar value' : has;
  return `${when} the register R${register} has${what} should have been in [${range.min}, ${range.max}]`;
}
