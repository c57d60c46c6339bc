import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli, startCli } from '../support/cli.ts';

/* Commands that print what other processes do on the machine, until they are interrupted. */

const folder = mkdtempSync(join(tmpdir(), 'ebpfts-pipes-'));
const machine = ['--machine', join(folder, 'm.machine')];
const TIMEOUT = { timeout: 60_000 };

async function ok(...words: string[]): Promise<string> {
  const { stdout, stderr, status } = await runCli([...words, ...machine]);
  expect(status, stderr).toBe(0);
  return stdout;
}

/** What a command prints while programs run here; each prints something at least twice. */
async function piped(program: string, words: readonly string[], twice: RegExp) {
  const pipe = startCli([...words, ...machine]);
  await pipe.until(twice, () => ok('prog', 'run', 'name', program, 'data_in', 'samples/packets/udp-53.bin'));
  return pipe.interrupt();
}

beforeAll(async () => {
  const btf = ['--btf', 'data/vmlinux-6.12.117-amd64.btf.gz'];
  await ok('prog', 'load', 'samples/objects/clang-19/el/perf_output_packets.bpf.o', ...btf);
  await ok('prog', 'load', 'test/fixtures/objects/printk.bpf.o');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('map event_pipe prints what programs in other processes put into the rings', TIMEOUT, () => {
  test('as text', async () => {
    const { stdout, stderr, status } = await piped(
      'perf_output_packets',
      ['map', 'event_pipe', 'name', 'packets'],
      /==[\s\S]*==/,
    );
    expect({ stderr, status }).toEqual({ stderr: 'Stopping...\n', status: 0 });
    const [head, first, ...rest] = stdout.split('\n');
    expect(head).toMatch(/^== @\d+\.\d{9} CPU: 0 index: 0 =====$/);
    // The header that the program puts first: interface, length, bytes captured; then the packet.
    expect(first).toBe('01 00 00 00 47 00 00 00  47 00 00 00 02 00 00 00');
    expect(rest[0]).toBe('00 01 02 00 00 00 00 0a  08 00 45 00 00 39 12 34');
  });

  test('as JSON, from the CPU and index that are named', async () => {
    const { stdout, status } = await piped(
      'perf_output_packets',
      ['map', 'event_pipe', 'name', 'packets', 'cpu', '0', 'index', '0', '-j'],
      /type[\s\S]*type/,
    );
    expect(status).toBe(0);
    const records = JSON.parse(stdout);
    expect(records[0]).toMatchObject({ type: 9, cpu: 0, index: 0 });
    expect(records[0].data.slice(0, 12).filter((byte: number) => byte !== 0)).toEqual([1, 71, 71]);
    expect(records[1].timestamp).toBeGreaterThan(records[0].timestamp);
  });
});

describe('prog tracelog prints what programs in other processes print', TIMEOUT, () => {
  test('as text', async () => {
    const { stdout, stderr, status } = await piped('printk', ['prog', 'tracelog'], /packet[\s\S]*packet/);
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    const [first, second, third] = stdout.split('\n');
    expect(first).toMatch(/^ +ebpfts-\d+ +\[000\] [.b]\.\.11 +\d+\.\d{6}: bpf_trace_printk: packet of 71 bytes$/);
    expect(second).toMatch(/bpf_trace_printk: a line feed at the end$/);
    expect(third).toBe('');
  });

  test('as JSON, a string for each line', async () => {
    const { stdout, status } = await piped('printk', ['prog', 'tracelog', '-j'], /packet[\s\S]*packet/);
    expect(status).toBe(0);
    const [first, second, third] = JSON.parse(stdout);
    expect(first).toMatch(/packet of 71 bytes\n$/);
    expect(second).toMatch(/a line feed at the end\n$/);
    expect(third).toBe('\n');
  });
});
