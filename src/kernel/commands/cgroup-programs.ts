import type { Errno, ProgAttachAttr } from '../../syscall/index.ts';
import { bpf_attach_flags, bpf_link_type, errno } from '../../uapi/index.ts';
import type { Attachment } from '../core/link.ts';
import type { BpfProg } from '../core/prog.ts';
import type { KernelState } from '../core/state.ts';
import { type Caller, idOfFd } from '../process/caller.ts';

const { BPF_F_ALLOW_OVERRIDE, BPF_F_ALLOW_MULTI, BPF_F_REPLACE } = bpf_attach_flags;
const MODES = BPF_F_ALLOW_OVERRIDE | BPF_F_ALLOW_MULTI;
/** Most programs of one attach type on one cgroup. */
const BPF_CGROUP_MAX_PROGS = 64;

/** One place of a cgroup where programs of one attach type are. */
interface CgroupPlace {
  readonly cgroup: number;
  readonly attachType: number;
}

/** How many programs are at the place, and with which flags. */
function programsAt(state: KernelState, { cgroup, attachType }: CgroupPlace): { count: number; flags: number } {
  let count = 0;
  let flags = 0;
  for (const attachment of state.attachments) {
    if (attachment.kind !== 'cgroup' || attachment.target !== cgroup || attachment.attachType !== attachType) continue;
    count++;
    flags = attachment.flags;
  }
  for (const id of state.links.ids()) {
    const link = state.links.expect(id);
    if (link.type !== bpf_link_type.BPF_LINK_TYPE_CGROUP || link.detached) continue;
    if (link.attachType !== attachType || link.attach.cgroupId !== BigInt(cgroup)) continue;
    count++;
    flags = BPF_F_ALLOW_MULTI;
  }
  return { count, flags };
}

/** Whether a program may be added there with these flags; -EPERM where a cgroup above or what is there forbids it. */
export function checkCgroupAttach(state: KernelState, place: CgroupPlace & { readonly flags: number }): Errno | 0 {
  for (let above = state.cgroups.parentOf(place.cgroup); above !== undefined; above = state.cgroups.parentOf(above)) {
    const { count, flags } = programsAt(state, { cgroup: above, attachType: place.attachType });
    if (flags & BPF_F_ALLOW_MULTI) break;
    if (count === 1 && !(flags & BPF_F_ALLOW_OVERRIDE)) return -errno.EPERM;
    if (count === 1) break;
  }
  const here = programsAt(state, place);
  if (here.count > 0 && here.flags !== (place.flags & MODES)) return -errno.EPERM;
  return here.count >= BPF_CGROUP_MAX_PROGS ? -errno.E2BIG : 0;
}

function indexOf(state: KernelState, { cgroup, attachType }: CgroupPlace, progId?: number): number {
  return state.attachments.findIndex(
    ({ kind, target, attachType: type, progId: id }) =>
      kind === 'cgroup' && target === cgroup && type === attachType && (progId === undefined || id === progId),
  );
}

/** BPF_PROG_ATTACH to a cgroup. */
export function attachToCgroup(caller: Caller, attr: ProgAttachAttr, prog: BpfProg): Errno | 0 {
  const { state } = caller;
  const flags = attr.attachFlags ?? 0;
  if (flags & ~(MODES | BPF_F_REPLACE)) return -errno.EINVAL;
  if ((flags & MODES) === MODES || (flags & BPF_F_REPLACE && !(flags & BPF_F_ALLOW_MULTI))) return -errno.EINVAL;
  const cgroup = idOfFd(caller, 'cgroup', attr.target);
  if (cgroup < 0) return -errno.EBADF;
  const place = { cgroup, attachType: attr.attachType };
  const refused = checkCgroupAttach(state, { ...place, flags });
  if (refused < 0) return refused;
  const attachment: Attachment = {
    kind: 'cgroup',
    target: cgroup,
    attachType: attr.attachType,
    progId: prog.header.id,
    flags: flags & MODES,
  };
  const old = replaced(caller, { place, flags, attr, progId: prog.header.id });
  if (old < -1) return old === NOT_FOUND ? -errno.ENOENT : -errno.EINVAL;
  state.progs.hold(prog.header.id);
  if (old < 0) state.attachments.push(attachment);
  else {
    const [before] = state.attachments.splice(old, 1, attachment);
    state.progs.drop(before.progId);
  }
  state.attachmentsChanged();
  return 0;
}

const ALREADY_THERE = -2;
const NOT_FOUND = -3;

/** The place in the list of the attachment that a new one takes; -1: none. */
function replaced(
  caller: Caller,
  options: {
    readonly place: CgroupPlace;
    readonly flags: number;
    readonly attr: ProgAttachAttr;
    readonly progId: number;
  },
): number {
  const { state } = caller;
  const { place, flags, attr, progId } = options;
  if (!(flags & BPF_F_ALLOW_MULTI)) return indexOf(state, place);
  if (indexOf(state, place, progId) >= 0) return ALREADY_THERE;
  if (!(flags & BPF_F_REPLACE)) return -1;
  const oldId = idOfFd(caller, 'prog', attr.replaceProgFd ?? 0);
  const at = oldId > 0 ? indexOf(state, place, oldId) : -1;
  return at < 0 ? NOT_FOUND : at;
}

/** BPF_PROG_DETACH from a cgroup: without a program only where not several may stand beside each other. */
export function detachFromCgroup(caller: Caller, attr: ProgAttachAttr): Errno | 0 {
  const { state } = caller;
  const cgroup = idOfFd(caller, 'cgroup', attr.target);
  if (cgroup < 0) return -errno.EBADF;
  const place = { cgroup, attachType: attr.attachType };
  const progId = attr.progFd ? idOfFd(caller, 'prog', attr.progFd) : 0;
  const first = indexOf(state, place);
  const multi = first >= 0 && (state.attachments[first].flags & BPF_F_ALLOW_MULTI) !== 0;
  if (multi && progId <= 0) return -errno.EINVAL;
  const at = multi ? indexOf(state, place, progId) : first;
  if (at < 0) return -errno.ENOENT;
  const [gone] = state.attachments.splice(at, 1);
  state.attachmentsChanged();
  state.progs.drop(gone.progId);
  return 0;
}
