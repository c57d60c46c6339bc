import type { Errno, LinkCreateAttr } from '../../../syscall/index.ts';
import { bpf_attach_type, bpf_link_type, errno } from '../../../uapi/index.ts';
import { INIT_NETNS } from '../../core/netns.ts';
import type { BpfProg } from '../../core/prog.ts';
import { type Caller, idOfFd } from '../../process/caller.ts';
import type { NewLink } from './new-link.ts';

/** XDP_FLAGS_SKB_MODE, _DRV_MODE, _HW_MODE. */
const XDP_MODES = 0x2 | 0x4 | 0x8;
const NETKIT: readonly number[] = [bpf_attach_type.BPF_NETKIT_PRIMARY, bpf_attach_type.BPF_NETKIT_PEER];

/** flow_dissector and sk_lookup: on a network namespace. */
export function netnsLink(caller: Caller, attr: LinkCreateAttr): NewLink | Errno {
  if (attr.flags) return -errno.EINVAL;
  const file = caller.fds.get(attr.target ?? 0);
  if (!file) return -errno.EBADF;
  if (file.kind !== 'netns') return -errno.EINVAL;
  if (attr.attachType === bpf_attach_type.BPF_FLOW_DISSECTOR && hasFlowDissector(caller)) return -errno.EEXIST;
  return {
    type: bpf_link_type.BPF_LINK_TYPE_NETNS,
    attachType: attr.attachType,
    attach: { netnsIno: file.id, attachType: attr.attachType },
  };
}

function hasFlowDissector({ state }: Caller): boolean {
  if (state.attachments.some(({ kind, target }) => kind === 'netns' && target === INIT_NETNS)) return true;
  return state.links.ids().some((id) => {
    const { type, attachType, detached } = state.links.expect(id);
    return type === bpf_link_type.BPF_LINK_TYPE_NETNS && attachType === bpf_attach_type.BPF_FLOW_DISSECTOR && !detached;
  });
}

/** xdp: on a device, one program at a time. */
export function xdpLink(caller: Caller, attr: LinkCreateAttr, prog: BpfProg): NewLink | Errno {
  const { state, services } = caller;
  const flags = attr.flags ?? 0;
  const modes = flags & XDP_MODES;
  if (flags & ~XDP_MODES || (modes & (modes - 1)) !== 0) return -errno.EINVAL;
  const ifindex = attr.target ?? 0;
  if (!services.hasNetDevice(state, ifindex)) return -errno.EINVAL;
  const expected = prog.header.expectedAttachType;
  if (expected !== 0 && expected !== bpf_attach_type.BPF_XDP) return -errno.EINVAL;
  const taken = state.links.ids().some((id) => {
    const link = state.links.expect(id);
    return link.type === bpf_link_type.BPF_LINK_TYPE_XDP && link.attach.ifindex === ifindex && !link.detached;
  });
  if (taken) return -errno.EBUSY;
  return { type: bpf_link_type.BPF_LINK_TYPE_XDP, attachType: bpf_attach_type.BPF_XDP, flags, attach: { ifindex } };
}

/** tcx and netkit: on a device, several in a row. */
export function tcLink(caller: Caller, attr: LinkCreateAttr): NewLink | Errno {
  const { state, services } = caller;
  const ifindex = attr.target ?? 0;
  if (!services.hasNetDevice(state, ifindex)) return -errno.ENODEV;
  const netkit = NETKIT.includes(attr.attachType);
  const type = netkit ? bpf_link_type.BPF_LINK_TYPE_NETKIT : bpf_link_type.BPF_LINK_TYPE_TCX;
  return {
    type,
    attachType: attr.attachType,
    flags: attr.flags ?? 0,
    attach: { ifindex, attachType: attr.attachType },
  };
}

const NFPROTO_IPV4 = 2;
const NFPROTO_IPV6 = 10;
const NF_INET_NUMHOOKS = 5;
const BPF_F_NETFILTER_IP_DEFRAG = 1;
/** Below and above this a priority is taken: INT_MIN is for defragmentation's conntrack, INT_MAX for confirm. */
const NF_IP_PRI_CONNTRACK_DEFRAG = -400;

/** netfilter: on a hook of a protocol at a priority that nobody else has. */
export function netfilterLink({ state }: Caller, attr: LinkCreateAttr): NewLink | Errno {
  const netfilter = attr.netfilter ?? { pf: 0, hooknum: 0, priority: 0, flags: 0 };
  if (attr.flags || netfilter.flags & ~BPF_F_NETFILTER_IP_DEFRAG) return -errno.EINVAL;
  if (netfilter.pf !== NFPROTO_IPV4 && netfilter.pf !== NFPROTO_IPV6) return -errno.EAFNOSUPPORT;
  if (netfilter.hooknum >= NF_INET_NUMHOOKS) return -errno.EPROTO;
  const { priority } = netfilter;
  if (priority === -0x8000_0000 || priority === 0x7fff_ffff) return -errno.ERANGE;
  const defrag = (netfilter.flags & BPF_F_NETFILTER_IP_DEFRAG) !== 0;
  if (defrag && priority <= NF_IP_PRI_CONNTRACK_DEFRAG) return -errno.ERANGE;
  const taken = state.links.ids().some((id) => {
    const other = state.links.expect(id).attach.netfilter;
    return other?.pf === netfilter.pf && other.hooknum === netfilter.hooknum && other.priority === priority;
  });
  if (taken) return -errno.EBUSY;
  return {
    type: bpf_link_type.BPF_LINK_TYPE_NETFILTER,
    attachType: bpf_attach_type.BPF_NETFILTER,
    attach: { netfilter },
  };
}

/** sk_msg and sk_skb: on a socket map. */
export function sockmapLink(caller: Caller, attr: LinkCreateAttr): NewLink | Errno {
  if (attr.flags) return -errno.EINVAL;
  const mapId = idOfFd(caller, 'map', attr.target ?? 0);
  if (mapId < 0) return mapId;
  return {
    type: bpf_link_type.BPF_LINK_TYPE_SOCKMAP,
    attachType: attr.attachType,
    mapId,
    attach: { mapId, attachType: attr.attachType },
  };
}
