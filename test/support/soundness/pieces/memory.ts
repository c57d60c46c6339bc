import { FP, type Making, SIZES } from '../making.ts';
import { ARRAY_OF_MAPS, QUEUE, RINGBUF, VALUE_MAPS } from '../maps.table.ts';
import { bounded } from './arithmetic.ts';
import { atomicAt, stackArgument, stackOffset } from './stack.ts';

/** R0 = what a map has for a key, checked for null or, rarely, not. */
export function lookUp(m: Making): void {
  const { chance, code } = m;
  const map = chance.pick(VALUE_MAPS);
  key(m, 2, map.key);
  m.mapPointer(1, map.index);
  m.call(1);
  afterNullCheck(m, () => {
    const to = m.freeLasting();
    const held = { kind: 'memory', size: map.value, at: 0, readonly: map.readonly } as const;
    m.model.set(0, held);
    if (to !== undefined && chance.in100(60)) m.copy(to, 0);
    for (let i = chance.between(1, 4); i > 0; i--) throughMemory(m);
    if (chance.in100(3)) code.add(0x07, { dst: 0, imm: chance.number() });
  });
}

/** R`register` points to a key on the stack. */
function key(m: Making, register: number, size: number): void {
  const off = stackOffset(m, 8);
  const { chance } = m;
  if (chance.in100(30) && size === 4) m.store(4, FP, { off, value: bounded(m, 3) });
  else m.storeNumber(size === 8 ? 8 : 4, FP, { off, imm: chance.below(4) });
  m.model.write(off, size);
  m.stackPointer(register, off);
}

/** What is written is done only where R0 is not null. */
export function afterNullCheck(m: Making, piece: () => void): void {
  const { chance, code } = m;
  if (chance.in100(2)) {
    piece();
    return;
  }
  if (chance.in100(15)) {
    // Not null by way of a copy.
    const copy = m.freeLasting();
    if (copy !== undefined) {
      code.add(0xbf, { dst: copy, src: 0 });
      m.model.set(copy, { kind: 'none' });
      m.maybe((over) => code.jump(0x15, { dst: copy }, over), piece);
      m.model.set(0, { kind: 'none' });
      return;
    }
  }
  m.maybe((over) => {
    if (chance.in100(80)) code.jump(0x15, { dst: 0 }, over);
    else {
      code.add(0x55, { dst: 0, off: 1 });
      code.jump(0x05, {}, over);
    }
  }, piece);
  m.model.set(0, { kind: 'none' });
}

/** A load, store or atomic by a pointer to memory of a known size, at a constant or a variable offset. */
export function throughMemory(m: Making): void {
  const { chance, code, model } = m;
  const pointers = model.having('memory');
  if (pointers.length === 0) return;
  const pointer = chance.pick(pointers);
  const held = m.held(pointer);
  if (held.kind !== 'memory') return;
  const size = chance.pick(SIZES);
  const room = held.size - held.at - size;
  if (room < 0) return;
  if (chance.in100(45) || room < 1) {
    const off = chance.below(Math.floor(room / size) + 1) * size;
    transfer(m, { pointer, off: chance.nearly(off), size, readonly: held.readonly });
    return;
  }
  // At a number that is known to be small enough.
  const max = Math.max(1, chance.below(room + 1));
  m.busy.add(pointer);
  const index = bounded(m, max);
  const moved = chance.in100(50) ? pointer : m.free();
  m.busy.delete(pointer);
  if (moved === index || index === pointer) return;
  if (moved !== pointer) code.add(0xbf, { dst: moved, src: pointer });
  if (chance.in100(10) && !held.owned) {
    // The number is the one that the pointer is added to.
    code.add(0x0f, { dst: index, src: moved });
    model.set(index, { kind: 'none' });
    transfer(m, { pointer: index, off: chance.below(room - max + 1), size, readonly: held.readonly });
    if (moved !== pointer) model.set(moved, { kind: 'none' });
    return;
  }
  code.add(chance.in100(95) ? 0x0f : 0x1f, { dst: moved, src: index });
  model.set(moved, { ...held, at: Math.min(held.at + max, held.size) });
  transfer(m, { pointer: moved, off: chance.nearly(chance.below(room - max + 1)), size, readonly: held.readonly });
}

interface Transfer {
  readonly pointer: number;
  readonly off: number;
  readonly size: 1 | 2 | 4 | 8;
  readonly readonly?: boolean;
}

function transfer(m: Making, { pointer, off, size, readonly = false }: Transfer): void {
  const { chance } = m;
  const kind = chance.below(8);
  if (kind < 4 || (readonly && !chance.in100(2))) {
    const to = m.free();
    m.load(size, to, { from: pointer, off, signed: chance.in100(20) });
  } else if (kind < 6) {
    const value = m.number();
    if (value !== pointer) m.store(size, pointer, { off, value });
  } else if (kind === 6) m.storeNumber(size, pointer, { off, imm: chance.number() });
  else atomicAt(m, pointer, off & ~7);
}

/** A pointer to the value of a map that has only one. */
export function directValue(m: Making): void {
  const { chance, code, model } = m;
  const map = chance.pick(VALUE_MAPS.filter(({ index }) => index === 1 || index === 6));
  const to = m.free();
  const at = chance.in100(50) ? 0 : chance.nearly(chance.below(map.value));
  code.wide(to, 2, [map.index, at]);
  model.set(to, { kind: 'memory', size: map.value, at, readonly: map.readonly });
  throughMemory(m);
}

