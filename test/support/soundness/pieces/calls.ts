import { CTX, type Making, type Wanted } from '../making.ts';
import { PROG_ARRAYS, RINGBUF } from '../maps.table.ts';
import type { Held } from '../model.ts';
import { PROGRAM_KINDS } from '../program-kinds.table.ts';
import { bounded } from './arithmetic.ts';
import { afterNullCheck, throughMemory } from './memory.ts';
import { stackArgument, stackOffset } from './stack.ts';

const NUMBER: Held = { kind: 'number' };
const NONE: Held = { kind: 'none' };

/** A call of a subprogram that was called before, or of a new one. */
export function callSubprogram(m: Making): void {
  const { chance, code } = m;
  if (m.callDepth >= 2) return;
  const kind = chance.in100(30) ? 'global' : 'static';
  const args: Held[] = [];
  for (let r = 1; r <= 2; r++) {
    if (kind === 'static' && chance.in100(40)) {
      const pointer = m.model.registers.findIndex((held, i) => i > r && held.kind === 'memory');
      if (pointer > 0) {
        m.copy(r, pointer);
        args.push(m.held(r));
      } else {
        stackArgument(m, r, 16);
        args.push({ kind: 'memory', size: 16, at: 0 });
      }
    } else {
      const from = m.number();
      if (from !== r) m.copy(r, from);
      args.push(kind === 'global' ? NUMBER : m.held(r));
    }
    m.busy.add(r);
  }
  m.busy.delete(1);
  m.busy.delete(2);
  const known = m.wanted.find((one) => one.kind === kind && JSON.stringify(one.args) === JSON.stringify(args));
  const subprogram: Wanted = known && chance.in100(60) ? known : { kind, args, users: [] };
  if (subprogram !== known) m.wanted.push(subprogram);
  subprogram.users.push(code.add(0x85, { src: 1, imm: -1 }));
  m.model.clobber();
  m.model.set(0, NUMBER);
}

/** A function of the program is called by a helper, several times or for each element of a map. */
export function callback(m: Making): void {
  const { chance, code } = m;
  if (m.callDepth >= 1) return;
  const size = 8 * chance.between(1, 3);
  const context: Held = { kind: 'memory', size, at: 0 };
  const each = chance.in100(30);
  const args: Held[] = each
    ? [NONE, { kind: 'memory', size: 4, at: 0, readonly: true }, { kind: 'memory', size: 8, at: 0 }, context]
    : [NUMBER, context];
  const wanted: Wanted = { kind: 'callback', args, users: [] };
  m.wanted.push(wanted);
  if (each) m.mapPointer(1, 0);
  else if (chance.in100(60)) m.constant(1, chance.pick([0, 1, 2, 5, 10]));
  else {
    const rounds = bounded(m, 15);
    if (rounds !== 1) m.copy(1, rounds);
  }
  m.busy.add(1);
  stackArgument(m, 3, size);
  m.busy.delete(1);
  wanted.users.push(code.wide(2, 4, [-1, 0]));
  code.add(0xb7, { dst: 4, imm: 0 });
  m.call(each ? 164 : 181);
  // The callback may have written anything there.
  m.model.spilled.clear();
}

export function tailCall(m: Making): void {
  const { chance, code } = m;
  if (m.held(CTX).kind !== 'ctx') return;
  const index = bounded(m, 3);
  if (index !== 3) m.copy(3, index);
  m.mapPointer(2, PROG_ARRAYS + PROGRAM_KINDS.indexOf(m.kind));
  code.add(0xbf, { dst: 1, src: CTX });
  if (chance.in100(50)) code.add(0xb7, { dst: 3, imm: chance.below(3) });
  m.callVoid(12);
}

/** A dynptr is made of memory or of a ring buffer's record, read, written and sliced. */
export function dynptr(m: Making): void {
  const { chance, code } = m;
  const place = stackOffset(m, 16);
  const ring = chance.in100(40);
  m.model.write(place, 16);
  if (ring) {
    m.mapPointer(1, RINGBUF);
    code.add(0xb7, { dst: 2, imm: 8 * chance.between(1, 8) });
    code.add(0xb7, { dst: 3, imm: 0 });
    m.stackPointer(4, place);
    m.call(198);
  } else {
    code.wide(1, 2, [1, 0]);
    code.add(0xb7, { dst: 2, imm: chance.nearly(chance.between(1, 48)) });
    code.add(0xb7, { dst: 3, imm: 0 });
    m.stackPointer(4, place);
    m.call(197);
  }
  for (let i = chance.between(0, 3); i > 0; i--) useDynptr(m, place);
  if (ring && !chance.in100(2)) {
    m.stackPointer(1, place);
    code.add(0xb7, { dst: 2, imm: 0 });
    m.callVoid(chance.pick([199, 200]));
    for (const r of m.model.having('memory')) m.model.set(r, NONE);
  }
  for (let i = -place - 16; i < -place; i++) if (i >= 0) m.model.written[i] = 0;
}

function useDynptr(m: Making, place: number): void {
  const { chance, code } = m;
  const size = 8 * chance.between(1, 3);
  const off = chance.below(16);
  // What is read is not put where the dynptr is.
  const buffer = place <= -64 ? -32 : -120;
  switch (chance.below(3)) {
    case 0:
      m.stackPointer(1, buffer);
      code.add(0xb7, { dst: 2, imm: size });
      m.stackPointer(3, place);
      code.add(0xb7, { dst: 4, imm: off });
      code.add(0xb7, { dst: 5, imm: 0 });
      m.call(201);
      m.model.write(buffer, size);
      return;
    case 1:
      for (let at = 0; at < size; at += 8) m.storeNumber(8, 10, { off: buffer + at, imm: chance.number() });
      m.model.write(buffer, size);
      m.stackPointer(1, place);
      code.add(0xb7, { dst: 2, imm: off });
      m.stackPointer(3, buffer);
      code.add(0xb7, { dst: 4, imm: size });
      code.add(0xb7, { dst: 5, imm: 0 });
      m.call(202);
      return;
    default:
      m.stackPointer(1, place);
      code.add(0xb7, { dst: 2, imm: off });
      code.add(0xb7, { dst: 3, imm: size });
      m.call(203);
      afterNullCheck(m, () => {
        m.model.set(0, { kind: 'memory', size, at: 0 });
        throughMemory(m);
        for (const r of m.model.having('memory')) if (r !== 0) m.model.set(r, m.held(r));
        m.model.set(0, NONE);
      });
  }
}
