import { INSN_SIZE } from '../../isa/index.ts';
import type { Errno, ProgLoadAttr } from '../../syscall/index.ts';
import { bpf_prog_flags, bpf_prog_type, errno } from '../../uapi/index.ts';
import type { BpfBtf } from '../core/btf.ts';
import type { BpfProg } from '../core/prog.ts';
import { type Caller, idOfFd } from '../process/caller.ts';
import { BY_BTF_ID, DEFAULT_ATTACH_TYPES, EXPECTED_ATTACH_TYPES } from './attach-rules.table.ts';
import { checkObjectName } from './name.ts';
import { checkMayLoad } from './privilege.ts';

const BTF_MAX_TYPE = 0x000f_ffff;
/** The types that a device may be named for. */
const OFFLOADABLE: readonly number[] = [bpf_prog_type.BPF_PROG_TYPE_SCHED_CLS, bpf_prog_type.BPF_PROG_TYPE_XDP];
const KNOWN_FLAGS = Object.values(bpf_prog_flags).reduce((all, flag) => all | flag, 0);

/** What a program is to be attached to, as its load names it. */
export interface AttachTarget {
  readonly expectedAttachType: number;
  /** 0: none. */
  readonly btfId: number;
  /** The BTF that `btfId` is in; undefined where it is that of `prog`, or there is none. */
  readonly btf: BpfBtf | undefined;
  readonly prog: BpfProg | undefined;
}

/** The checks that BPF_PROG_LOAD makes before it looks at the instructions. */
export function checkProgAttr(caller: Caller, attr: ProgLoadAttr): AttachTarget | Errno {
  if ((attr.progFlags ?? 0) & ~KNOWN_FLAGS) return -errno.EINVAL;
  if (attr.insns.length % INSN_SIZE !== 0) return -errno.EINVAL;
  const count = attr.insns.length / INSN_SIZE;
  const forbidden = checkMayLoad(caller, attr, count);
  if (forbidden < 0) return forbidden;
  const target = attachTarget(caller, attr);
  if (typeof target === 'number') return target;
  const refused = checkAttach(attr, target);
  if (refused < 0) return refused;
  if (attr.progIfindex) {
    if (!OFFLOADABLE.includes(attr.progType)) return -errno.EINVAL;
    return caller.services.hasNetDevice(caller.state, attr.progIfindex) ? -errno.ENOTSUP : -errno.EINVAL;
  }
  if (attr.progType === 0 || attr.progType >= bpf_prog_type.__MAX_BPF_PROG_TYPE) return -errno.EINVAL;
  const named = checkObjectName(attr.progName ?? '');
  return named < 0 ? named : target;
}

function attachTarget(caller: Caller, attr: ProgLoadAttr): AttachTarget | Errno {
  const expected = attr.expectedAttachType ?? 0;
  const expectedAttachType = expected === 0 ? (DEFAULT_ATTACH_TYPES.get(attr.progType) ?? 0) : expected;
  const btfId = attr.attachBtfId ?? 0;
  const { state } = caller;
  const fd = attr.attachProgFd || attr.attachBtfObjFd || 0;
  if (fd === 0) {
    if (btfId === 0) return { expectedAttachType, btfId, btf: undefined, prog: undefined };
    const vmlinux = state.btf() && state.btfs.get(1);
    return vmlinux ? { expectedAttachType, btfId, btf: vmlinux, prog: undefined } : -errno.EINVAL;
  }
  const progId = idOfFd(caller, 'prog', fd);
  if (progId > 0) return { expectedAttachType, btfId, btf: undefined, prog: state.progs.expect(progId) };
  const objectId = idOfFd(caller, 'btf', fd);
  if (objectId < 0) return -errno.EINVAL;
  const btf = state.btfs.expect(objectId);
  return btf.kernelBtf ? { expectedAttachType, btfId, btf, prog: undefined } : -errno.ENOTSUP;
}

function checkAttach({ progType }: ProgLoadAttr, target: AttachTarget): Errno | 0 {
  if (target.btfId !== 0) {
    if (target.btfId > BTF_MAX_TYPE || !BY_BTF_ID.includes(progType)) return -errno.EINVAL;
  } else if (target.btf) return -errno.EINVAL;
  if (target.prog && progType !== bpf_prog_type.BPF_PROG_TYPE_TRACING && progType !== bpf_prog_type.BPF_PROG_TYPE_EXT) {
    return -errno.EINVAL;
  }
  const allowed = EXPECTED_ATTACH_TYPES.get(progType);
  return allowed && !allowed.includes(target.expectedAttachType) ? -errno.EINVAL : 0;
}
