import { LATER_ATTACH_TYPES, versionAtLeast } from '../../../catalog/index.ts';
import type { Errno, LinkCreateAttr } from '../../../syscall/index.ts';
import { bpf_attach_type, bpf_flags, bpf_link_type, bpf_prog_type, errno } from '../../../uapi/index.ts';
import type { BpfProg } from '../../core/prog.ts';
import { type Caller, idOfFd } from '../../process/caller.ts';
import type { NewLink } from './new-link.ts';

/** Most functions of one multi link. */
const MAX_MULTI = 1 << 20;

/** kprobe, uprobe, tracepoint and perf_event programs on a perf event. */
export function perfEventLink(caller: Caller, attr: LinkCreateAttr, prog: BpfProg): NewLink | Errno {
  if (attr.flags) return -errno.EINVAL;
  const perfEventId = idOfFd(caller, 'perf_event', attr.perfEventFd ?? attr.target ?? 0);
  if (perfEventId < 0) return perfEventId;
  const { event } = caller.state.perfEvents.expect(perfEventId).attr;
  if (event.type === 'bpf_output' || progTypeOf(event.type) !== prog.header.type) return -errno.EINVAL;
  const others = caller.state.links.ids().map((id) => caller.state.links.expect(id));
  const busy = others.some((link) => link.perfEventId === perfEventId);
  if (busy) return event.type === 'event' ? -errno.EEXIST : -errno.EEXIST;
  return {
    type: bpf_link_type.BPF_LINK_TYPE_PERF_EVENT,
    attachType: bpf_attach_type.BPF_PERF_EVENT,
    cookie: attr.cookie ?? 0n,
    perfEventId,
    attach: { perfEvent: event, cookie: attr.cookie ?? 0n },
  };
}

function progTypeOf(event: 'kprobe' | 'kretprobe' | 'uprobe' | 'uretprobe' | 'tracepoint' | 'event'): number {
  if (event === 'tracepoint') return bpf_prog_type.BPF_PROG_TYPE_TRACEPOINT;
  return event === 'event' ? bpf_prog_type.BPF_PROG_TYPE_PERF_EVENT : bpf_prog_type.BPF_PROG_TYPE_KPROBE;
}

/** kprobe.multi: many functions of the kernel with one program. */
export function kprobeMultiLink(caller: Caller, attr: LinkCreateAttr, prog: BpfProg): NewLink | Errno {
  const multi = attr.kprobeMulti;
  if (attr.attachType !== prog.header.expectedAttachType) return -errno.EINVAL;
  if (!multi || attr.flags || multi.flags & ~bpf_flags.BPF_F_KPROBE_MULTI_RETURN) return -errno.EINVAL;
  if (multi.syms.length === 0 || (multi.cookies && multi.cookies.length !== multi.syms.length)) return -errno.EINVAL;
  if (multi.syms.length > MAX_MULTI) return -errno.E2BIG;
  const symbols = caller.state.symbols();
  const funcs = [];
  for (const [i, name] of multi.syms.entries()) {
    const address = symbols.address(name);
    if (address === undefined) return -errno.ESRCH;
    funcs.push({ name, address, cookie: multi.cookies?.[i] ?? 0n });
  }
  funcs.sort((a, b) => (a.address < b.address ? -1 : 1));
  return {
    type: bpf_link_type.BPF_LINK_TYPE_KPROBE_MULTI,
    attachType: attr.attachType,
    attach: { multi: { flags: multi.flags, funcs } },
  };
}

/** uprobe.multi: many places of one file with one program. */
export function uprobeMultiLink(caller: Caller, attr: LinkCreateAttr, prog: BpfProg): NewLink | Errno {
  const { version } = caller.state.profile;
  const session = attr.attachType === LATER_ATTACH_TYPES.BPF_TRACE_UPROBE_SESSION;
  if (!versionAtLeast(version, session ? '6.13' : '6.6')) return -errno.EINVAL;
  if (attr.attachType !== prog.header.expectedAttachType) return -errno.EINVAL;
  const multi = attr.uprobeMulti;
  if (!multi || attr.flags || multi.flags & ~bpf_flags.BPF_F_UPROBE_MULTI_RETURN) return -errno.EINVAL;
  const { offsets, cookies, refCtrOffsets } = multi;
  if (multi.path === '' || offsets.length === 0 || multi.pid < 0) return -errno.EINVAL;
  if (offsets.length > MAX_MULTI) return -errno.E2BIG;
  if ([cookies, refCtrOffsets].some((list) => list && list.length !== offsets.length)) return -errno.EINVAL;
  // A counter has 16 bits, and stands where those are aligned.
  if (refCtrOffsets?.some((offset) => offset & 1n)) return -errno.EINVAL;
  const funcs = offsets.map((address, i) => ({
    name: '',
    address,
    cookie: cookies?.[i] ?? 0n,
    refCtrOffset: refCtrOffsets?.[i] ?? 0n,
  }));
  return {
    type: bpf_link_type.BPF_LINK_TYPE_UPROBE_MULTI,
    attachType: attr.attachType,
    attach: { pid: multi.pid, multi: { flags: multi.flags, path: multi.path, funcs } },
  };
}
