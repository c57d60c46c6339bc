import { errno } from '../../uapi/index.ts';
import type { Execution } from '../../vm/index.ts';
import { kernelOffset } from '../../vm/index.ts';
import { scopeOf } from '../hooks/scope.ts';
import { KernelStruct } from '../layout/struct.ts';
import { isMapped, result, u32 } from './access.ts';
import type { HelperFamily } from './family.ts';
import { skbOf } from './skb.ts';

const TCP_TIME_WAIT = 6;
const TCP_LISTEN = 10;
const TCP_NEW_SYN_RECV = 12;
const IPPROTO_TCP = 6;
const AF_INET = 2;
const AF_INET6 = 10;
/** The network namespace that everything is in, and the root of the cgroup tree. */
const ROOT_NETNS_COOKIE = 1n;
const ROOT_CGROUP_ID = 1n;
/** bpf_fib_lookup: the device does not forward; none does until the world says so. */
const BPF_FIB_LKUP_RET_FWD_DISABLED = 5n;
const FIB_LOOKUP_SIZE = 64;
const FIB_FLAGS = 0x3fn;
/** BPF_SOCK_OPS_ALL_CB_FLAGS */
const SOCK_OPS_ALL_CB_FLAGS = 0x7f;

const common = (member: string) => `sock.__sk_common+sock_common.${member}`;

function sockAt(exec: Execution, address: bigint): KernelStruct | undefined {
  const { runtime } = scopeOf(exec);
  const offset = kernelOffset(address);
  if (!isMapped(runtime.state.memory, offset, 128)) return undefined;
  return new KernelStruct(runtime.state.memory, runtime.layout(), offset);
}

function isFull(sock: KernelStruct): boolean {
  const state = sock.u32(common('skc_state'));
  return state !== TCP_TIME_WAIT && state !== TCP_NEW_SYN_RECV;
}

/** The socket where it is a TCP one, else null. */
function asTcp(exec: Execution, address: bigint): bigint {
  const sock = sockAt(exec, address);
  return sock && isFull(sock) && sock.u32('sock.sk_protocol') === IPPROTO_TCP ? address : 0n;
}

/** The cookie of a socket, given when first asked for. */
function cookieOf(exec: Execution, sock: KernelStruct): bigint {
  const place = common('skc_cookie');
  if (sock.u64(place) === 0n) sock.set64(place, scopeOf(exec).runtime.nextSocketCookie());
  return sock.u64(place);
}

const none = () => 0n;

