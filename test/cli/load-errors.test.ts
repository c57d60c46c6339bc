import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runCli } from '../support/cli.ts';

/* An error says where in the source, what was looked for, and what the kernel has instead. */

const folder = mkdtempSync(join(tmpdir(), 'ebpfts-load-errors-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const CASES: readonly (readonly [object: string, message: readonly string[]])[] = [
  [
    'missing_field',
    [
      "program 'missing_field' (raw_tp/sys_enter) was refused: Invalid argument (EINVAL)",
      'missing_field.bpf.c:16:41: error: failed to resolve CO-RE relocation <byte_off> [5] struct task_struct___x.pidd (0:0 @ offset 0) [UNRESOLVED]',
      '    |',
      ' 16 | struct task_struct___x *task = (void *)bpf_get_current_task();',
      '    |                                        ^',
      '  = instruction 1: <invalid CO-RE relocation>',
      '  = verifier: invalid func unknown#195896080',
      '  = help: nearest there: pid; ask first with bpf_core_field_exists(), bpf_core_type_exists() or bpf_core_enum_value_exists()',
    ],
  ],
  [
    'missing_kfunc',
    [
      "extern (func ksym) 'bpf_task_acquires': not found in kernel or module BTFs",
      "  in 'missing_kfunc' at missing_kfunc.bpf.c:11: return bpf_task_acquires(ctx);",
      '  nearest there: bpf_task_acquire, bpf_cpumask_acquire, bpf_task_pt_regs',
    ],
  ],
  [
    'missing_ksym',
    [
      "extern 'no_such_variable' (strong): not resolved: not in the kernel symbols (kallsyms)",
      "  in 'missing_ksym' at missing_ksym.bpf.c:13: address = (__u64)&no_such_variable;",
    ],
  ],
  [
    'missing_kconfig',
    [
      "extern 'CONFIG_NO_SUCH_SETTING' (strong): not resolved",
      "  in 'missing_kconfig' at missing_kconfig.bpf.c:13: value = CONFIG_NO_SUCH_SETTING;",
      '  nearest there: CONFIG_NET_SCH_SFQ, CONFIG_NET_SCH_INGRESS, CONFIG_LOCALVERSION',
    ],
  ],
];

test.for(CASES)('%s', async ([name, lines]) => {
  const { stdout, stderr, status } = await runCli([
    ...['prog', 'load', `test/fixtures/objects/${name}.bpf.o`],
    ...['--btf', 'data/vmlinux-6.12.117-amd64.btf.gz', '--machine', join(folder, 'm.machine')],
  ]);
  expect({ stdout, stderr, status }).toEqual({ stdout: '', stderr: `Error: ${lines.join('\n')}\n`, status: 255 });
});
