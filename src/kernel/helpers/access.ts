import type { Memory } from '../../vm/index.ts';
import { kernelOffset, userOffset } from '../../vm/index.ts';
import type { KernelState } from '../core/state.ts';

/** Low 32 bits as a signed number: an `int` argument. */
export function int(value: bigint): number {
  return Number(BigInt.asIntN(32, value));
}

/** Low 32 bits as an unsigned number. */
export function u32(value: bigint): number {
  return Number(BigInt.asUintN(32, value));
}

/** A result as the register has it: negative numbers sign-extended to 64 bits. */
export function result(value: number): bigint {
  return BigInt.asUintN(64, BigInt(value));
}

/** Whether all of these bytes lie in one region of the memory; fetches them. */
export function isMapped(memory: Memory, offset: number, size: number): boolean {
  if (offset <= 0) return false;
  const region = memory.regionAt(offset);
  if (!region || offset + size > region.offset + region.size) return false;
  memory.touch(offset, size);
  return true;
}

/** The offset of `size` bytes of kernel memory, or -1 where they are not there. */
export function kernelPlace(memory: Memory, address: bigint, size: number): number {
  const offset = kernelOffset(address);
  return isMapped(memory, offset, size) ? offset : -1;
}

/** The offset of `size` bytes of the task's user memory, or -1. */
export function userPlace(memory: Memory, address: bigint, size: number): number {
  const offset = userOffset(address);
  if (!isMapped(memory, offset, size)) return -1;
  return memory.regionAt(offset)?.kind === 'user' ? offset : -1;
}

/** A copy of kernel memory that a helper was pointed to; undefined where it is not there. */
export function readKernel(memory: Memory, address: bigint, size: number): Uint8Array | undefined {
  const offset = kernelPlace(memory, address, size);
  return offset < 0 ? undefined : memory.bytes().slice(offset, offset + size);
}

/** Writes where a helper was pointed to. @returns whether it is there */
export function writeKernel(memory: Memory, address: bigint, bytes: Uint8Array): boolean {
  const offset = kernelPlace(memory, address, bytes.length);
  if (offset < 0) return false;
  memory.bytes().set(bytes, offset);
  return true;
}

/** Bytes from an offset to the end of its region: how far a string may reach. */
export function bytesToEnd(memory: Memory, offset: number): Uint8Array {
  const region = memory.regionAt(offset);
  if (!region) return new Uint8Array(0);
  const end = region.offset + region.size;
  memory.touch(offset, end - offset);
  return memory.bytes().subarray(offset, end);
}

/** The NUL-terminated bytes at a kernel address, at most `limit`, without the NUL; undefined where nothing is there. */
export function readKernelString(memory: Memory, address: bigint, limit: number): Uint8Array | undefined {
  const offset = kernelOffset(address);
  if (offset <= 0 || !memory.regionAt(offset)) return undefined;
  const bytes = bytesToEnd(memory, offset).subarray(0, limit);
  const end = bytes.indexOf(0);
  return bytes.slice(0, end < 0 ? bytes.length : end);
}

/** u64 in the machine's byte order. */
export function getU64(state: KernelState, offset: number): bigint {
  return state.memory.view().getBigUint64(offset, state.endian === 'little');
}

export function setU64(state: KernelState, offset: number, value: bigint): void {
  state.memory.view().setBigUint64(offset, BigInt.asUintN(64, value), state.endian === 'little');
}

export function getU32(state: KernelState, offset: number): number {
  return state.memory.view().getUint32(offset, state.endian === 'little');
}

export function setU32(state: KernelState, offset: number, value: number): void {
  state.memory.view().setUint32(offset, value, state.endian === 'little');
}
