import { strictEqual } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What is smoke-tested: the command line in one of its forms. */
export interface SmokeSubject {
  /** The program and what comes before the arguments. */
  readonly command: readonly [string, ...string[]];
  /** The checkout, for its samples. */
  readonly root: string;
}

/**
 * Does the main job with a command line: loads a sample into a fresh machine, runs it, looks at what came of it. Throws
 * where something is not as expected. @returns how many commands were run
 */
export function smokeTest({ command: [program, ...before], root }: SmokeSubject): number {
  const folder = mkdtempSync(join(tmpdir(), 'ebpfts-smoke-'));
  let count = 0;
  const run = (...args: string[]): string => {
    count++;
    return execFileSync(program, [...before, ...args], {
      encoding: 'utf8',
      cwd: folder,
      env: { ...process.env, EBPFTS_MACHINE: join(folder, 'machine'), NO_COLOR: '1' },
    });
  };
  const sample = join(root, 'samples/objects/clang-19/el/xdp_ssh_firewall.bpf.o');
  const packet = (name: string) => join(root, `samples/packets/${name}.bin`);
  const retval = (name: string): number =>
    JSON.parse(run('-j', 'prog', 'run', 'name', 'xdp_ssh_firewall', 'data_in', packet(name))).retval;
  try {
    strictEqual(JSON.parse(run('-j', 'version')).version, '0.1.0');
    strictEqual(run('btf', 'dump', 'file', sample).includes("STRUCT 'refusal' size=24 vlen=3"), true);
    run('prog', 'load', sample);
    strictEqual(JSON.parse(run('-j', 'prog', 'show')).length, 1);
    strictEqual(retval('tcp-syn-80'), 2);
    strictEqual(retval('tcp-syn-22'), 1);
    const [{ formatted }] = JSON.parse(run('-j', 'map', 'dump', 'name', 'refused'));
    strictEqual(formatted.value.packets, 1);
    // By the BTF of a kernel that ships with the command.
    const [verdict] = run('-o', 'csv', 'verify', '--kernel', '6.12', sample).trim().split('\n').slice(1);
    strictEqual(verdict?.includes('success'), true, verdict);
    strictEqual(run('gen', 'skeleton', sample).includes('class XdpSshFirewall extends Skeleton'), true);
    return count;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
