import type { Errno, LinkCreateAttr } from '../../../syscall/index.ts';
import { bpf_attach_flags, bpf_link_type, errno } from '../../../uapi/index.ts';
import { type Caller, idOfFd } from '../../process/caller.ts';
import { checkCgroupAttach } from '../cgroup-programs.ts';
import type { NewLink } from './new-link.ts';

/** A program on a cgroup; links stand beside each other (BPF_F_ALLOW_MULTI). */
export function cgroupLink(caller: Caller, attr: LinkCreateAttr): NewLink | Errno {
  if (attr.flags) return -errno.EINVAL;
  const cgroup = idOfFd(caller, 'cgroup', attr.target ?? 0);
  if (cgroup < 0) return -errno.EBADF;
  const refused = checkCgroupAttach(caller.state, {
    cgroup,
    attachType: attr.attachType,
    flags: bpf_attach_flags.BPF_F_ALLOW_MULTI,
  });
  if (refused < 0) return refused;
  return {
    type: bpf_link_type.BPF_LINK_TYPE_CGROUP,
    attachType: attr.attachType,
    attach: { cgroupId: BigInt(cgroup), attachType: attr.attachType },
  };
}
