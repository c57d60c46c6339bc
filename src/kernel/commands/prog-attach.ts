import type { Errno, ProgAttachAttr } from '../../syscall/index.ts';
import { bpf_attach_type, bpf_prog_type, errno } from '../../uapi/index.ts';
import type { Attachment } from '../core/link.ts';
import { INIT_NETNS } from '../core/netns.ts';
import type { BpfProg } from '../core/prog.ts';
import { type Caller, idOfFd } from '../process/caller.ts';
import { checkAttachType, progTypeOfAttachType } from './attach-type.ts';
import { attachToCgroup, detachFromCgroup } from './cgroup-programs.ts';

const p = bpf_prog_type;

/** BPF_PROG_ATTACH: a program on a cgroup, network namespace or socket map, without a link. */
export function progAttach(caller: Caller, attr: ProgAttachAttr): Errno | 0 {
  const owner = progTypeOfAttachType(attr.attachType);
  if (owner === 0) return -errno.EINVAL;
  const progId = idOfFd(caller, 'prog', attr.progFd ?? 0);
  if (progId < 0) return progId;
  const prog = caller.state.progs.expect(progId);
  if (prog.header.type !== owner || checkAttachType(prog, attr.attachType) < 0) return -errno.EINVAL;
  switch (owner) {
    case p.BPF_PROG_TYPE_SK_MSG:
    case p.BPF_PROG_TYPE_SK_SKB:
      return attachToSockmap(caller, attr, prog);
    case p.BPF_PROG_TYPE_FLOW_DISSECTOR:
      return attachToNetns(caller, attr, prog);
    case p.BPF_PROG_TYPE_SCHED_CLS:
      return attachToDevice(caller, attr, prog);
    case p.BPF_PROG_TYPE_CGROUP_SKB:
    case p.BPF_PROG_TYPE_CGROUP_SOCK:
    case p.BPF_PROG_TYPE_CGROUP_SOCK_ADDR:
    case p.BPF_PROG_TYPE_CGROUP_SOCKOPT:
    case p.BPF_PROG_TYPE_CGROUP_SYSCTL:
    case p.BPF_PROG_TYPE_CGROUP_DEVICE:
    case p.BPF_PROG_TYPE_SOCK_OPS:
      return attachToCgroup(caller, attr, prog);
    default:
      return -errno.EINVAL;
  }
}

/** BPF_PROG_DETACH. */
export function progDetach(caller: Caller, attr: ProgAttachAttr): Errno | 0 {
  switch (progTypeOfAttachType(attr.attachType)) {
    case 0:
      return -errno.EINVAL;
    case p.BPF_PROG_TYPE_SK_MSG:
    case p.BPF_PROG_TYPE_SK_SKB: {
      const mapId = idOfFd(caller, 'map', attr.target);
      return mapId < 0 ? mapId : detach(caller, attr, { kind: 'sockmap', target: mapId });
    }
    case p.BPF_PROG_TYPE_FLOW_DISSECTOR:
      if (attr.attachFlags || attr.target) return -errno.EINVAL;
      return detach(caller, attr, { kind: 'netns', target: INIT_NETNS });
    case p.BPF_PROG_TYPE_SCHED_CLS:
      return detach(caller, attr, { kind: 'tcx', target: attr.target });
    default:
      return detachFromCgroup(caller, attr);
  }
}

function attachToSockmap(caller: Caller, attr: ProgAttachAttr, prog: BpfProg): Errno | 0 {
  if (attr.attachFlags || attr.replaceProgFd) return -errno.EINVAL;
  const mapId = idOfFd(caller, 'map', attr.target);
  if (mapId < 0) return mapId;
  return put(caller, { kind: 'sockmap', target: mapId, attachType: attr.attachType, progId: prog.header.id, flags: 0 });
}

function attachToNetns(caller: Caller, attr: ProgAttachAttr, prog: BpfProg): Errno | 0 {
  if (attr.target || attr.attachFlags || attr.replaceProgFd) return -errno.EINVAL;
  const { attachments, links } = caller.state;
  const linked = links.ids().some((id) => {
    const link = links.expect(id);
    return link.attachType === bpf_attach_type.BPF_FLOW_DISSECTOR && !link.detached;
  });
  if (linked) return -errno.EEXIST;
  const progId = prog.header.id;
  if (attachments.some((other) => other.kind === 'netns' && other.progId === progId)) return -errno.EINVAL;
  return put(caller, { kind: 'netns', target: INIT_NETNS, attachType: attr.attachType, progId, flags: 0 });
}

/** One program a device and direction: the order among several is not kept. */
function attachToDevice(caller: Caller, attr: ProgAttachAttr, prog: BpfProg): Errno | 0 {
  const { state, services } = caller;
  if (!services.hasNetDevice(state, attr.target)) return -errno.ENODEV;
  const progId = prog.header.id;
  const place = { kind: 'tcx', target: attr.target, attachType: attr.attachType } as const;
  const at = indexOf(caller, place);
  if (at >= 0 && state.attachments[at].progId === progId) return -errno.EEXIST;
  return put(caller, { ...place, progId, flags: 0 });
}

function indexOf(caller: Caller, { kind, target, attachType }: Omit<Attachment, 'progId' | 'flags'>): number {
  return caller.state.attachments.findIndex(
    (other) => other.kind === kind && other.target === target && other.attachType === attachType,
  );
}

/** Attaches in the place of what was there. */
function put({ state, ...caller }: Caller, attachment: Attachment): 0 {
  state.progs.hold(attachment.progId);
  const at = indexOf({ state, ...caller }, attachment);
  if (at < 0) state.attachments.push(attachment);
  else {
    const [before] = state.attachments.splice(at, 1, attachment);
    state.progs.drop(before.progId);
  }
  state.attachmentsChanged();
  return 0;
}

function detach(caller: Caller, attr: ProgAttachAttr, place: Pick<Attachment, 'kind' | 'target'>): Errno | 0 {
  const { state } = caller;
  const at = indexOf(caller, { ...place, attachType: attr.attachType });
  if (at < 0) return -errno.ENOENT;
  if (attr.progFd) {
    const progId = idOfFd(caller, 'prog', attr.progFd);
    if (progId < 0) return progId;
    if (state.attachments[at].progId !== progId) return -errno.ENOENT;
  }
  const [gone] = state.attachments.splice(at, 1);
  state.attachmentsChanged();
  state.progs.drop(gone.progId);
  return 0;
}
