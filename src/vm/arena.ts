import { kernelOffset, type Memory } from './memory.ts';
import type { ArenaPlace } from './program.ts';
import type { Registers } from './registers.ts';

/**
 * `addr_space_cast` to the user's side: the low half with the high half of where the user sees the arena; null stays
 * null.
 */
export function toArenaUser(arena: ArenaPlace, low: number): bigint {
  return low === 0 ? 0n : (arena.userStart & ~0xffff_ffffn) | BigInt(low);
}

/** The offset in memory of an arena access by the low half of a register, or -1 where no page is. */
export function arenaOffset(memory: Memory, arena: ArenaPlace, access: ArenaAccess): number {
  const { registers, register, off, size } = access;
  const inside = registers.low(register) + off - Number(arena.userStart & 0xffff_ffffn);
  if (inside < 0 || inside + size > arena.size) return -1;
  const offset = kernelOffset(arena.kernelStart) + inside;
  memory.touch(offset, size);
  return offset;
}

/** An access relative to a register. */
export interface ArenaAccess {
  readonly registers: Registers;
  readonly register: number;
  readonly off: number;
  readonly size: number;
}
