import { FP, type Making, SIZES } from '../making.ts';
import { bounded } from './arithmetic.ts';

/** Bytes below the frame pointer that programs use. */
export const DEPTH = 128;

/** An offset of `size` bytes of the stack, aligned. */
export function stackOffset(m: Making, size: number): number {
  const at = -size * m.chance.between(1, Math.floor(DEPTH / size));
  return m.chance.in100(3) ? m.chance.nearly(at) : at;
}

export function storeToStack(m: Making): void {
  const { chance } = m;
  const size = chance.pick(SIZES);
  const off = stackOffset(m, size);
  m.model.write(off, size);
  if (chance.in100(25)) {
    m.storeNumber(size, FP, { off, imm: chance.in100(30) ? 0 : chance.number() });
    return;
  }
  m.store(size, FP, { off, value: m.number() });
}

/** Any register of the model goes to a slot, whole, and may be taken from there again. */
export function spill(m: Making): void {
  const { chance, model } = m;
  const candidates = model.registers.flatMap((held, r) => (held.kind === 'none' ? [] : [r]));
  if (candidates.length === 0) return;
  const value = chance.pick(candidates);
  const off = stackOffset(m, 8);
  m.store(8, FP, { off, value });
  model.write(off, 8);
  model.spilled.set(off, m.held(value));
}

export function fill(m: Making): void {
  const { chance, model } = m;
  const places = [...model.spilled.keys()];
  if (places.length === 0) return;
  const off = chance.pick(places);
  const to = m.free();
  const held = model.spilled.get(off)!;
  if (held.kind === 'number' && chance.in100(40)) {
    const size = chance.pick(SIZES);
    m.load(size, to, { from: FP, off: off + size * chance.below(8 / size), signed: chance.in100(20) });
    return;
  }
  m.load(8, to, { from: FP, off });
  model.set(to, held);
}

export function loadFromStack(m: Making): void {
  const { chance, model } = m;
  const size = chance.pick(SIZES);
  for (let i = 0; i < 6; i++) {
    const off = stackOffset(m, size);
    const pointer = [...model.spilled].some(([at, held]) => held.kind !== 'number' && at < off + size && at + 8 > off);
    if (pointer && !chance.in100(3)) continue;
    m.load(size, m.free(), { from: FP, off, signed: chance.in100(20) });
    return;
  }
}

/** A register that points to `size` bytes of the stack, which all hold something. @returns its offset */
export function stackArgument(m: Making, register: number, size: number): number {
  const { chance, model } = m;
  const words = Math.ceil(size / 8);
  const off = -8 * chance.between(words, Math.max(words, DEPTH / 8));
  for (let at = off; at < off + 8 * words; at += 8) {
    if (!model.isWritten(at, 8) && !chance.in100(1)) {
      m.storeNumber(8, FP, { off: at, imm: chance.number() });
      model.write(at, 8);
    }
  }
  m.stackPointer(register, off);
  return off;
}

/** A pointer to somewhere in a part of the stack, used for a load or a store. */
export function variableStack(m: Making): void {
  const { chance, code, model } = m;
  const max = chance.pick([1, 3, 7, 8, 15, 31]);
  const index = bounded(m, max);
  const pointer = m.free();
  if (pointer === index) return;
  const size = chance.pick(SIZES);
  // The stack wants everything aligned.
  if (size > 1) code.add(0x67, { dst: index, imm: Math.log2(size) });
  const off = chance.nearly(-size * (max + 1 + chance.below(6)));
  code.add(0xbf, { dst: pointer, src: FP });
  model.set(index, { kind: 'number' });
  if (chance.in100(50)) {
    code.add(0x07, { dst: pointer, imm: off });
    code.add(0x0f, { dst: pointer, src: index });
    access(m, { pointer, off: 0, size, begin: off });
  } else {
    code.add(0x0f, { dst: pointer, src: index });
    access(m, { pointer, off, size, begin: off });
  }
}

function access(
  m: Making,
  { pointer, off, size, begin }: { pointer: number; off: number; size: 1 | 2 | 4 | 8; begin: number },
): void {
  const { chance, model } = m;
  model.set(pointer, { kind: 'none' });
  if (chance.in100(50)) m.load(size, m.free(), { from: pointer, off });
  else {
    const value = m.number();
    if (value === pointer) return;
    m.store(size, pointer, { off, value });
    for (const at of [...model.spilled.keys()]) if (at + 8 > begin) model.spilled.delete(at);
  }
}

const ATOMICS = [0x00, 0x01, 0x40, 0x41, 0x50, 0x51, 0xa0, 0xa1, 0xe1, 0xf1];

/** An atomic operation at a place that a register points to. */
export function atomicAt(m: Making, pointer: number, off: number): void {
  const { chance, code, model } = m;
  const wide = chance.in100(60);
  const src = m.number();
  if (src === pointer || m.busy.has(src)) return;
  if (chance.in100(15)) {
    const size = chance.pick([0x18, 0x00, 0x08, 0x10]);
    if (chance.in100(50)) {
      const to = m.free();
      code.add(0xc3 | size, { dst: to, src: pointer, off, imm: 0x100 });
      model.set(to, { kind: 'number' });
    } else code.add(0xc3 | size, { dst: pointer, src, off, imm: 0x110 });
    return;
  }
  const imm = chance.pick(ATOMICS);
  if (imm === 0xf1) {
    if (pointer === 0 || m.busy.has(0)) return;
    if (m.held(0).kind !== 'number') m.constant(0, chance.number());
    model.set(0, { kind: 'number' });
  } else if (imm & 1) model.set(src, { kind: 'number' });
  code.add(wide ? 0xdb : 0xc3, { dst: pointer, src, off, imm });
}

export function atomicOnStack(m: Making): void {
  const off = stackOffset(m, 8);
  if (!m.model.isWritten(off, 8)) m.storeNumber(8, FP, { off, imm: m.chance.number() });
  m.model.write(off, 8);
  atomicAt(m, FP, off);
}
