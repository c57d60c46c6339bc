import { expect, test } from 'vitest';
import { EventQueue } from '../../../src/kernel/core/event-queue.ts';

test('events come in order of time, those of one moment in the order in which they were put in', () => {
  const queue = new EventQueue();
  for (const [at, name] of [
    [30n, 'c'],
    [10n, 'a'],
    [30n, 'd'],
    [20n, 'b'],
  ] as const)
    queue.schedule(at, 'test', { name });
  const names = [];
  for (let event = queue.takeDue(30n); event; event = queue.takeDue(30n)) names.push(event.data.name);
  expect(names).toEqual(['a', 'b', 'c', 'd']);
});

test('what is not due stays, what is cancelled does not come', () => {
  const queue = new EventQueue();
  const gone = queue.schedule(5n, 'test', {});
  queue.schedule(50n, 'test', {});
  expect([queue.cancel(gone), queue.cancel(gone)]).toEqual([true, false]);
  expect(queue.takeDue(49n)).toBeUndefined();
  expect(queue.peek()?.at).toBe(50n);
});

test('a saved queue goes on with the same events and new ids', () => {
  const queue = new EventQueue();
  queue.schedule(5n, 'timer', { map: 3 });
  const other = new EventQueue();
  other.restore(queue.toRecord());
  expect(other.schedule(4n, 'timer', { map: 4 })).toBe(2);
  expect([other.takeDue(9n)?.data.map, other.takeDue(9n)?.data.map]).toEqual([4, 3]);
});
