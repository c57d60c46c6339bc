import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { runCli } from '../support/cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'ebpfts-kernels-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sample = (name: string) => `samples/objects/clang-19/el/${name}.bpf.o`;
const WARNING =
  'Warning: of Linux 5.4, 5.10, 6.12 it is known what there is, but not every rule of the verifier (docs/kernel-profiles.md)\n';

let machines = 0;
const load = (kernel: string, name: string, ...words: string[]) =>
  runCli(['prog', 'load', sample(name), '--kernel', kernel, '--machine', join(folder, `m${machines++}`), ...words]);

describe('a load into an older kernel', () => {
  test.each([
    ['5.16', 'loops', '5.17 (helper bpf_loop)'],
    [
      '5.7',
      'ringbuf_packets',
      '5.8 (map type BPF_MAP_TYPE_RINGBUF, helper bpf_ringbuf_reserve, helper bpf_ringbuf_submit)',
    ],
    ['5.14', 'timer_heartbeat', '5.15 (helper bpf_timer_init, helper bpf_timer_set_callback, helper bpf_timer_start)'],
    ['5.8', 'sk_lookup', '5.9 (program type BPF_PROG_TYPE_SK_LOOKUP, attach type BPF_SK_LOOKUP)'],
  ])('%s does not take %s, and is told the first version that does', async (kernel, name, first) => {
    const { stderr, status } = await load(kernel, name);
    expect(status).toBe(255);
    expect(stderr).toMatch(/^Error: .*Invalid argument \(EINVAL\)\n/);
    expect(stderr).toContain(`\nfirst version that takes it: ${first}\n`);
  });

  test('says it in JSON as a value', async () => {
    const { stdout } = await load('5.10', 'loops', '-j');
    expect(JSON.parse(stdout)).toMatchObject({
      program: 'loops',
      errno: -22,
      first_version: {
        version: '5.17',
        brings: [{ kind: 'helper', name: 'bpf_loop', since: '5.17', source: 'e6f2dd0f8067' }],
      },
    });
  });

  test('does without its BTF where the program asks nothing of it', async () => {
    expect(await load('5.10', 'xdp_redirect')).toMatchObject({ status: 0 });
  });

  test('is not guessed where only its BTF tells', async () => {
    const { stderr, status } = await load('5.10', 'core_reads');
    expect([status, stderr.split(',')[0]]).toEqual([
      255,
      "Error: no BTF for 5.10: give --btf: CO-RE of 'task_struct' needs the BTF of the target kernel",
    ]);
  });
});

describe('verify --kernel with several versions', () => {
  const files = ['loops', 'xdp_drop', 'core_reads'].map(sample);
  const ask = (...words: string[]) => runCli(['verify', ...files, '--kernel', '5.4,5.10,6.12', ...words]);

  test('has a column for each, and says what it does not know', async () => {
    expect(await ask()).toEqual({
      status: 1,
      stderr: WARNING,
      stdout: `\
file              program     5.4       5.10      6.12      message
loops.bpf.o       loops       refused   refused   accepted  5.4: unrecognized bpf_ld_imm64 insn
xdp_drop.bpf.o    xdp_drop    accepted  accepted  accepted
core_reads.bpf.o  core_reads  unknown   unknown   accepted  5.4: no BTF for 5.4: give --btf: CO-RE of 'task_struct' needs the BTF of the target kernel, and none was given
`,
    });
  });

  test('returns 2 where it is only unknown', async () => {
    expect(await runCli(['verify', sample('core_reads'), '--kernel', '5.10'])).toMatchObject({ status: 2 });
  });

  test('is a CSV with veristat’s words', async () => {
    const [head, first] = (await ask('-o', 'csv')).stdout.split('\n');
    expect(head).toBe(
      'file_name,prog_name,verdict_5.4,verdict_5.10,verdict_6.12,message_5.4,message_5.10,message_6.12',
    );
    expect(first).toMatch(/^loops.bpf.o,loops,failure,failure,success,/);
  });

  test('is a document for each in JSON', async () => {
    const kernels = JSON.parse((await ask('-o', 'json')).stdout);
    expect(kernels.map(({ kernel }: { kernel: { version: string } }) => kernel.version)).toEqual([
      '5.4.0',
      '5.10.0',
      '6.12.117',
    ]);
  });

  test('wants a BTF for each, or one for all', async () => {
    const btf = 'data/vmlinux-6.12.117-amd64.btf.gz';
    expect((await ask('--btf', `${btf},${btf}`)).stderr).toContain('--kernel names 3 kernels, --btf 2 files');
    expect(await ask('--btf', `${btf},${btf},${btf}`)).toMatchObject({ status: 1 });
  });
});
