import { describe, expect, test } from 'vitest';
import { main } from '../../src/cli/main.ts';

/** A host that breaks in the middle of a command. */
async function runBroken(
  args: readonly string[],
  failure: Error = new TypeError('of our own making'),
): Promise<{ stderr: string; status: number }> {
  let stderr = '';
  const status = await main(args, {
    out: () => {
      throw failure;
    },
    err: (text) => {
      stderr += text;
    },
    stdin: () => new Uint8Array(),
    readFile: () => new Uint8Array(),
    env: {},
    terminal: undefined,
    progress: false,
    interrupted: () => AbortSignal.abort(),
  });
  return { stderr, status };
}

describe('a mistake of ours', () => {
  test('is called one, without a stack', async () => {
    const { stderr, status } = await runBroken(['version']);
    expect(status).toBe(70);
    expect(stderr).toContain('This is a bug of ebpfts');
    expect(stderr).toContain('of our own making');
    expect(stderr).not.toContain('.ts:');
  });

  test('shows its stack with -d', async () => {
    expect((await runBroken(['-d', 'version'])).stderr).toContain('.ts:');
  });
});

describe('output that cannot be written', () => {
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { errno: -28, code: 'ENOSPC' });

  test.for([['version'], ['-j', 'version']])('is no mistake of ours: %s', async (args) => {
    expect(await runBroken(args, full)).toEqual({
      stderr: 'Error: failed to write output: No space left on device\n',
      status: 255,
    });
  });
});
