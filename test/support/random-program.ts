import type { Insn, Insns as InsnRun } from '../../src/isa/index.ts';
import { Insns } from '../../src/isa/index.ts';

/** A small generator of 32-bit numbers that is the same everywhere (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  };
}

const INTERESTING = [0, 1, -1, 2, 7, 8, 31, 32, 63, 255, 256, 0x7fff, 0x8000, 0xffff, 0x7fff_ffff, -0x8000_0000, -128];
const ALU = [0x00, 0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70, 0x80, 0x90, 0xa0, 0xb0, 0xc0, 0xd0];
const JUMPS = [0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70, 0xa0, 0xb0, 0xc0, 0xd0];
const ATOMICS = [0x00, 0x01, 0x40, 0x41, 0x50, 0x51, 0xa0, 0xa1, 0xe1, 0xf1];
/** Slots of 8 bytes at the frame's end that programs work on. */
const SLOTS = 4;

/**
 * A program of arithmetic, byte swaps, forward jumps, loads, stores and atomics on its stack, which any kernel since 6.6
 * accepts. R0 of its exit depends on all that it did; it is folded to 32 bits, which is what a test run gives back.
 */
export function randomProgram(seed: number): InsnRun {
  const random = createRandom(seed);
  const below = (n: number): number => random() % n;
  const number = (): number => (below(3) === 0 ? random() | 0 : INTERESTING[below(INTERESTING.length)]);
  const list: Insn[] = [];
  const add = (code: number, dst: number, src = 0, off = 0, imm = 0): number => list.push({ code, dst, src, off, imm });
  for (let r = 0; r < 10; r++) {
    add(0x18, r, 0, 0, number());
    add(0, 0, 0, 0, number());
  }
  for (let slot = 1; slot <= SLOTS; slot++) add(0x7b, 10, slot, -8 * slot);
  const length = 20 + below(40);
  const body = list.length + length;
  while (list.length < body) {
    const left = body - list.length - 1;
    const [dst, src] = [below(10), below(10)];
    const kind = below(10);
    if (kind < 6) addAlu({ add, below, number }, dst, src);
    else if (kind < 8 && left > 0) {
      const code = JUMPS[below(JUMPS.length)] | (below(2) ? 0x05 : 0x06);
      if (below(2)) add(code | 0x08, dst, src, below(Math.min(left, 6)));
      else add(code, dst, 0, below(Math.min(left, 6)), number());
    } else addMemory({ add, below, number }, dst, src);
  }
  for (let r = 1; r < 10; r++) {
    add(0x27, 0, 0, 0, 31);
    add(0xaf, 0, r);
  }
  for (let slot = 1; slot <= SLOTS; slot++) {
    add(0x79, 1, 10, -8 * slot);
    add(0x27, 0, 0, 0, 31);
    add(0xaf, 0, 1);
  }
  add(0xbf, 1, 0);
  add(0x77, 1, 0, 0, 32);
  add(0xaf, 0, 1);
  add(0x95, 0);
  return Insns.from(list, 'little');
}

interface Maker {
  add(code: number, dst: number, src?: number, off?: number, imm?: number): number;
  below(n: number): number;
  number(): number;
}

function addAlu({ add, below, number }: Maker, dst: number, src: number): number {
  const op = ALU[below(ALU.length)];
  const wide = below(2) === 1;
  const cls = wide ? 0x07 : 0x04;
  const useRegister = below(2) === 1;
  if (op === 0x80) return add(op | cls, dst);
  if (op === 0xd0) return add(op | cls | (wide || !useRegister ? 0 : 8), dst, 0, 0, [16, 32, 64][below(3)]);
  const off = op === 0x30 || op === 0x90 ? below(2) : 0;
  if (useRegister) {
    const extend = op === 0xb0 ? [0, 8, 16, wide ? 32 : 0][below(4)] : off;
    return add(op | cls | 8, dst, src, extend);
  }
  const shift = op === 0x60 || op === 0x70 || op === 0xc0;
  const imm = shift ? below(wide ? 64 : 32) : number();
  return add(op | cls, dst, 0, off, off !== 0 || op === 0x30 || op === 0x90 ? imm || 1 : imm);
}

function addMemory({ add, below, number }: Maker, dst: number, src: number): number {
  const [size, bytes] = [
    [0x10, 1],
    [0x08, 2],
    [0x00, 4],
    [0x18, 8],
  ][below(4)];
  const off = -8 * SLOTS + bytes * below((8 * SLOTS) / bytes);
  switch (below(4)) {
    case 0:
      return add(0x61 | size, dst, 10, off);
    case 1:
      return size === 0x18 ? add(0x79, dst, 10, off) : add(0x81 | size, dst, 10, off);
    case 2:
      return below(2) ? add(0x63 | size, 10, src, off) : add(0x62 | size, 10, 0, off, number());
    default: {
      const wide = below(2) === 1;
      const width = wide ? 8 : 4;
      const place = -8 * SLOTS + width * below((8 * SLOTS) / width);
      return add(0xc3 | (wide ? 0x18 : 0), 10, src, place, ATOMICS[below(ATOMICS.length)]);
    }
  }
}
