import { bpf_attach_type, bpf_prog_flags, bpf_prog_type } from '../../uapi/index.ts';
import type { VerifiedTarget, VerifyOptions } from '../options.ts';
import { invalid, type Refusal } from '../refusal.ts';
import { checkFunction } from './function.ts';
import { checkStructOps } from './struct-ops.ts';

const p = bpf_prog_type;
const a = bpf_attach_type;
const BY_TYPE: readonly number[] = [p.BPF_PROG_TYPE_TRACING, p.BPF_PROG_TYPE_LSM, p.BPF_PROG_TYPE_EXT];
const TRAMPOLINES: readonly number[] = [
  a.BPF_TRACE_FENTRY,
  a.BPF_TRACE_FEXIT,
  a.BPF_MODIFY_RETURN,
  a.BPF_LSM_MAC,
  a.BPF_LSM_CGROUP,
];
const SLEEPABLE_TRACING: readonly number[] = [
  a.BPF_TRACE_FENTRY,
  a.BPF_TRACE_FEXIT,
  a.BPF_MODIFY_RETURN,
  a.BPF_TRACE_ITER,
];

/** Whether what the program is to be attached to exists, is of the kind that it wants, and takes such a program. */
export function checkAttachTarget(options: VerifyOptions): Refusal | undefined {
  const { progType } = options;
  const sleepable = (options.flags & bpf_prog_flags.BPF_F_SLEEPABLE) !== 0;
  if (progType === p.BPF_PROG_TYPE_SYSCALL) {
    return sleepable ? undefined : invalid('Syscall programs can only be sleepable');
  }
  if (sleepable && !maySleep(options)) {
    return invalid('Only fentry/fexit/fmod_ret, lsm, iter, uprobe, and struct_ops programs can be sleepable');
  }
  if (progType === p.BPF_PROG_TYPE_STRUCT_OPS) return checkStructOps(options);
  if (!BY_TYPE.includes(progType)) return undefined;
  const { attachTarget, attachTypeId } = options;
  if (!attachTypeId) return invalid('Tracing programs must provide btf_id');
  if (attachTarget) return checkType(options, attachTarget);
  return invalid('FENTRY/FEXIT program can only be attached to another program annotated with BTF');
}

function maySleep({ progType, expectedAttachType }: VerifyOptions): boolean {
  if (progType === p.BPF_PROG_TYPE_TRACING) return SLEEPABLE_TRACING.includes(expectedAttachType);
  return [p.BPF_PROG_TYPE_LSM, p.BPF_PROG_TYPE_KPROBE, p.BPF_PROG_TYPE_STRUCT_OPS].some((type) => type === progType);
}

function checkType(options: VerifyOptions, target: VerifiedTarget): Refusal | undefined {
  const { btf, typeId: id, program } = target;
  if (!btf.has(id)) return invalid(`attach_btf_id ${id} is invalid`);
  const type = btf.typeById(id);
  if (type.name === '') return invalid(`attach_btf_id ${id} doesn't have a name`);
  const { progType, expectedAttachType } = options;
  if (progType === p.BPF_PROG_TYPE_EXT || TRAMPOLINES.includes(expectedAttachType))
    return checkFunction(options, target);
  switch (expectedAttachType) {
    case a.BPF_TRACE_RAW_TP:
      if (program) return invalid('Only FENTRY/FEXIT progs are attachable to another BPF prog');
      if (type.kind !== 'TYPEDEF') return invalid(`attach_btf_id ${id} is not a typedef`);
      if (type.name.startsWith('btf_trace_')) return undefined;
      return invalid(`attach_btf_id ${id} points to wrong type name ${type.name}`);
    case a.BPF_TRACE_ITER:
      return type.kind === 'FUNC' ? undefined : invalid(`attach_btf_id ${id} is not a function`);
    default:
      return invalid('');
  }
}
