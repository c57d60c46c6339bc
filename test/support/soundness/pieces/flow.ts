import { CTX, FP, type Making } from '../making.ts';
import { Model } from '../model.ts';
import { bounded } from './arithmetic.ts';
import { block } from './block.ts';

const JUMPS = [0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70, 0xa0, 0xb0, 0xc0, 0xd0];

/** A conditional jump between numbers, of 64 or 32 bits. */
function condition(m: Making): { code: number; dst: number; src: number; imm: number } {
  const { chance } = m;
  const code = chance.pick(JUMPS) | (chance.in100(60) ? 0x05 : 0x06);
  const dst = m.number();
  if (chance.in100(35)) return { code: code | 0x08, dst, src: m.number(), imm: 0 };
  return { code, dst, src: 0, imm: chance.number() };
}

/** Some code that is gone through only where a condition holds; perhaps other code where it does not. */
export function branch(m: Making): void {
  const { chance, code } = m;
  const { code: op, ...operands } = condition(m);
  if (chance.in100(50)) {
    m.maybe(
      (over) => code.jump(op, operands, over),
      () => block(m, chance.between(1, 4)),
    );
    return;
  }
  const [other, end] = [code.label(), code.label()];
  code.jump(op, operands, other);
  const before = new Model(m.model);
  block(m, chance.between(1, 3));
  code.jump(0x05, {}, end);
  code.place(other);
  const first = m.model;
  m.model = before;
  block(m, chance.between(1, 3));
  code.place(end);
  m.model.meet(first);
}

/** A loop that a counter ends. */
export function loop(m: Making): void {
  const { chance, code, model } = m;
  const lasting = m.freeLasting();
  if (lasting === undefined || m.depth > 2) return;
  const counter: number = lasting;
  const rounds = chance.pick([1, 2, 3, 4, 5, 8, 16]);
  const step = chance.pick([1, 1, 1, 2]);
  m.constant(counter, 0);
  m.busy.add(counter);
  // What the body changes may not be relied on at its beginning: numbers stay numbers, the rest is forgotten.
  const entry = new Model(model);
  for (let r = 0; r < 10; r++) {
    const held = entry.registers[r];
    if (held.kind === 'number') entry.set(r, { kind: 'number' });
    else if (r !== CTX) entry.set(r, { kind: 'none' });
  }
  entry.spilled.clear();
  for (let r = 0; r < 6; r++) entry.set(r, { kind: 'none' });
  m.model = entry;
  m.model.set(counter, { kind: 'number', max: rounds });
  const start = code.here;
  const mayGoto = chance.in100(20);
  const out = code.label();
  if (mayGoto) code.jump(0xe5, {}, out);
  if (chance.in100(40)) {
    const pointer = m.free();
    const off = -rounds * 8 - 8 * chance.below(4);
    code.add(0xbf, { dst: pointer, src: FP });
    m.copy(1 === pointer ? 2 : 1, counter);
    const index = 1 === pointer ? 2 : 1;
    if (chance.in100(50)) code.add(0x67, { dst: index, imm: 3 });
    code.add(0x0f, { dst: pointer, src: index });
    m.model.set(pointer, { kind: 'none' });
    m.model.set(index, { kind: 'number' });
    m.store(chance.pick([1, 2, 4, 8]), pointer, { off, value: m.number() === pointer ? index : index });
  }
  block(m, chance.between(1, 4));
  m.busy.delete(counter);
  code.add(0x07, { dst: counter, imm: step });
  const ending = chance.pick([0xa5, 0xb5, 0x55, 0xa6, 0xc5]);
  const limit = ending === 0x55 ? rounds * step : rounds;
  if (chance.in100(20)) {
    const most = bounded(m, rounds);
    if (most !== counter) {
      code.add(0xad, { dst: counter, src: most, off: start - code.here - 1 });
      finish();
      return;
    }
  }
  code.add(ending, { dst: counter, off: start - code.here - 1, imm: ending === 0x55 ? limit : chance.nearly(limit) });
  finish();

  function finish(): void {
    code.place(out);
    m.model.meet(entry);
    for (let r = 0; r < 6; r++) m.model.set(r, { kind: 'none' });
    m.model.set(counter, { kind: 'number' });
    m.model.spilled.clear();
  }
}

/** The program ends here. */
export function leave(m: Making): void {
  const { chance, code, kind } = m;
  const register = m.held(0).kind === 'number' && chance.in100(70) && !m.busy.has(0) ? 0 : undefined;
  const most = m.callDepth > 0 ? undefined : kind.most;
  if (register === undefined) code.add(0xb7, { dst: 0, imm: chance.nearly(most === undefined ? chance.number() : 0) });
  else if (most !== undefined) code.add(0x57, { dst: 0, imm: most });
  code.add(0x95);
}

/** Sometimes the way out is taken early. */
export function earlyExit(m: Making): void {
  const { code } = m;
  const { code: op, ...operands } = condition(m);
  const over = code.label();
  code.jump(op, operands, over);
  const [before, busy] = [new Model(m.model), new Set(m.busy)];
  leave(m);
  code.place(over);
  m.model = before;
  for (const r of busy) m.busy.add(r);
}
