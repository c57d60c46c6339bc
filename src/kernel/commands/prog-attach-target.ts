import type { Btf } from '../../btf/index.ts';
import type { Errno, ProgLoadAttr } from '../../syscall/index.ts';
import { bpf_attach_type, bpf_prog_flags, bpf_prog_type, errno } from '../../uapi/index.ts';
import type { KernelState } from '../core/state.ts';
import type { AttachTarget } from './prog-attr.ts';

const { BPF_PROG_TYPE_TRACING, BPF_PROG_TYPE_LSM, BPF_PROG_TYPE_EXT } = bpf_prog_type;
const { BPF_PROG_TYPE_STRUCT_OPS, BPF_PROG_TYPE_KPROBE, BPF_PROG_TYPE_SYSCALL } = bpf_prog_type;
const { BPF_TRACE_RAW_TP, BPF_TRACE_ITER, BPF_MODIFY_RETURN, BPF_LSM_MAC, BPF_LSM_CGROUP } = bpf_attach_type;
const { BPF_TRACE_FENTRY, BPF_TRACE_FEXIT } = bpf_attach_type;

const ON_FUNCTIONS: readonly number[] = [
  BPF_TRACE_FENTRY,
  BPF_TRACE_FEXIT,
  BPF_MODIFY_RETURN,
  BPF_LSM_MAC,
  BPF_LSM_CGROUP,
];
const SLEEPABLE_TRACING: readonly number[] = [BPF_TRACE_FENTRY, BPF_TRACE_FEXIT, BPF_MODIFY_RETURN, BPF_TRACE_ITER];

/** A refusal: the errno and the line for the log. */
export interface Refusal {
  readonly errno: Errno;
  readonly log: string;
}

function refuse(log: string, code: Errno = -errno.EINVAL): Refusal {
  return { errno: code, log };
}

/** Checks that what a program is to be attached to exists and is of the kind that its attach type wants. */
export function checkAttachTarget(state: KernelState, attr: ProgLoadAttr, target: AttachTarget): Refusal | undefined {
  const type = attr.progType;
  if (type === BPF_PROG_TYPE_SYSCALL) {
    const sleepable = (attr.progFlags ?? 0) & bpf_prog_flags.BPF_F_SLEEPABLE;
    return sleepable ? undefined : refuse('Syscall programs can only be sleepable\n');
  }
  if ((attr.progFlags ?? 0) & bpf_prog_flags.BPF_F_SLEEPABLE && !maySleep(type, target.expectedAttachType)) {
    return refuse('Only fentry/fexit/fmod_ret, lsm, iter, uprobe, and struct_ops programs can be sleepable\n');
  }
  if (type === BPF_PROG_TYPE_STRUCT_OPS) return checkStructOps(target);
  if (type !== BPF_PROG_TYPE_TRACING && type !== BPF_PROG_TYPE_LSM && type !== BPF_PROG_TYPE_EXT) return undefined;
  if (target.btfId === 0) return refuse('Tracing programs must provide btf_id\n');
  const btf = typesOf(state, target);
  if (!btf) return refuse('FENTRY/FEXIT program can only be attached to another program annotated with BTF\n');
  return checkType(state, { attr, target, btf });
}

function maySleep(type: number, expectedAttachType: number): boolean {
  if (type === BPF_PROG_TYPE_TRACING) return SLEEPABLE_TRACING.includes(expectedAttachType);
  return type === BPF_PROG_TYPE_LSM || type === BPF_PROG_TYPE_KPROBE || type === BPF_PROG_TYPE_STRUCT_OPS;
}

function typesOf(state: KernelState, { btf, prog }: AttachTarget): Btf | undefined {
  if (!prog) return btf?.types();
  return prog.header.btfId === 0 ? undefined : state.btfs.expect(prog.header.btfId).types();
}

function checkStructOps({ btf, btfId, expectedAttachType }: AttachTarget): Refusal | undefined {
  const type = btfId !== 0 && btf?.types().has(btfId) ? btf.types().typeById(btfId) : undefined;
  if (type?.kind !== 'STRUCT') return refuse(`attach_btf_id ${btfId} is not a supported struct\n`, -errno.ENOTSUPP);
  if (expectedAttachType >= type.members.length) {
    return refuse(`attach to invalid member idx ${expectedAttachType} of struct ${type.name}\n`);
  }
  return undefined;
}

interface TypeCheck {
  readonly attr: ProgLoadAttr;
  readonly target: AttachTarget;
  readonly btf: Btf;
}

function checkType(state: KernelState, { attr, target, btf }: TypeCheck): Refusal | undefined {
  const { btfId, prog, expectedAttachType } = target;
  if (!btf.has(btfId)) return refuse(`attach_btf_id ${btfId} is invalid\n`);
  const type = btf.typeById(btfId);
  if (type.name === '') return refuse(`attach_btf_id ${btfId} doesn't have a name\n`);
  if (attr.progType === BPF_PROG_TYPE_EXT || ON_FUNCTIONS.includes(expectedAttachType)) {
    if (type.kind !== 'FUNC') return refuse(`attach_btf_id ${btfId} is not a function\n`);
    if (attr.progType === BPF_PROG_TYPE_LSM && !type.name.startsWith('bpf_lsm_')) {
      return refuse(`attach_btf_id ${btfId} points to wrong type name ${type.name}\n`);
    }
    if (!prog && state.symbols().address(type.name) === undefined) {
      return refuse(`The address of function ${type.name} cannot be found\n`, -errno.ENOENT);
    }
    return undefined;
  }
  if (expectedAttachType === BPF_TRACE_RAW_TP) {
    if (prog) return refuse('Only FENTRY/FEXIT progs are attachable to another BPF prog\n');
    if (type.kind !== 'TYPEDEF') return refuse(`attach_btf_id ${btfId} is not a typedef\n`);
    if (type.name.startsWith('btf_trace_')) return undefined;
    return refuse(`attach_btf_id ${btfId} points to wrong type name ${type.name}\n`);
  }
  if (expectedAttachType === BPF_TRACE_ITER) {
    return type.kind === 'FUNC' ? undefined : refuse(`attach_btf_id ${btfId} is not a function\n`);
  }
  return refuse('');
}
