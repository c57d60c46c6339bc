import type { Memory, Region } from './memory.ts';
import { KERNEL_HIGH } from './memory.ts';
import type { Registers } from './registers.ts';

/** What an access does, as bits. */
export const READ = 1;
export const WRITE = 2;

/** The offset that `register + off` points to, or -1 where that is no kernel address. */
export function pointedOffset(registers: Registers, register: number, off: number): number {
  const low = registers.low(register) + off;
  const high = (registers.high(register) + Math.floor(low / 0x1_0000_0000)) >>> 0;
  return high === KERNEL_HIGH ? low >>> 0 : -1;
}

/** Whether a program may access these bytes; fetches them where they are not there yet. */
export function mayAccess(memory: Memory, offset: number, size: number, use: number): boolean {
  if (offset < 0) return false;
  const region = memory.regionAt(offset);
  if (!region || outside(region, offset, size) !== 0) return false;
  if (use & READ && !region.readable) return false;
  if (use & WRITE && !region.writable) return false;
  memory.touch(offset, size);
  return true;
}

/** Bytes by which an access leaves what is the program's in a region: behind (positive), before (negative), or 0. */
export function outside(region: Region, offset: number, size: number): number {
  const { elements } = region;
  let begin = region.offset;
  let end = begin + region.size;
  if (elements) {
    const index = Math.max(0, Math.floor((offset - begin - elements.offset) / elements.stride));
    begin += elements.offset + index * elements.stride;
    end = Math.min(end, begin + elements.size);
  }
  if (offset < begin) return offset - begin;
  return Math.max(0, offset + size - end);
}

/** Reads 1, 2, 4 or 8 bytes into a register, zero- or sign-extended. */
export function loadInto(registers: Registers, register: number, view: DataView, at: LoadPlace): void {
  const { offset, size, little, signed } = at;
  switch (size) {
    case 1:
      if (signed) registers.setSigned(register, view.getInt8(offset));
      else registers.setLow(register, view.getUint8(offset));
      break;
    case 2:
      if (signed) registers.setSigned(register, view.getInt16(offset, little));
      else registers.setLow(register, view.getUint16(offset, little));
      break;
    case 4:
      if (signed) registers.setSigned(register, view.getInt32(offset, little));
      else registers.setLow(register, view.getUint32(offset, little));
      break;
    default:
      registers.u64[register] = view.getBigUint64(offset, little);
  }
}

/** Where and how `loadInto` reads. */
export interface LoadPlace {
  readonly offset: number;
  readonly size: number;
  readonly little: boolean;
  readonly signed: boolean;
}

/** Writes the low 1, 2, 4 or 8 bytes of `value`. */
export function storeValue(view: DataView, offset: number, value: bigint, at: { size: number; little: boolean }): void {
  const { size, little } = at;
  switch (size) {
    case 1:
      view.setUint8(offset, Number(value & 0xffn));
      break;
    case 2:
      view.setUint16(offset, Number(value & 0xffffn), little);
      break;
    case 4:
      view.setUint32(offset, Number(value & 0xffff_ffffn), little);
      break;
    default:
      view.setBigUint64(offset, value, little);
  }
}

/** Reads 1, 2, 4 or 8 bytes, zero-extended. */
export function loadValue(view: DataView, offset: number, at: { size: number; little: boolean }): bigint {
  const { size, little } = at;
  switch (size) {
    case 1:
      return BigInt(view.getUint8(offset));
    case 2:
      return BigInt(view.getUint16(offset, little));
    case 4:
      return BigInt(view.getUint32(offset, little));
    default:
      return view.getBigUint64(offset, little);
  }
}
