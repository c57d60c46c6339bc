/**
 * The last step of a build: runs the built command line as users mostly do, and keeps beside it the code that V8 made.
 *
 * usage: tsx scripts/keep-code.ts
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Io } from '../src/cli/io.ts';
import type * as Main from '../src/cli/main.ts';
import type * as Start from '../src/cli/start.ts';

const root = join(import.meta.dirname, '..');
const object = join(root, 'samples/objects/clang-19/el/xdp_ssh_firewall.bpf.o');
const kernel = join(root, 'data/vmlinux-6.12.117-amd64.btf.gz');
const folder = mkdtempSync(join(tmpdir(), 'ebpfts-code-'));

const commands: readonly (readonly string[])[] = [
  ['version'],
  ['gen', 'skeleton', object],
  ['gen', 'skeleton', object, 'lang', 'c'],
  ['gen', 'min_core_btf', kernel, join(folder, 'min.btf'), object],
  ['btf', 'dump', 'file', object],
  ['btf', 'dump', 'file', object, 'format', 'c'],
  ['-j', 'btf', 'dump', 'file', object],
];

const io: Io = {
  out: () => true,
  err: () => {},
  stdin: () => new Uint8Array(),
  readFile: (path) => readFileSync(path),
  env: {},
  terminal: undefined,
  progress: false,
  interrupted: () => new AbortController().signal,
};

const { main, keepCode }: typeof Main & typeof Start = createRequire(import.meta.url)('../dist/cli/start.cjs');
try {
  for (const command of commands) {
    if ((await main(command, io)) !== 0) throw new TypeError(`${command.join(' ')} failed`);
  }
  keepCode();
} finally {
  rmSync(folder, { recursive: true });
}
