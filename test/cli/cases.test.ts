import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { runCli, shellWords } from '../support/cli.ts';

/*
 * A folder a case: `cmd` holds command lines, run one after the other on a new machine of the kernel whose BTF ships;
 * `stdout`, `stderr` and `status` (of each line) are what comes. EBPFTS_UPDATE_CASES=1 writes them anew.
 */
const CASES = join(import.meta.dirname, 'cases');
/** The kernel that a case's machine is made with. */
const BTF = 'data/vmlinux-6.12.117-amd64.btf.gz';
const folder = mkdtempSync(join(tmpdir(), 'ebpfts-cases-'));
const update = process.env.EBPFTS_UPDATE_CASES === '1';
// Machines that have names are none of this user's.
process.env.XDG_STATE_HOME = folder;

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What differs from run to run. */
function normalize(text: string): string {
  return text
    .replaceAll(folder, 'TMP')
    .replaceAll(process.cwd(), 'HERE')
    .replace(/loaded_at \S+/g, 'loaded_at TIME')
    .replace(/("loaded_at": ?)\d+/g, '$1TIME')
    .replace(/: \d+ns\n/g, ': TIMEns\n')
    .replace(/("duration": ?)\d+/g, '$1TIME')
    .replace(/,(success|failure|unknown),\d+,/g, ',$1,TIME,');
}

function expected(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

async function runCase(name: string): Promise<Record<'stdout' | 'stderr' | 'status', string>> {
  const machine = join(folder, `${name}.machine`);
  const result = { stdout: '', stderr: '', status: '' };
  for (const line of readFileSync(join(CASES, name, 'cmd'), 'utf8').split('\n')) {
    const [program, ...words] = shellWords(line.replaceAll('$TMP', folder));
    if (program === undefined || program.startsWith('#')) continue;
    expect(program).toBe('ebpfts');
    const { stdout, stderr, status } = await runCli([
      ...words,
      '--machine',
      machine,
      ...(existsSync(machine) ? [] : ['--btf', BTF]),
    ]);
    result.stdout += normalize(stdout);
    result.stderr += normalize(stderr);
    result.status += `${status}\n`;
  }
  return result;
}

describe('a command line prints what its case says', () => {
  test.for(readdirSync(CASES).sort())('%s', { timeout: 60_000 }, async (name) => {
    const result = await runCase(name);
    for (const [file, text] of Object.entries(result)) {
      const path = join(CASES, name, file);
      if (update) writeFileSync(path, text);
      else expect(text, file).toBe(expected(path));
    }
  });
});
