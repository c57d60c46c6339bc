import type { Execution } from '../../vm/index.ts';
import { kernelOffset } from '../../vm/index.ts';
import { isMapped, u32 } from '../helpers/access.ts';
import { scopeOf } from '../hooks/scope.ts';
import { KernelStruct } from '../layout/struct.ts';
import type { KfuncFamily } from './family.ts';

function tcpAt(exec: Execution, address: bigint): KernelStruct | undefined {
  const { runtime } = scopeOf(exec);
  const offset = kernelOffset(address);
  const size = runtime.layout().sizeOf('tcp_sock') ?? 0;
  return isMapped(runtime.state.memory, offset, size)
    ? new KernelStruct(runtime.state.memory, runtime.layout(), offset)
    : undefined;
}

/** Grows the window by one segment for each of its own that was acknowledged. @see RFC 5681, 3.1 */
function avoid(tcp: KernelStruct, window: number, acked: number): void {
  let count = tcp.u32('tcp_sock.snd_cwnd_cnt');
  let cwnd = tcp.u32('tcp_sock.snd_cwnd');
  if (count >= window) {
    count = 0;
    cwnd++;
  }
  count += acked;
  if (count >= window) {
    const grown = Math.floor(count / window);
    count -= grown * window;
    cwnd += grown;
  }
  tcp.set('tcp_sock.snd_cwnd_cnt', count);
  tcp.set('tcp_sock.snd_cwnd', Math.min(cwnd, tcp.u32('tcp_sock.snd_cwnd_clamp')));
}

/** Grows the window by what was acknowledged, up to the threshold. @returns what is left of it */
function slowStart(tcp: KernelStruct, acked: number): number {
  const old = tcp.u32('tcp_sock.snd_cwnd');
  const cwnd = Math.min(old + acked, tcp.u32('tcp_sock.snd_ssthresh'));
  tcp.set('tcp_sock.snd_cwnd', Math.min(cwnd, tcp.u32('tcp_sock.snd_cwnd_clamp')));
  return acked - (cwnd - old);
}

/** Congestion control of TCP, as struct_ops programs build on it: NewReno. @see RFC 5681 */
export const tcpKfuncs: KfuncFamily = {
  tcp_slow_start(exec, sock, acked) {
    const tcp = tcpAt(exec, sock);
    return tcp ? BigInt(slowStart(tcp, u32(acked)) >>> 0) : 0n;
  },
  tcp_cong_avoid_ai(exec, sock, window, acked) {
    const tcp = tcpAt(exec, sock);
    if (tcp) avoid(tcp, Math.max(u32(window), 1), u32(acked));
    return 0n;
  },
  tcp_reno_ssthresh(exec, sock) {
    const tcp = tcpAt(exec, sock);
    return BigInt(Math.max((tcp?.u32('tcp_sock.snd_cwnd') ?? 0) >>> 1, 2));
  },
  tcp_reno_undo_cwnd(exec, sock) {
    const tcp = tcpAt(exec, sock);
    return BigInt(Math.max(tcp?.u32('tcp_sock.snd_cwnd') ?? 0, tcp?.u32('tcp_sock.prior_cwnd') ?? 0));
  },
  tcp_reno_cong_avoid(exec, sock, _ack, acked) {
    const tcp = tcpAt(exec, sock);
    // Only a sender that filled its window may grow it.
    if (!tcp || tcp.readPlace(tcp.layout.place('tcp_sock.is_cwnd_limited')) === 0) return 0n;
    const cwnd = tcp.u32('tcp_sock.snd_cwnd');
    const left = cwnd < tcp.u32('tcp_sock.snd_ssthresh') ? slowStart(tcp, u32(acked)) : u32(acked);
    if (left > 0) avoid(tcp, Math.max(tcp.u32('tcp_sock.snd_cwnd'), 1), left);
    return 0n;
  },
};
