import { ITER_DESTROY, ITER_NEW, ITER_NEXT } from '../kfuncs.table.ts';
import { CTX, type Making } from '../making.ts';
import { Model } from '../model.ts';
import { block } from './block.ts';

/** Where iterators are: deeper in the stack than anything else. */
const PLACE = -160;

/** A loop over the numbers that an iterator gives. */
export function iterate(m: Making): void {
  const { chance, code } = m;
  if (m.depth > 1) return;
  const place = PLACE - 8 * m.depth;
  m.stackPointer(1, place);
  code.add(0xb7, { dst: 2, imm: chance.between(-2, 3) });
  code.add(0xb7, { dst: 3, imm: chance.pick([0, 1, 5, 10, 100]) });
  m.callKfunc(ITER_NEW);
  const entry = new Model(m.model);
  for (let r = 0; r < 10; r++) {
    const held = entry.registers[r];
    if (r !== CTX) entry.set(r, held.kind === 'number' && r > 5 ? { kind: 'number' } : { kind: 'none' });
  }
  entry.spilled.clear();
  m.model = entry;
  const before = new Model(entry);
  const [start, out] = [code.here, code.label()];
  m.stackPointer(1, place);
  m.callKfunc(ITER_NEXT);
  code.jump(0x15, { dst: 0 }, out);
  m.model.set(0, { kind: 'memory', size: 4, at: 0, readonly: true });
  if (chance.in100(60)) m.load(4, m.free(), { from: 0, off: 0, signed: chance.in100(30) });
  block(m, chance.between(1, 4));
  // What the next round relies on has to be there again.
  for (let r = 7; r <= 9; r++) {
    if (before.registers[r].kind === 'number' && m.held(r).kind !== 'number') m.setNumber(r, chance.number());
  }
  code.add(0x05, { off: start - code.here - 1 });
  code.place(out);
  m.model.meet(before);
  m.model.clobber();
  m.stackPointer(1, place);
  if (!chance.in100(2)) m.callKfunc(ITER_DESTROY);
  m.model.set(0, { kind: 'none' });
}
