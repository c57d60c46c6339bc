import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatTable } from '../../src/cli/render/table.ts';
import { runCli } from '../support/cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'ebpfts-terminal-'));
const machine = ['--machine', join(folder, 'm.machine')];
const ESCAPE = String.fromCharCode(27);

beforeAll(async () => {
  const { status } = await runCli([
    ...['prog', 'load', 'samples/objects/clang-19/el/xdp_ssh_firewall.bpf.o'],
    ...['--btf', 'data/vmlinux-6.12.117-amd64.btf.gz', ...machine],
  ]);
  expect(status).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('on a terminal', () => {
  test.for([['prog'], ['map'], ['btf']] as const)('%s list is a table that fits the width', async ([noun]) => {
    for (const columns of [70, 100, 200]) {
      const { stdout, status } = await runCli([noun, 'list', ...machine], { columns, env: { NO_COLOR: '1' } });
      expect(status).toBe(0);
      expect(stdout).toMatch(/^┌/);
      for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(columns);
    }
  });

  test('a terminal too narrow for a table gets plain text', async () => {
    const { stdout } = await runCli(['prog', 'list', ...machine], { columns: 30 });
    expect(stdout).toMatch(/^1: xdp {2}name xdp_ssh_firewall/);
  });

  test('one object is shown as bpftool shows it', async () => {
    const { stdout } = await runCli(['prog', 'show', 'id', '1', ...machine], { columns: 100 });
    expect(stdout).toMatch(/^1: xdp {2}name xdp_ssh_firewall/);
  });

  test('NO_COLOR keeps colour away', async () => {
    const { stdout } = await runCli(['prog', 'list', ...machine], { columns: 100, env: { NO_COLOR: '1' } });
    expect(stdout).not.toContain(ESCAPE);
  });
});

test('a table of more rows than it takes time for is left to plain text', async () => {
  const rows = Array.from({ length: 501 }, (_, i) => [String(i)]);
  expect(await formatTable({ head: ['n'], rows }, { columns: 80, env: {} })).toBeUndefined();
});

describe('when nobody reads any more', () => {
  test('a command ends as SIGPIPE would end it, and says nothing', async () => {
    const args = ['btf', 'dump', 'file', 'data/vmlinux-6.12.117-amd64.btf.gz'];
    const { status, stderr } = await runCli(args, { readUntil: 100 });
    expect({ status, stderr }).toEqual({ status: 141, stderr: '' });
  });
});