/** Sockets. The emulated machine has none of its own, so look-ups find nothing. */
export const socketHelpers: HelperFamily = {
  BPF_FUNC_sk_lookup_tcp: none,
  BPF_FUNC_sk_lookup_udp: none,
  BPF_FUNC_skc_lookup_tcp: none,
  BPF_FUNC_sk_release: none,
  BPF_FUNC_sk_fullsock(exec, address) {
    const sock = sockAt(exec, address);
    return sock && isFull(sock) ? address : 0n;
  },
  BPF_FUNC_tcp_sock: asTcp,
  BPF_FUNC_skc_to_tcp_sock: asTcp,
  BPF_FUNC_skc_to_tcp6_sock: none,
  BPF_FUNC_skc_to_tcp_timewait_sock: none,
  BPF_FUNC_skc_to_tcp_request_sock: none,
  BPF_FUNC_skc_to_udp6_sock: none,
  BPF_FUNC_skc_to_unix_sock: none,
  BPF_FUNC_skc_to_mptcp_sock: none,
  BPF_FUNC_get_listener_sock(exec, address) {
    const sock = sockAt(exec, address);
    return sock?.u32(common('skc_state')) === TCP_LISTEN ? address : 0n;
  },
  BPF_FUNC_sock_from_file: none,
  BPF_FUNC_sock_ops_cb_flags_set(exec, context, flags) {
    const { runtime } = scopeOf(exec);
    const ops = new KernelStruct(runtime.state.memory, runtime.layout(), kernelOffset(context));
    const known = BigInt(SOCK_OPS_ALL_CB_FLAGS);
    const sock = sockAt(exec, ops.u64('bpf_sock_ops_kern.sk'));
    if (!sock || ops.u32('bpf_sock_ops_kern.is_fullsock') === 0) return result(-errno.EINVAL);
    sock.set('tcp_sock.bpf_sock_ops_cb_flags', Number(flags & known));
    return BigInt.asUintN(32, flags & ~known);
  },
  BPF_FUNC_sk_assign: (_exec, _context, sock, flags) => {
    if (flags !== 0n) return result(-errno.EINVAL);
    return sock === 0n ? 0n : result(-errno.ESOCKTNOSUPPORT);
  },
  BPF_FUNC_tcp_check_syncookie: () => result(-errno.EINVAL),
  BPF_FUNC_tcp_gen_syncookie: () => result(-errno.EINVAL),
  BPF_FUNC_get_socket_cookie(exec, context) {
    const skb = skbOf(exec);
    const address = skb && context === skb.context ? skb.struct.u64('sk_buff.sk') : context;
    const sock = sockAt(exec, address);
    return sock ? cookieOf(exec, sock) : 0n;
  },
  BPF_FUNC_get_socket_uid: none,
  BPF_FUNC_get_netns_cookie: () => ROOT_NETNS_COOKIE,
  BPF_FUNC_get_cgroup_classid: none,
  BPF_FUNC_skb_cgroup_classid: none,
  BPF_FUNC_skb_cgroup_id: () => ROOT_CGROUP_ID,
  BPF_FUNC_skb_ancestor_cgroup_id: (_exec, _skb, level) => (u32(level) === 0 ? ROOT_CGROUP_ID : 0n),
  BPF_FUNC_sk_cgroup_id: () => ROOT_CGROUP_ID,
  BPF_FUNC_sk_ancestor_cgroup_id: (_exec, _sk, level) => (u32(level) === 0 ? ROOT_CGROUP_ID : 0n),
  BPF_FUNC_get_route_realm: none,
  BPF_FUNC_fib_lookup(exec, _context, params, size, flags) {
    const { runtime } = scopeOf(exec);
    const offset = kernelOffset(params);
    if (u32(size) < FIB_LOOKUP_SIZE || flags & ~FIB_FLAGS) return result(-errno.EINVAL);
    if (!isMapped(runtime.state.memory, offset, FIB_LOOKUP_SIZE)) return result(-errno.EFAULT);
    const family = runtime.state.memory.bytes()[offset];
    if (family !== AF_INET && family !== AF_INET6) return result(-errno.EAFNOSUPPORT);
    const ifindex = runtime.state.memory.view().getUint32(offset + 8, runtime.state.endian === 'little');
    return runtime.devices.get(ifindex) ? BPF_FIB_LKUP_RET_FWD_DISABLED : result(-errno.ENODEV);
  },
  BPF_FUNC_check_mtu(exec, _context, ifindex, length, difference, flags) {
    const { packet, runtime } = scopeOf(exec);
    const device = ifindex === 0n ? packet?.device : runtime.devices.get(u32(ifindex));
    if (flags & ~1n) return result(-errno.EINVAL);
    if (!device) return result(-errno.ENODEV);
    const place = kernelOffset(length);
    if (!isMapped(runtime.state.memory, place, 4)) return result(-errno.EFAULT);
    const view = runtime.state.memory.view();
    const little = runtime.state.endian === 'little';
    const linkHeader = 14;
    const asked = view.getUint32(place, little);
    const size = (asked > 0 ? asked + linkHeader : (packet?.length ?? 0)) + Number(BigInt.asIntN(32, difference));
    view.setUint32(place, device.options.mtu, little);
    return size <= device.options.mtu + linkHeader ? 0n : 1n;
  },
};
