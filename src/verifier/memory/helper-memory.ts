import { contextOfProgType } from '../../catalog/index.ts';
import { isKnown } from '../domain/bounds.ts';
import { isZero } from '../domain/narrow.ts';
import { AUX, TYPE, UMIN } from '../domain/row.ts';
import { read64 } from '../domain/words.ts';
import { markPrecise } from '../prune/precision.ts';
import type { Refusal } from '../refusal.ts';
import {
  baseType,
  MEM_RDONLY,
  PTR_TO_BTF_ID,
  PTR_TO_BUF,
  PTR_TO_CTX,
  PTR_TO_MAP_KEY,
  PTR_TO_MAP_VALUE,
  PTR_TO_MEM,
  PTR_TO_PACKET,
  PTR_TO_PACKET_META,
  PTR_TO_STACK,
  regTypeName,
  SCALAR_VALUE,
} from '../state/reg-type.ts';
import type { Walk } from '../walk/walk.ts';
import { checkAccess } from './access.ts';
import { checkBuffer } from './buffer.ts';
import { checkMapBytes, checkMapFlags } from './map-value.ts';
import { checkPacketBytes } from './packet.ts';
import { leastAdded, MAX_VARIABLE_OFFSET, mostAddedUnsigned } from './place.ts';
import { checkRegion } from './region.ts';
import { checkInitialised } from './stack-initialised.ts';

/** Memory that a helper or kfunc reads or writes. */
export interface HelperMemory {
  /** The register that holds the address. */
  readonly register: number;
  /** Bytes. */
  readonly size: number;
  readonly write: boolean;
  /** A size of 0 is in order, and then null is. */
  readonly zeroAllowed: boolean;
  /** Written, and need not be initialised before. */
  readonly uninitialised?: boolean;
}

/** Memory whose size is in a register. */
export interface SizedMemory extends Omit<HelperMemory, 'size'> {
  /** The register that holds the size. */
  readonly sizeRegister: number;
}

/**
 * Checks memory that a call is given. @returns bytes that the call fills where they need not be initialised before: once
 * all arguments are checked, `clobberMemory` has to be told (0: nothing to tell)
 */
export function checkHelperMemory(walk: Walk, memory: HelperMemory): Refusal | number {
  const { w } = walk;
  const type = walk.typeOf(memory.register);
  // Only on a stack it matters whether bytes were there before.
  const fills = memory.uninitialised && !(baseType(type) === PTR_TO_STACK && !isKnown(w, walk.reg(memory.register)));
  return checkByKind(walk, memory, type) ?? (fills ? memory.size : 0);
}

function checkByKind(walk: Walk, memory: HelperMemory, type: number): Refusal | undefined {
  const { register, size, write, zeroAllowed } = memory;
  const row = walk.reg(register);
  const readOnly = (type & MEM_RDONLY) !== 0;
  const bytes = { register, off: 0, size, write, zeroAllowed };
  switch (baseType(type)) {
    case PTR_TO_STACK:
      return checkInitialised(walk, { ...memory, off: 0 });
    case PTR_TO_PACKET:
    case PTR_TO_PACKET_META:
      return checkPacketBytes(walk, bytes);
    case PTR_TO_MAP_VALUE:
      return checkMapFlags(walk, bytes) ?? checkMapBytes(walk, bytes, false);
    case PTR_TO_MAP_KEY:
      if (write) return cannotWrite(walk, register);
      return checkRegion(walk, { register, off: 0, size, limit: walk.mapViews[walk.w[row + AUX]].attr.keySize });
    case PTR_TO_MEM:
      if (write && readOnly) return cannotWrite(walk, register);
      return checkRegion(walk, { ...bytes, limit: walk.w[row + AUX] >>> 0 });
    case PTR_TO_BUF:
      if (write && readOnly) return cannotWrite(walk, register);
      return checkBuffer(walk, { register, off: 0, size, what: readOnly ? 'rdonly' : 'rdwr' });
    case PTR_TO_BTF_ID:
      return checkAccess(walk, { register, off: 0, size, write: false });
    case PTR_TO_CTX:
      if (!contextOfProgType(walk.options.progType)) return checkContextBytes(walk, memory);
  }
  return notMemory(walk, memory);
}

/** A context that is not translated, such as that of a syscall program, which its user brings. */
function checkContextBytes(walk: Walk, { register, size, write, zeroAllowed }: HelperMemory): Refusal | undefined {
  if (size === 0) return zeroAllowed ? undefined : walk.denied('');
  return checkAccess(walk, { register, off: size - 1, size: 1, write });
}

function cannotWrite(walk: Walk, register: number): Refusal {
  return walk.denied(`R${register} cannot write into ${regTypeName(walk.typeOf(register))}`);
}

function notMemory(walk: Walk, { register, size, zeroAllowed }: HelperMemory): Refusal | undefined {
  const { w } = walk;
  const row = walk.reg(register);
  if (zeroAllowed && size === 0 && w[row + TYPE] === SCALAR_VALUE && isZero(w, row)) return undefined;
  return walk.denied(`R${register} type=${regTypeName(w[row + TYPE])} expected=${regTypeName(PTR_TO_STACK)}`);
}

/** The same where a register says how many bytes. */
export function checkSizedMemory(walk: Walk, { sizeRegister, ...memory }: SizedMemory): Refusal | number {
  const { w } = walk;
  const row = walk.reg(sizeRegister);
  if (leastAdded(w, row) < 0) {
    return walk.denied(`R${sizeRegister} min value is negative, either use unsigned or 'var &= const'`);
  }
  const least = read64(w, row + UMIN);
  const most = mostAddedUnsigned(w, row);
  if (least === 0n && !memory.zeroAllowed) {
    return walk.denied(`R${sizeRegister} invalid zero-sized read: u64=[${least},${most}]`);
  }
  if (most >= MAX_VARIABLE_OFFSET) {
    return walk.denied(`R${sizeRegister} unbounded memory access, use 'var &= const' or 'if (var < const)'`);
  }
  const uninitialised = memory.uninitialised && isKnown(w, row);
  const fills = checkHelperMemory(walk, { ...memory, size: most, uninitialised });
  if (typeof fills === 'number') markPrecise(walk, sizeRegister);
  return fills;
}

/** A call fills memory: what was in it is not known any more. Registers are still those of the call. */
export function clobberMemory(
  walk: Walk,
  { register, size }: { readonly register: number; readonly size: number },
): Refusal | undefined {
  for (let off = 0; off < size; off++) {
    const refusal = checkAccess(walk, { register, off, size: 1, write: true });
    if (refusal) return refusal;
  }
  return undefined;
}
