import { ADD, AND, FP, type Making, RSH } from '../making.ts';

const OPERATORS = [0x00, 0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70, 0x90, 0xa0, 0xc0];
const SHIFTS: readonly number[] = [0x60, 0x70, 0xc0];
const DIVISIONS: readonly number[] = [0x30, 0x90];

/** One operation on numbers, 64 or 32 bits. */
export function operation(m: Making): void {
  const { chance, code } = m;
  const dst = m.number();
  if (m.busy.has(dst)) return;
  const wide = chance.in100(60);
  const op = chance.pick(OPERATORS);
  const cls = wide ? 0x07 : 0x04;
  const signed = DIVISIONS.includes(op) && chance.in100(40) ? 1 : 0;
  if (chance.in100(45)) code.add(op | cls | 0x08, { dst, src: m.number(), off: signed });
  else {
    const imm = SHIFTS.includes(op) ? chance.nearly(chance.below(wide ? 64 : 32)) : chance.number();
    code.add(op | cls, { dst, off: signed, imm: DIVISIONS.includes(op) ? imm || 1 : imm });
  }
  m.model.set(dst, { kind: 'number' });
}

/** Negation, byte order, moves that extend or cut. */
export function unary(m: Making): void {
  const { chance, code } = m;
  const src = m.number();
  const dst = m.free();
  switch (chance.below(5)) {
    case 0:
      if (m.busy.has(src)) return;
      code.add(chance.pick([0x87, 0x84]), { dst: src });
      m.model.set(src, { kind: 'number' });
      return;
    case 1: {
      if (m.busy.has(src)) return;
      const imm = chance.pick([16, 32, 64]);
      code.add(chance.pick([0xd4, 0xdc, 0xd7]), { dst: src, imm });
      m.model.set(src, { kind: 'number', max: imm === 16 ? 0xffff : undefined });
      return;
    }
    case 2:
      code.add(0xbc, { dst, src });
      break;
    case 3:
      code.add(0xbf, { dst, src, off: chance.pick([8, 16, 32]) });
      break;
    default:
      code.add(0xbc, { dst, src, off: chance.pick([8, 16]) });
  }
  m.model.set(dst, { kind: 'number' });
}

export function copyNumber(m: Making): void {
  m.copy(m.free(), m.number());
}

/** A number that nothing is known of. */
export function unknown(m: Making): void {
  const { chance } = m;
  if (chance.in100(50)) {
    m.call(chance.pick([5, 7, 7, 7, 8]));
    const to = m.free();
    if (to !== 0) m.copy(to, 0);
    return;
  }
  if (m.held(6).kind !== 'ctx') return;
  const [off, size] = chance.pick(m.kind.loads);
  m.load(size as 4, m.free(), { from: 6, off: chance.nearly(off) });
}

/** R`register` becomes a number from 0 to `max`: in one of many ways. */
export function bound(m: Making, register: number, max: number): void {
  const { chance, code } = m;
  switch (chance.below(7)) {
    case 0:
    case 1:
      // The greatest mask that does not go beyond.
      code.add(AND | chance.pick([0x07, 0x04]), { dst: register, imm: 2 ** Math.floor(Math.log2(max + 1)) - 1 });
      break;
    case 2: {
      const bits = Math.floor(Math.log2(max + 1));
      if (bits === 0) m.constant(register, 0);
      else code.add(RSH | 0x07, { dst: register, imm: 64 - bits });
      break;
    }
    case 3:
      code.add(0xbc, { dst: register, src: register });
      code.add(0xb6, { dst: register, off: 1, imm: chance.nearly(max) });
      m.constant(register, chance.below(max + 1));
      break;
    case 4:
      code.add(0xb5, { dst: register, off: 1, imm: chance.nearly(max) });
      m.constant(register, chance.below(max + 1));
      break;
    case 5:
      // From both ends, signed.
      code.add(0x65, { dst: register, off: 1, imm: chance.nearly(max) });
      code.add(0x75, { dst: register, off: 1, imm: chance.nearly(0) });
      m.constant(register, chance.below(max + 1));
      break;
    default: {
      const limit = m.free();
      if (limit === register) {
        m.constant(register, chance.below(max + 1));
        break;
      }
      m.constant(limit, max);
      code.add(0xbd, { dst: register, src: limit, off: 1 });
      code.add(0xb7, { dst: register, imm: chance.below(max + 1) });
    }
  }
  m.model.set(register, { kind: 'number', max });
}

/** A register with a number from 0 to at most `max`; undefined where none is free. */
export function bounded(m: Making, max: number): number {
  const known = m.model.registers.flatMap((held, r) =>
    held.kind === 'number' && held.max !== undefined && held.max <= max && !m.busy.has(r) ? [r] : [],
  );
  if (known.length > 0 && m.chance.in100(50)) return m.chance.pick(known);
  let register = m.number();
  if (m.busy.has(register)) {
    register = m.free();
    m.setNumber(register, m.chance.number());
  }
  bound(m, register, max);
  return register;
}

/** Two registers that hold numbers at a constant distance, of which one is then compared. */
export function linked(m: Making): void {
  const { chance, code } = m;
  const from = m.number();
  const to = m.free();
  if (to === from || m.busy.has(from)) return;
  if (chance.in100(30)) code.add(0xbc, { dst: from, src: from });
  m.copy(to, from);
  if (chance.in100(70))
    code.add(ADD | 0x07, { dst: to, imm: chance.pick([1, 2, 4, 8, 100, 0x7fff_ffff, chance.number()]) });
  m.model.set(to, { kind: 'number' });
  if (chance.in100(30)) code.add(ADD | 0x07, { dst: from, imm: chance.pick([1, 4, chance.number()]) });
  m.model.set(from, { kind: 'number' });
  const max = chance.pick([1, 3, 7, 15, 31]);
  bound(m, from, max);
  if (chance.in100(50)) {
    // What is known of the one is used of the other.
    const pointer = m.free();
    if (pointer === to || pointer === from) return;
    code.add(0xbf, { dst: pointer, src: FP });
    code.add(0x0f, { dst: pointer, src: to });
    m.model.set(pointer, { kind: 'none' });
    const value = m.number();
    if (value !== pointer) m.store(1, pointer, { off: chance.pick([-512, -256, -200, -140, -64]), value });
  }
}
