import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodeUtf8, sha256, toHex } from '../../src/base/index.ts';
import { formatCSkeleton, formatCSubskeleton, skeletonName, skeletonOf } from '../../src/gen/index.ts';
import { openObject } from '../../src/object/index.ts';
import { runCli } from '../support/cli.ts';

const SAMPLES = 'samples/objects/';
const FIXTURES = 'test/fixtures/objects/';

/** Digests of what bpftool 7.5 printed, as scripts/compare-skeletons.ts recorded them. */
const recorded = readFileSync('test/data/skeletons-bpftool-7.5.csv', 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((row) => {
    const [object, command, status, digest] = row.split(',');
    return { path: (object.includes('/') ? SAMPLES : FIXTURES) + object, command, status: Number(status), digest };
  });

/** Names that bpftool prints as they are: see docs/differences.md. */
const HOSTILE = `${FIXTURES}hostile_names.bpf.o`;

const digestOf = (text: string) => toHex(sha256(encodeUtf8(text)));

describe('C skeletons', () => {
  it.each(['skeleton', 'subskeleton'])('%s: the bytes and exit status of bpftool 7.5', async (command) => {
    const rows = recorded.filter((row) => row.command === command && row.path !== HOSTILE);
    expect(rows.length).toBeGreaterThan(110);
    const different: string[] = [];
    for (const { path, status, digest } of rows) {
      const ours = await runCli(['gen', command, path, 'lang', 'c']);
      if (ours.status !== status || digestOf(ours.stdout) !== digest) different.push(path);
    }
    expect(different).toEqual([]);
  });

  it('of an object of the other byte order are those of its own, but for the bytes', () => {
    const textOf = (order: string) => {
      const elf = readFileSync(`${SAMPLES}clang-19/${order}/globals.bpf.o`);
      const object = openObject(elf, { name: 'globals_bpf' });
      return formatCSkeleton(skeletonOf(object, elf, { file: 'globals.bpf.o' })).replace(/"\\\n(\\.*\n)+/, '');
    };
    expect(textOf('eb')).toBe(textOf('el'));
  });

  it('are refused where a name would be code', async () => {
    for (const command of ['skeleton', 'subskeleton']) {
      const { stdout, stderr, status } = await runCli(['gen', command, HOSTILE, 'lang', 'c']);
      expect(stdout).toBe('');
      expect(stderr).toBe(`Error: map "m', throw_me(), '" cannot be named in C\n`);
      expect(status).toBe(command === 'skeleton' ? 234 : 255);
    }
  });

  it('are refused where a type has such a name', () => {
    const elf = readFileSync(`${FIXTURES}odd_names.bpf.o`);
    elf.write('*/ x();', elf.indexOf('\0count_t\0') + 1);
    const skeleton = skeletonOf(openObject(elf, { name: 'x' }), elf, { file: 'x.o' });
    expect(() => formatCSkeleton(skeleton)).toThrow('type "*/ x();" cannot be named in C');
    expect(() => formatCSubskeleton(skeleton)).toThrow('type "*/ x();" cannot be named in C');
  });

  it('of an object without BTF have no variables; there is no subskeleton', () => {
    const elf = readFileSync(`${SAMPLES}clang-19/el/globals.bpf.o`);
    const object = { ...openObject(elf, { name: 'x' }), btf: undefined };
    const skeleton = skeletonOf(object, elf, { file: 'x.o' });
    expect(formatCSkeleton(skeleton)).not.toContain('__assert');
    expect(() => formatCSubskeleton(skeleton)).toThrow('need btf type information for x');
  });
});

describe('the name of a skeleton is bpftool’s', () => {
  it.each([
    ['/some/where/xdp_drop.bpf.o', 'xdp_drop_bpf'],
    ['my-prog.v2.bpf.o', 'my_prog_v2_bpf'],
    ['7.o', '7'],
    ['no_suffix', 'no_suffix'],
    [`${'a'.repeat(80)}.o`, 'a'.repeat(63)],
    ['äx.o', '__x'],
  ])('%s', (file, name) => {
    expect(skeletonName(file)).toBe(name);
  });
});

describe('C compilers', () => {
  const compiler = ['gcc', 'clang-19', 'clang'].find((name) => existsSync(`/usr/bin/${name}`));
  const missing = compiler === undefined ? 'a C compiler' : existsSync('/usr/include/bpf/libbpf.h') ? '' : 'libbpf-dev';

  /** Samples whose variables need no header of their own. */
  const samples = ['xdp_drop', 'xdp_ssh_firewall', 'ringbuf_packets', 'map_in_map', 'tail_calls', 'tc_classify'].filter(
    (name) => existsSync(`${SAMPLES}clang-19/el/${name}.bpf.o`),
  );

  it.skipIf(missing !== '')(
    `take both headers${missing && ` (skipped: no ${missing})`}`,
    { timeout: 60_000 },
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'ebpfts-skeletons-'));
      try {
        const lines = ['#include <stdbool.h>', '#include <linux/types.h>'];
        for (const name of samples) {
          for (const command of ['skeleton', 'subskeleton']) {
            // Both in one file: the subskeleton's struct wants a name of its own.
            const own = `${name}_${command}`;
            const { stdout } = await runCli([
              'gen',
              command,
              `${SAMPLES}clang-19/el/${name}.bpf.o`,
              'name',
              own,
              'lang',
              'c',
            ]);
            writeFileSync(join(folder, `${own}.h`), stdout);
            lines.push(`#include "${own}.h"`);
          }
        }
        writeFileSync(join(folder, 'main.c'), `${lines.join('\n')}\nint main(void) { return 0; }\n`);
        execFileSync(compiler ?? '', [
          '-fsyntax-only',
          '-Wall',
          '-Wno-unused-function',
          '-Werror',
          join(folder, 'main.c'),
        ]);
        expect(samples.length).toBeGreaterThan(3);
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  );
});
