import { expect, test } from 'vitest';
import { TracePipe } from '../../../src/kernel/core/trace-pipe.ts';

const source = { comm: 'cat', pid: 1234, cpu: 3, at: 123_456_789_012n };

test('a line has the head that Linux writes', () => {
  const trace = new TracePipe();
  trace.print(source, 'hello\n');
  expect(trace.take()).toBe('             cat-1234    [003] ...11   123.456789: bpf_trace_printk: hello');
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