/** A look-up in the map that a map of maps has. */
export function innerMap(m: Making): void {
  const { code } = m;
  key(m, 2, 4);
  m.mapPointer(1, ARRAY_OF_MAPS);
  m.call(1);
  afterNullCheck(m, () => {
    m.busy.add(0);
    key(m, 2, 4);
    m.busy.delete(0);
    code.add(0xbf, { dst: 1, src: 0 });
    m.call(1);
    afterNullCheck(m, () => {
      m.model.set(0, { kind: 'memory', size: 8, at: 0 });
      throughMemory(m);
    });
  });
}

/** R`register` points to at least `size` bytes that hold something, and may be written to. */
export function memoryArgument(m: Making, register: number, size: number): void {
  const pointers = m.model.registers.flatMap((held, r) =>
    held.kind === 'memory' && !held.readonly && held.size - held.at >= size && !m.busy.has(r) ? [r] : [],
  );
  if (pointers.length > 0 && m.chance.in100(50)) {
    const from = m.chance.pick(pointers);
    if (from !== register) m.copy(register, from);
  } else stackArgument(m, register, size);
}

/** Changes what maps hold. */
export function changeMap(m: Making): void {
  const { chance, code } = m;
  const map = chance.pick(VALUE_MAPS);
  if (chance.in100(30)) {
    key(m, 2, map.key);
    m.mapPointer(1, map.index);
    m.call(3);
    return;
  }
  if (chance.in100(20)) {
    if (m.kind.flags !== 0) return;
    stackArgument(m, 2, 8);
    m.mapPointer(1, QUEUE);
    m.constant(3, 0);
    m.call(chance.pick([87, 88, 89]));
    return;
  }
  memoryArgument(m, 3, map.value);
  m.busy.add(3);
  key(m, 2, map.key);
  m.busy.delete(3);
  m.mapPointer(1, map.index);
  code.add(0xb7, { dst: 4, imm: 0 });
  m.call(2);
}

/** A record of a ring buffer: reserved, written and given back. */
export function ringRecord(m: Making): void {
  const { chance, code } = m;
  const size = 8 * chance.between(1, 8);
  const keep = m.freeLasting();
  if (keep === undefined) return;
  m.mapPointer(1, RINGBUF);
  code.add(0xb7, { dst: 2, imm: size });
  code.add(0xb7, { dst: 3, imm: 0 });
  m.call(131);
  afterNullCheck(m, () => {
    code.add(0xbf, { dst: keep, src: 0 });
    m.model.set(0, { kind: 'memory', size, at: 0, owned: true });
    m.busy.add(keep);
    for (let i = chance.between(1, 3); i > 0; i--) throughMemory(m);
    m.busy.delete(keep);
    code.add(0xbf, { dst: 1, src: keep });
    code.add(0xb7, { dst: 2, imm: 0 });
    // Pointers into it are no good any more.
    for (const r of m.model.having('memory')) {
      const held = m.held(r);
      if (held.kind === 'memory' && held.size === size) m.model.set(r, { kind: 'none' });
    }
    if (!chance.in100(2)) m.callVoid(chance.pick([132, 133]));
  });
  m.model.set(keep, { kind: 'none' });
}

/** A helper that reads or writes as many bytes as a register says. */
export function sized(m: Making): void {
  const { chance, code, kind } = m;
  const room = 8 * chance.between(1, 4);
  if (chance.in100(40)) {
    // bpf_ringbuf_output(map, data, size, flags)
    memoryArgument(m, 2, room);
    m.busy.add(2);
    sizeInto(m, 3, room);
    m.busy.delete(2);
    m.mapPointer(1, RINGBUF);
    code.add(0xb7, { dst: 4, imm: 0 });
    m.call(130);
  } else if (kind.skb && m.held(6).kind === 'ctx') {
    // bpf_skb_load_bytes(ctx, offset, to, size)
    memoryArgument(m, 3, room);
    m.busy.add(3);
    sizeInto(m, 4, room);
    m.busy.delete(3);
    code.add(0xb7, { dst: 2, imm: chance.number() });
    code.add(0xbf, { dst: 1, src: 6 });
    m.call(26);
  } else {
    // bpf_strtol(text, size, flags, result)
    memoryArgument(m, 1, room);
    m.busy.add(1);
    sizeInto(m, 2, room);
    code.add(0xb7, { dst: 3, imm: 0 });
    m.busy.add(2).add(3);
    stackArgument(m, 4, 8);
    for (const r of [1, 2, 3]) m.busy.delete(r);
    m.call(105);
  }
}

/** R`register` = a size from 1 to `room`. */
function sizeInto(m: Making, register: number, room: number): void {
  const { chance, code } = m;
  if (chance.in100(40)) {
    code.add(0xb7, { dst: register, imm: chance.nearly(chance.between(1, room)) });
    return;
  }
  const number = bounded(m, room - 1);
  if (number !== register) code.add(0xbf, { dst: register, src: number });
  if (chance.in100(95)) code.add(0x07, { dst: register, imm: 1 });
}
