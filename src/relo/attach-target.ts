import type { BtfKind } from '../btf/index.ts';
import type { ProgramSpec } from '../object/index.ts';
import { bpf_attach_type, bpf_prog_type } from '../uapi/index.ts';
import { nearestKernelNames } from './kernel-types.ts';
import type { RelocateOptions } from './options.ts';
import type { AttachProblem, AttachTarget } from './program.ts';

/** How an attach type names its target in BTF: a prefix and a kind. */
function targetForm(attachType: number): { prefix: string; kind: BtfKind } {
  switch (attachType) {
    case bpf_attach_type.BPF_TRACE_RAW_TP:
      return { prefix: 'btf_trace_', kind: 'TYPEDEF' };
    case bpf_attach_type.BPF_LSM_MAC:
    case bpf_attach_type.BPF_LSM_CGROUP:
      return { prefix: 'bpf_lsm_', kind: 'FUNC' };
    case bpf_attach_type.BPF_TRACE_ITER:
      return { prefix: 'bpf_iter_', kind: 'FUNC' };
    default:
      return { prefix: '', kind: 'FUNC' };
  }
}

/** Longest name, its NUL included, that libbpf looks for. */
const MAX_NAME = 128;

/**
 * What a program that is typed by its target attaches to: `function`, or `module:function`; undefined for programs
 * that have no such target.
 */
export function findAttachTarget(
  program: ProgramSpec,
  options: RelocateOptions,
): AttachTarget | AttachProblem | undefined {
  if (!program.sec?.attachBtf) return undefined;
  const { attachTarget } = program;
  if (attachTarget === undefined) return { problem: 'no BTF-based attach target is specified' };
  if (program.progType === bpf_prog_type.BPF_PROG_TYPE_EXT) return { problem: 'attach program FD is not set' };
  if (options.target === undefined)
    return { problem: `the target kernel's BTF, which has '${attachTarget}', is not known` };
  const separator = attachTarget.indexOf(':');
  const moduleName = separator < 0 ? undefined : attachTarget.slice(0, separator);
  const { prefix, kind } = targetForm(program.expectedAttachType);
  const name = prefix + attachTarget.slice(separator + 1);
  if (name.length >= MAX_NAME) return { problem: `attach target '${name}' is longer than ${MAX_NAME - 1} characters` };
  if (moduleName === undefined || 'vmlinux'.startsWith(moduleName)) {
    const type = options.target.findByName(name, kind);
    if (type !== undefined) return { btfId: type.id, module: undefined };
  }
  for (const { name: module, btf } of options.modules?.() ?? []) {
    if (moduleName !== undefined && !module.startsWith(moduleName)) continue;
    const type = btf.findByName(name, kind);
    if (type !== undefined) return { btfId: type.id, module };
  }
  const near = () => nearestKernelNames(options, name, kind).map((found) => found.slice(prefix.length));
  return { problem: `failed to find kernel BTF type ID of '${attachTarget}'`, nearest: near };
}
