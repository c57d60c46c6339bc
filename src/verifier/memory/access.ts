import { AUX, TYPE } from '../domain/row.ts';
import type { Refusal } from '../refusal.ts';
import {
  baseType,
  CONST_PTR_TO_MAP,
  isPacketPointer,
  MEM_RDONLY,
  mayBeNull,
  PTR_TO_ARENA,
  PTR_TO_BTF_ID,
  PTR_TO_BUF,
  PTR_TO_CTX,
  PTR_TO_FLOW_KEYS,
  PTR_TO_MAP_KEY,
  PTR_TO_MAP_VALUE,
  PTR_TO_MEM,
  PTR_TO_PACKET,
  PTR_TO_PACKET_META,
  PTR_TO_SOCK_COMMON,
  PTR_TO_SOCKET,
  PTR_TO_STACK,
  PTR_TO_TCP_SOCK,
  PTR_TO_TP_BUFFER,
  PTR_TO_XDP_SOCK,
  PTR_UNTRUSTED,
  regTypeName,
  SCALAR_VALUE,
} from '../state/reg-type.ts';
import type { Walk } from '../walk/walk.ts';
import type { Access } from './access-kind.ts';
import { checkAlignment } from './alignment.ts';
import { accessBtfPointer } from './btf-pointer.ts';
import { checkBuffer } from './buffer.ts';
import { accessContext } from './context.ts';
import { fitToSize, loadUnknown } from './load-result.ts';
import { accessMapPointer } from './map-pointer.ts';
import { accessMapValue } from './map-value.ts';
import { accessPacket, checkPacketWritable } from './packet.ts';
import { checkRegion } from './region.ts';
import { accessFlowKeys, accessSocket } from './socket.ts';
import { readStack } from './stack-read.ts';
import { writeStack } from './stack-write.ts';

/** Checks an access, and does to the state what it does: the register loaded, the slot of the stack written. */
export function checkAccess(walk: Walk, access: Access): Refusal | undefined {
  const refusal = checkAlignment(walk, access) ?? accessByKind(walk, access);
  if (!refusal) fitToSize(walk, access);
  return refusal;
}

function accessByKind(walk: Walk, access: Access): Refusal | undefined {
  const { register, write } = access;
  const { w } = walk;
  const row = walk.reg(register);
  const type = w[row + TYPE];
  const base = baseType(type);
  if (base === PTR_TO_STACK) return write ? writeStack(walk, access) : readStack(walk, access);
  if (mayBeNull(type)) return noMemory(walk, register);
  const place = LEAKED_INTO[base];
  if (place !== undefined && write && isLeak(walk, access)) {
    return checkWritable(walk, access, type) ?? walk.denied(`R${access.value} leaks addr into ${place}`);
  }
  switch (base) {
    case PTR_TO_MAP_VALUE:
      return accessMapValue(walk, access);
    case PTR_TO_MAP_KEY:
      return accessMapKey(walk, access);
    case PTR_TO_MEM:
      return accessMem(walk, access);
    case PTR_TO_CTX:
      return accessContext(walk, access);
    case PTR_TO_PACKET:
    case PTR_TO_PACKET_META:
      return accessPacket(walk, access);
    case PTR_TO_FLOW_KEYS:
      return accessFlowKeys(walk, access);
    case PTR_TO_SOCKET:
    case PTR_TO_SOCK_COMMON:
    case PTR_TO_TCP_SOCK:
    case PTR_TO_XDP_SOCK:
      return accessSocket(walk, access);
    case PTR_TO_BTF_ID:
      return accessBtfPointer(walk, access);
    case CONST_PTR_TO_MAP:
      return accessMapPointer(walk, access);
    case PTR_TO_TP_BUFFER:
    case PTR_TO_BUF:
      return accessBuffer(walk, access);
    case PTR_TO_ARENA:
      loadUnknown(walk, access);
      return undefined;
    default:
      return noMemory(walk, register);
  }
}

/** Memory that others see, as messages call it. */
const LEAKED_INTO: Readonly<Record<number, string>> = {
  [PTR_TO_MAP_VALUE]: 'map',
  [PTR_TO_MEM]: 'mem',
  [PTR_TO_CTX]: 'ctx',
  [PTR_TO_PACKET]: 'packet',
  [PTR_TO_PACKET_META]: 'packet',
  [PTR_TO_FLOW_KEYS]: 'flow keys',
};

/** Whether such memory may be written to at all, where that is asked before what is written. */
function checkWritable(walk: Walk, { register }: Access, type: number): Refusal | undefined {
  if (isPacketPointer(type)) return checkPacketWritable(walk);
  return baseType(type) === PTR_TO_MEM && type & MEM_RDONLY ? readOnly(walk, register) : undefined;
}

/** Whether a pointer is stored where somebody may see it who must not. */
function isLeak(walk: Walk, { value }: Access): boolean {
  return value !== undefined && !walk.program.privileges.allowPtrLeaks && walk.typeOf(value) !== SCALAR_VALUE;
}

function noMemory(walk: Walk, register: number): Refusal {
  return walk.denied(`R${register} invalid mem access '${regTypeName(walk.typeOf(register))}'`);
}

function readOnly(walk: Walk, register: number): Refusal {
  return walk.denied(`R${register} cannot write into ${regTypeName(walk.typeOf(register))}`);
}

function accessMapKey(walk: Walk, access: Access): Refusal | undefined {
  const { register, off, size, write } = access;
  if (write) return walk.denied(`write to change key R${register} not allowed`);
  const limit = walk.mapViews[walk.w[walk.reg(register) + AUX]].attr.keySize;
  const refusal = checkRegion(walk, { register, off, size, limit });
  if (!refusal) loadUnknown(walk, access);
  return refusal;
}

function accessMem(walk: Walk, access: Access): Refusal | undefined {
  const { register, off, size, write } = access;
  const row = walk.reg(register);
  const type = walk.w[row + TYPE];
  if (write && type & MEM_RDONLY) return readOnly(walk, register);
  // What nobody vouches for may be anywhere: such loads never fault.
  const anywhere = (type & MEM_RDONLY) !== 0 && (type & PTR_UNTRUSTED) !== 0;
  const refusal = anywhere ? undefined : checkRegion(walk, { register, off, size, limit: walk.w[row + AUX] >>> 0 });
  if (!refusal) loadUnknown(walk, access);
  return refusal;
}

function accessBuffer(walk: Walk, access: Access): Refusal | undefined {
  const { register, off, size, write } = access;
  const type = walk.typeOf(register);
  const tracepoint = baseType(type) === PTR_TO_TP_BUFFER;
  const fixed = (type & MEM_RDONLY) !== 0;
  if (write && fixed) return readOnly(walk, register);
  const what = tracepoint ? 'tracepoint' : fixed ? 'rdonly' : 'rdwr';
  const refusal = checkBuffer(walk, { register, off, size, what });
  if (!refusal) loadUnknown(walk, access);
  return refusal;
}
