import { expect, test } from 'vitest';
import {
  DST_ON_STACK,
  frameOfPlace,
  History,
  registerOfPlace,
  registerPlace,
  slotOfPlace,
  slotPlace,
  stackFacts,
  stackFrame,
  stackSlot,
} from '../../../src/verifier/prune/history.ts';
import { IdMap } from '../../../src/verifier/prune/ids.ts';
import { Wanted } from '../../../src/verifier/prune/wanted.ts';

test('steps are read back from the newest to the oldest, with what each linked', () => {
  const history = new History();
  history.add(3, 2, stackFacts(1, 63));
  history.add(9, 3, DST_ON_STACK);
  history.link([registerPlace(0, 7), slotPlace(2, 5)]);
  history.add(12, 9, 0);
  const seen: number[][] = [];
  for (let { end } = history; end > 0; end = history.before(end)) {
    seen.push([history.insn(end), history.previous(end), history.linked(end)]);
  }
  expect(seen).toEqual([
    [12, 9, 0],
    [9, 3, 2],
    [3, 2, 0],
  ]);
  expect(history.count).toBe(3);
});

test('places and facts keep frame, register and slot apart', () => {
  expect([frameOfPlace(slotPlace(7, 63)), slotOfPlace(slotPlace(7, 63))]).toEqual([7, 63]);
  expect([slotOfPlace(registerPlace(3, 9)), registerOfPlace(registerPlace(3, 9))]).toEqual([-1, 9]);
  expect([stackFrame(stackFacts(7, 0)), stackSlot(stackFacts(7, 63)), stackFrame(DST_ON_STACK)]).toEqual([7, 63, -1]);
});

test('where one of the places that a step linked is wanted, all are', () => {
  const history = new History();
  history.add(5, 4, 0);
  history.link([registerPlace(0, 6), slotPlace(0, 40)]);
  const wanted = new Wanted();
  wanted.begin(0);
  wanted.link(history, history.end);
  expect(wanted.isEmpty).toBe(true);
  wanted.add(6);
  wanted.link(history, history.end);
  expect(wanted.hasSlot(0, 40)).toBe(true);
});

test('one id of a state stands for one of another, and the other way around', () => {
  const ids = new IdMap();
  expect([
    ids.match(1, 5),
    ids.match(1, 5),
    ids.match(1, 6),
    ids.match(2, 5),
    ids.match(0, 0),
    ids.match(0, 3),
  ]).toEqual([true, true, false, false, true, false]);
  ids.reset();
  expect([ids.matchScalars(4, 0), ids.matchScalars(4, 7)]).toEqual([true, false]);
});
