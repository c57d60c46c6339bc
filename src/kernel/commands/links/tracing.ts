import type { Errno, LinkCreateAttr } from '../../../syscall/index.ts';
import { bpf_attach_type, bpf_link_type, bpf_prog_type, errno } from '../../../uapi/index.ts';
import type { BpfProg } from '../../core/prog.ts';
import { type Caller, idOfFd } from '../../process/caller.ts';
import type { NewLink } from './new-link.ts';

/** The BTF id of a kernel function, tracepoint or program's function, where the program names none itself. */
interface Target {
  readonly progId: number;
  readonly btfId: number;
}

/** fentry, fexit, fmod_ret, LSM and ext: a program on a function of the kernel or of another program. */
export function tracingLink(caller: Caller, attr: LinkCreateAttr, prog: BpfProg): NewLink | Errno {
  const { header } = prog;
  const target = targetOf(caller, attr, prog);
  if (typeof target === 'number') return target;
  if (header.type === bpf_prog_type.BPF_PROG_TYPE_EXT) {
    if (target.progId === 0) return -errno.EINVAL;
    if (isExtended(caller, target)) return -errno.EBUSY;
  }
  return {
    type: bpf_link_type.BPF_LINK_TYPE_TRACING,
    attachType: header.expectedAttachType,
    cookie: attr.cookie ?? 0n,
    targetProgId: target.progId,
    attach: {
      attachType: header.expectedAttachType,
      targetObjId: target.progId !== 0 ? target.progId : header.attachBtfObjId,
      targetBtfId: target.btfId,
      cookie: attr.cookie ?? 0n,
    },
  };
}

function targetOf(caller: Caller, attr: LinkCreateAttr, { header }: BpfProg): Target | Errno {
  const named = attr.target ?? 0;
  const namedId = attr.targetBtfId ?? 0;
  if ((named !== 0) !== (namedId !== 0)) return -errno.EINVAL;
  if (named === 0) return { progId: header.attachProgId, btfId: header.attachBtfId };
  if (header.type !== bpf_prog_type.BPF_PROG_TYPE_EXT) return -errno.EINVAL;
  const progId = idOfFd(caller, 'prog', named);
  return progId < 0 ? progId : { progId, btfId: namedId };
}

function isExtended({ state }: Caller, { progId, btfId }: Target): boolean {
  for (const id of state.links.ids()) {
    const link = state.links.expect(id);
    if (link.type !== bpf_link_type.BPF_LINK_TYPE_TRACING || link.targetProgId !== progId) continue;
    if (link.attach.targetBtfId === btfId && link.attachType === 0) return true;
  }
  return false;
}

/** raw_tp, and tp_btf, whose tracepoint is that of its type. */
export function rawTracepointLink(caller: Caller, attr: LinkCreateAttr, prog: BpfProg): NewLink | Errno {
  const { state } = caller;
  let name = attr.tpName ?? '';
  if (prog.header.type === bpf_prog_type.BPF_PROG_TYPE_TRACING) {
    if (attr.tpName) return -errno.EINVAL;
    name = (state.btf()?.nameOf(prog.header.attachBtfId) ?? '').replace(/^btf_trace_/, '');
  } else if (state.btf()?.findByName(`btf_trace_${name}`, 'TYPEDEF') === undefined) return -errno.ENOENT;
  return {
    type: bpf_link_type.BPF_LINK_TYPE_RAW_TRACEPOINT,
    attachType: bpf_attach_type.BPF_TRACE_RAW_TP,
    cookie: attr.cookie ?? 0n,
    attach: { tpName: name, cookie: attr.cookie ?? 0n },
  };
}

const ITER_PREFIX = 'bpf_iter_';
/** Iterators that walk one map. */
const OVER_A_MAP: readonly string[] = ['bpf_map_elem', 'bpf_sk_storage_map', 'sockmap'];

/** An iterator: attached to a kind of object, and to a map or tasks where it is over those. */
export function iterLink(caller: Caller, attr: LinkCreateAttr, prog: BpfProg): NewLink | Errno {
  if (attr.target || attr.flags) return -errno.EINVAL;
  const { state } = caller;
  const targetName = (state.btf()?.nameOf(prog.header.attachBtfId) ?? '').slice(ITER_PREFIX.length);
  const link = { type: bpf_link_type.BPF_LINK_TYPE_ITER, attachType: bpf_attach_type.BPF_TRACE_ITER };
  const iter = attr.iter ?? {};
  if (OVER_A_MAP.includes(targetName)) {
    if (!iter.mapFd) return -errno.EBADF;
    const mapId = idOfFd(caller, 'map', iter.mapFd);
    return mapId < 0 ? mapId : { ...link, mapId, attach: { targetName, mapId } };
  }
  if (targetName === 'cgroup') {
    const cgroup = iter.cgroupFd ? idOfFd(caller, 'cgroup', iter.cgroupFd) : 1;
    if (cgroup < 0) return cgroup;
    return { ...link, attach: { targetName, cgroupId: BigInt(cgroup), order: iter.order ?? 0 } };
  }
  if (iter.tid && iter.pid) return -errno.EINVAL;
  return { ...link, attach: { targetName, tid: iter.tid, pid: iter.pid } };
}
