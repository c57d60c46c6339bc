import { LATER_ATTACH_TYPES } from '../../catalog/index.ts';
import type { Errno, Fd, LinkCreateAttr } from '../../syscall/index.ts';
import {
  bpf_attach_flags,
  bpf_attach_type,
  bpf_link_type,
  bpf_map_type,
  bpf_prog_type,
  errno,
} from '../../uapi/index.ts';
import type { BpfLink } from '../core/link.ts';
import type { BpfProg } from '../core/prog.ts';
import type { KernelState } from '../core/state.ts';
import { type Caller, idOfFd, installFd } from '../process/caller.ts';
import { checkAttachType } from './attach-type.ts';
import { cgroupLink } from './links/cgroup.ts';
import { netfilterLink, netnsLink, sockmapLink, tcLink, xdpLink } from './links/net.ts';
import type { NewLink } from './links/new-link.ts';
import { kprobeMultiLink, perfEventLink, uprobeMultiLink } from './links/probe.ts';
import { iterLink, rawTracepointLink, tracingLink } from './links/tracing.ts';
import { checkLinkVersion } from './since.ts';

const p = bpf_prog_type;
const t = bpf_attach_type;
const l = bpf_link_type;

/** BPF_LINK_CREATE, and BPF_RAW_TRACEPOINT_OPEN for raw tracepoints. */
export function linkCreate(caller: Caller, attr: LinkCreateAttr): Fd | Errno {
  const { state } = caller;
  const { version } = state.profile;
  if (attr.attachType === t.BPF_STRUCT_OPS) {
    return checkLinkVersion(version, attr.attachType, 0) || install(caller, structOpsLink(caller, attr));
  }
  const progId = idOfFd(caller, 'prog', attr.progFd);
  if (progId < 0) return progId;
  const prog = state.progs.expect(progId);
  const later = attr.tpName === undefined ? checkLinkVersion(version, attr.attachType, prog.header.type) : 0;
  if (later < 0) return later;
  const link = newLink(caller, attr, prog);
  return install(caller, typeof link === 'number' ? link : { ...link, progId });
}

function newLink(caller: Caller, attr: LinkCreateAttr, prog: BpfProg): NewLink | Errno {
  const { type } = prog.header;
  if (attr.tpName !== undefined) {
    const raw = type === p.BPF_PROG_TYPE_RAW_TRACEPOINT || type === p.BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE;
    return raw ? rawTracepointLink(caller, attr, prog) : -errno.EINVAL;
  }
  const wrong = checkAttachType(prog, attr.attachType);
  if (wrong < 0) return wrong;
  switch (type) {
    case p.BPF_PROG_TYPE_CGROUP_SKB:
    case p.BPF_PROG_TYPE_CGROUP_SOCK:
    case p.BPF_PROG_TYPE_CGROUP_SOCK_ADDR:
    case p.BPF_PROG_TYPE_SOCK_OPS:
    case p.BPF_PROG_TYPE_CGROUP_DEVICE:
    case p.BPF_PROG_TYPE_CGROUP_SYSCTL:
    case p.BPF_PROG_TYPE_CGROUP_SOCKOPT:
      return cgroupLink(caller, attr);
    case p.BPF_PROG_TYPE_EXT:
      return tracingLink(caller, attr, prog);
    case p.BPF_PROG_TYPE_LSM:
    case p.BPF_PROG_TYPE_TRACING:
      return tracingProgLink(caller, attr, prog);
    case p.BPF_PROG_TYPE_FLOW_DISSECTOR:
    case p.BPF_PROG_TYPE_SK_LOOKUP:
      return netnsLink(caller, attr);
    case p.BPF_PROG_TYPE_SK_MSG:
    case p.BPF_PROG_TYPE_SK_SKB:
      return sockmapLink(caller, attr);
    case p.BPF_PROG_TYPE_XDP:
      return xdpLink(caller, attr, prog);
    case p.BPF_PROG_TYPE_SCHED_CLS:
      return tcLink(caller, attr);
    case p.BPF_PROG_TYPE_NETFILTER:
      return netfilterLink(caller, attr);
    case p.BPF_PROG_TYPE_PERF_EVENT:
    case p.BPF_PROG_TYPE_TRACEPOINT:
      return perfEventLink(caller, attr, prog);
    case p.BPF_PROG_TYPE_KPROBE:
      return kprobeLink(caller, attr, prog);
    default:
      return -errno.EINVAL;
  }
}

function tracingProgLink(caller: Caller, attr: LinkCreateAttr, prog: BpfProg): NewLink | Errno {
  if (attr.attachType !== prog.header.expectedAttachType) return -errno.EINVAL;
  switch (attr.attachType) {
    case t.BPF_TRACE_RAW_TP:
      return rawTracepointLink(caller, attr, prog);
    case t.BPF_TRACE_ITER:
      return iterLink(caller, attr, prog);
    case t.BPF_LSM_CGROUP:
      return cgroupLink(caller, attr);
    default:
      return tracingLink(caller, attr, prog);
  }
}

function kprobeLink(caller: Caller, attr: LinkCreateAttr, prog: BpfProg): NewLink | Errno {
  switch (attr.attachType) {
    case t.BPF_PERF_EVENT:
      return perfEventLink(caller, attr, prog);
    case t.BPF_TRACE_UPROBE_MULTI:
    case LATER_ATTACH_TYPES.BPF_TRACE_UPROBE_SESSION:
      return uprobeMultiLink(caller, attr, prog);
    default:
      return kprobeMultiLink(caller, attr, prog);
  }
}

