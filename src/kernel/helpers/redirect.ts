import { bpf_flags, bpf_prog_type, errno, xdp_action } from '../../uapi/index.ts';
import { scopeOf } from '../hooks/scope.ts';
import { result, u32 } from './access.ts';
import type { HelperFamily } from './family.ts';

/** Verdicts of tc programs. @see include/uapi/linux/pkt_cls.h (v6.12) */
const TC_ACT_SHOT = 2n;
const TC_ACT_REDIRECT = 7n;
const INGRESS = BigInt(bpf_flags.BPF_F_INGRESS);

/** Sends packets elsewhere. */
export const redirectHelpers: HelperFamily = {
  BPF_FUNC_redirect(exec, ifindex, flags) {
    const scope = scopeOf(exec);
    if (scope.prog.header.type === bpf_prog_type.BPF_PROG_TYPE_XDP) {
      if (flags !== 0n) return BigInt(xdp_action.XDP_ABORTED);
      scope.redirect = { ifindex: u32(ifindex), flags };
      return BigInt(xdp_action.XDP_REDIRECT);
    }
    if (flags & ~INGRESS) return TC_ACT_SHOT;
    scope.redirect = { ifindex: u32(ifindex), flags };
    return TC_ACT_REDIRECT;
  },
  BPF_FUNC_redirect_peer(exec, ifindex, flags) {
    if (flags !== 0n) return TC_ACT_SHOT;
    scopeOf(exec).redirect = { ifindex: u32(ifindex), flags, peer: true };
    return TC_ACT_REDIRECT;
  },
  BPF_FUNC_redirect_neigh(exec, ifindex, _params, size, flags) {
    const length = u32(size);
    if ((length !== 0 && length < 20) || flags !== 0n) return TC_ACT_SHOT;
    scopeOf(exec).redirect = { ifindex: u32(ifindex), flags };
    return TC_ACT_REDIRECT;
  },
  BPF_FUNC_clone_redirect(exec, _skb, ifindex, flags) {
    const { runtime } = scopeOf(exec);
    if (flags & ~INGRESS) return result(-errno.EINVAL);
    return result(runtime.devices.get(u32(ifindex)) ? 0 : -errno.EINVAL);
  },
};
