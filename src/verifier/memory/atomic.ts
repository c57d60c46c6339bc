import {
  accessBytes,
  BPF_AND,
  BPF_CMPXCHG,
  BPF_FETCH,
  BPF_LOAD_ACQ,
  BPF_OR,
  BPF_STORE_REL,
  BPF_XOR,
} from '../../isa/index.ts';
import type { Refusal } from '../refusal.ts';
import {
  PTR_TO_ARENA,
  PTR_TO_CTX,
  PTR_TO_FLOW_KEYS,
  PTR_TO_PACKET,
  PTR_TO_PACKET_META,
  PTR_TO_SOCK_COMMON,
  PTR_TO_SOCKET,
  PTR_TO_TCP_SOCK,
  PTR_TO_XDP_SOCK,
  regTypeName,
  SCALAR_VALUE,
} from '../state/reg-type.ts';
import { setUnknown } from '../walk/set-row.ts';
import type { Walk } from '../walk/walk.ts';
import { checkAccess } from './access.ts';
import { checkPointerType } from './pointer-types.ts';

/** Operations whose result the compiler for x86-64 does not fetch from an arena. */
const NO_FETCH_IN_ARENA: readonly number[] = [BPF_AND | BPF_FETCH, BPF_OR | BPF_FETCH, BPF_XOR | BPF_FETCH];

/** Kinds of memory that only plain loads and stores reach: translation makes something else of the access. */
const PLAIN_ONLY: readonly number[] = [
  PTR_TO_CTX,
  PTR_TO_PACKET,
  PTR_TO_PACKET_META,
  PTR_TO_FLOW_KEYS,
  PTR_TO_SOCKET,
  PTR_TO_SOCK_COMMON,
  PTR_TO_TCP_SOCK,
  PTR_TO_XDP_SOCK,
];

/** An atomic operation on memory. */
export function walkAtomic(walk: Walk): Refusal | undefined {
  switch (walk.insns.imm(walk.insn)) {
    case BPF_LOAD_ACQ:
      return loadAcquire(walk);
    case BPF_STORE_REL:
      return storeRelease(walk);
    default:
      return readModifyWrite(walk);
  }
}

function checkKind(walk: Walk, register: number, how: 'stores into' | 'loads from'): Refusal | undefined {
  const type = walk.typeOf(register);
  const fetches = type === PTR_TO_ARENA && NO_FETCH_IN_ARENA.includes(walk.insns.imm(walk.insn));
  if (!PLAIN_ONLY.includes(type) && !fetches) return undefined;
  return walk.denied(`BPF_ATOMIC ${how} R${register} ${regTypeName(type)} is not allowed`);
}

function loadAcquire(walk: Walk): Refusal | undefined {
  const { insns, insn } = walk;
  const register = insns.src(insn);
  const type = walk.typeOf(register);
  const unread = walk.checkRead(register);
  if (unread) return unread;
  const access = { register, off: insns.off(insn), size: accessBytes(insns.code(insn)), write: false, atomic: true };
  return (
    checkAccess(walk, { ...access, into: insns.dst(insn) }) ??
    checkPointerType(walk, type, false) ??
    checkKind(walk, register, 'loads from')
  );
}

function storeRelease(walk: Walk): Refusal | undefined {
  const { insns, insn } = walk;
  const [register, value] = [insns.dst(insn), insns.src(insn)];
  const type = walk.typeOf(register);
  const unread = walk.checkRead(value) ?? walk.checkRead(register);
  if (unread) return unread;
  const access = { register, off: insns.off(insn), size: accessBytes(insns.code(insn)), write: true, atomic: true };
  return (
    checkAccess(walk, { ...access, value }) ??
    checkPointerType(walk, type, false) ??
    checkKind(walk, register, 'stores into')
  );
}

/** Memory is read, and written: both have to be allowed. */
function readModifyWrite(walk: Walk): Refusal | undefined {
  const { insns, insn } = walk;
  const imm = insns.imm(insn);
  const [register, operand] = [insns.dst(insn), insns.src(insn)];
  const compares = imm === BPF_CMPXCHG;
  const refusal =
    walk.checkRead(operand) ??
    walk.checkRead(register) ??
    (compares ? (walk.checkRead(0) ?? checkNoLeak(walk, 0)) : undefined) ??
    checkNoLeak(walk, operand) ??
    checkKind(walk, register, 'stores into');
  if (refusal) return refusal;
  const fetches = (imm & BPF_FETCH) !== 0;
  const into = compares ? 0 : operand;
  if (fetches) setUnknown(walk.w, walk.reg(into));
  const access = { register, off: insns.off(insn), size: accessBytes(insns.code(insn)), atomic: true };
  const isArena = walk.baseTypeOf(register) === PTR_TO_ARENA;
  return (
    checkAccess(walk, { ...access, write: false }) ??
    (fetches ? checkAccess(walk, { ...access, write: false, into }) : undefined) ??
    (isArena ? checkPointerType(walk, PTR_TO_ARENA, false) : undefined) ??
    checkAccess(walk, { ...access, write: true })
  );
}

/** Whether an address is put into memory by who must not show it. */
export function checkNoLeak(walk: Walk, register: number): Refusal | undefined {
  if (walk.program.privileges.allowPtrLeaks || walk.typeOf(register) === SCALAR_VALUE) return undefined;
  return walk.denied(`R${register} leaks addr into mem`);
}