function structOpsLink(caller: Caller, attr: LinkCreateAttr): NewLink | Errno {
  if (attr.flags) return -errno.EINVAL;
  const mapId = idOfFd(caller, 'map', attr.progFd);
  if (mapId < 0) return mapId;
  if (caller.state.maps.expect(mapId).type !== bpf_map_type.BPF_MAP_TYPE_STRUCT_OPS) return -errno.EINVAL;
  return { type: l.BPF_LINK_TYPE_STRUCT_OPS, attachType: t.BPF_STRUCT_OPS, mapId, attach: { mapId } };
}

function install(caller: Caller, options: NewLink | Errno): Fd | Errno {
  if (typeof options === 'number') return options;
  const { state } = caller;
  const link = state.links.add((id) => ({
    progId: 0,
    attachType: 0,
    flags: 0,
    cookie: 0n,
    perfEventId: 0,
    mapId: 0,
    targetProgId: 0,
    detached: false,
    ...options,
    id,
  }));
  if (typeof link === 'number') return link;
  holdParts(state, link);
  return installFd(caller, 'link', link.id);
}

function holdParts({ progs, maps, perfEvents }: KernelState, link: BpfLink): void {
  if (link.progId !== 0) progs.hold(link.progId);
  if (link.targetProgId !== 0) progs.hold(link.targetProgId);
  if (link.mapId !== 0) maps.hold(link.mapId);
  if (link.perfEventId !== 0) perfEvents.hold(link.perfEventId);
}

const UPDATABLE: readonly number[] = [
  l.BPF_LINK_TYPE_CGROUP,
  l.BPF_LINK_TYPE_NETNS,
  l.BPF_LINK_TYPE_XDP,
  l.BPF_LINK_TYPE_TCX,
  l.BPF_LINK_TYPE_NETKIT,
  l.BPF_LINK_TYPE_ITER,
  l.BPF_LINK_TYPE_SOCKMAP,
];
const DETACHABLE: readonly number[] = [
  l.BPF_LINK_TYPE_CGROUP,
  l.BPF_LINK_TYPE_NETNS,
  l.BPF_LINK_TYPE_XDP,
  l.BPF_LINK_TYPE_TCX,
  l.BPF_LINK_TYPE_NETKIT,
  l.BPF_LINK_TYPE_STRUCT_OPS,
  l.BPF_LINK_TYPE_SOCKMAP,
];

/** BPF_LINK_UPDATE: another program of the same kind in the place of the link's. */
export function linkUpdate(
  caller: Caller,
  attr: { readonly fd: Fd; readonly newProgFd: Fd; readonly oldProgFd?: Fd; readonly flags?: number },
): Errno | 0 {
  const flags = attr.flags ?? 0;
  if (flags & ~bpf_attach_flags.BPF_F_REPLACE) return -errno.EINVAL;
  const { state } = caller;
  const linkId = idOfFd(caller, 'link', attr.fd);
  if (linkId < 0) return linkId;
  const link = state.links.expect(linkId);
  const newId = idOfFd(caller, 'prog', attr.newProgFd);
  if (newId < 0) return newId;
  let oldId = 0;
  if (flags & bpf_attach_flags.BPF_F_REPLACE) {
    oldId = idOfFd(caller, 'prog', attr.oldProgFd ?? 0);
    if (oldId < 0) return oldId;
  } else if (attr.oldProgFd) return -errno.EINVAL;
  if (!UPDATABLE.includes(link.type)) return -errno.EINVAL;
  if (link.detached) return -errno.ENOLINK;
  if (oldId !== 0 && oldId !== link.progId) return -errno.EPERM;
  const before = state.progs.expect(link.progId).header;
  const after = state.progs.expect(newId).header;
  if (before.type !== after.type || before.attachBtfId !== after.attachBtfId) return -errno.EINVAL;
  state.progs.hold(newId);
  state.progs.drop(link.progId);
  link.progId = newId;
  state.links.touch(linkId);
  return 0;
}

/** BPF_LINK_DETACH: the link stays, what it was attached to is left. */
export function linkDetach(caller: Caller, fd: Fd): Errno | 0 {
  const { links } = caller.state;
  const id = idOfFd(caller, 'link', fd);
  if (id < 0) return id;
  const link = links.expect(id);
  if (!DETACHABLE.includes(link.type)) return -errno.ENOTSUP;
  if (link.detached) return link.type === l.BPF_LINK_TYPE_STRUCT_OPS ? -errno.EINVAL : 0;
  link.detached = true;
  link.attach = detachedInfo(link);
  links.touch(id);
  return 0;
}

/** What the info of a detached link says: no cgroup, namespace or device any more. */
function detachedInfo({ attach }: BpfLink): BpfLink['attach'] {
  return {
    ...attach,
    ...(attach.cgroupId === undefined ? {} : { cgroupId: 0n }),
    ...(attach.netnsIno === undefined ? {} : { netnsIno: 0 }),
    ...(attach.ifindex === undefined ? {} : { ifindex: 0 }),
    ...(attach.mapId === undefined ? {} : { mapId: 0 }),
  };
}
