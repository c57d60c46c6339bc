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
  if (elements && offset < end - (elements.trailer ?? 0)) {
    const index = Math.max(0, Math.floor((offset - begin - elements.offset) / elements.stride));
    begin += elements.offset + index * elements.stride;
    end = Math.min(end, begin + elements.size);
  }
  if (offset < begin) return offset - begin;
  return Math.max(0, offset + size - end);
}
