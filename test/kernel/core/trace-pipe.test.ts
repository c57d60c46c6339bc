import { expect, test } from 'vitest';
import { TracePipe } from '../../../src/kernel/core/trace-pipe.ts';

const source = { comm: 'cat', pid: 1234, cpu: 3, at: 123_456_789_012n };

test('a line has the head that Linux writes', () => {
  const trace = new TracePipe();
  trace.print(source, 'hello');
  trace.print(
    { ...source, at: 5_869_283_598_000n, comm: 'trace test', pid: 26169, cpu: 0, flags: 'b..11' },
    'type 42 of 1\n',
  );
  expect(trace.take()).toBe('             cat-1234    [003] ...11   123.456789: bpf_trace_printk: hello');
  // As Linux 6.18 wrote it.
  expect(trace.take()).toBe('      trace test-26169   [000] b..11  5869.283598: bpf_trace_printk: type 42 of 1\n');
});

test('keeps the newest lines when it is full', () => {
  const trace = new TracePipe();
  for (let i = 0; i < 5000; i++) trace.push(String(i));
  expect([trace.size, trace.take()]).toEqual([4096, '904']);
});

test('gives lines as they come, until the reader has enough', async () => {
  const trace = new TracePipe();
  trace.push('before');
  const reader = new AbortController();
  const lines: string[] = [];
  setTimeout(() => trace.push('after'), 5);
  for await (const line of trace.lines(reader.signal)) {
    lines.push(line);
    if (lines.length === 2) reader.abort();
  }
  expect(lines).toEqual(['before', 'after']);
});
