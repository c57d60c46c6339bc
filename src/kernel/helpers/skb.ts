import { bpf_flags, errno } from '../../uapi/index.ts';
import type { Execution } from '../../vm/index.ts';
import { scopeOf } from '../hooks/scope.ts';
import type { SkBuff } from '../net/sk-buff.ts';
import { ETH_HLEN } from '../net/sk-buff.ts';
import { readKernel, result, u32, writeKernel } from './access.ts';
import type { HelperFamily } from './family.ts';

/** The packet of a program that runs on one. */
export function skbOf(exec: Execution): SkBuff | undefined {
  const { packet } = scopeOf(exec);
  return packet?.kind === 'skb' ? packet : undefined;
}

/** Longest offset that the byte helpers take. */
const MAX_OFFSET = 0x7fff_ffff;
const STORE_FLAGS = BigInt(bpf_flags.BPF_F_RECOMPUTE_CSUM | 2);
const INVALIDATE_HASH = 2n;
/** Largest packet after its end was moved: four pages without `struct skb_shared_info`. */
const MAX_LENGTH = 4 * 4096 - 320;
/** Numbers of packet types that programs may set. */
const PACKET_OTHERHOST = 3;

function clearHash(skb: SkBuff): void {
  skb.struct.set('sk_buff.hash', 0);
  skb.struct.setIfThere('sk_buff.sw_hash', 0);
  skb.struct.setIfThere('sk_buff.l4_hash', 0);
}

/** Reads bytes into a buffer; where they are not there the buffer becomes zero. */
function loadBytes(exec: Execution, [offset, to, size]: readonly [number, bigint, bigint]): bigint {
  const { memory } = scopeOf(exec).runtime.state;
  const length = u32(size);
  const bytes = offset > MAX_OFFSET ? undefined : skbOf(exec)?.load(offset, length);
  if (bytes && writeKernel(memory, to, bytes)) return 0n;
  writeKernel(memory, to, new Uint8Array(Math.min(length, 0x1_0000)));
  return result(-errno.EFAULT);
}

/** Smallest length that a packet keeps: its headers. */
function minLength(skb: SkBuff): number {
  const transport = skb.struct.u32('sk_buff.transport_header') === 0xffff ? 0 : skb.headerOffset('transport');
  return Math.max(skb.headerOffset('network'), transport, 0);
}

/** The packet's bytes and shape. */
export const skbHelpers: HelperFamily = {
  BPF_FUNC_skb_load_bytes: (exec, _skb, offset, to, size) => loadBytes(exec, [u32(offset), to, size]),
  BPF_FUNC_skb_load_bytes_relative(exec, _skb, offset, to, size, start) {
    const skb = skbOf(exec);
    if (!skb || u32(offset) > 0xffff) return loadBytes(exec, [MAX_OFFSET + 1, to, size]);
    if (start === 0n && !skb.hasMacHeader()) return loadBytes(exec, [MAX_OFFSET + 1, to, size]);
    const base = start === 0n ? skb.headerOffset('mac') : start === 1n ? skb.headerOffset('network') : undefined;
    return loadBytes(exec, [base === undefined ? MAX_OFFSET + 1 : base + u32(offset), to, size]);
  },
  BPF_FUNC_skb_store_bytes(exec, _skb, offset, from, size, flags) {
    const skb = skbOf(exec);
    if (!skb || flags & ~STORE_FLAGS) return result(-errno.EINVAL);
    const bytes = u32(offset) > MAX_OFFSET ? undefined : readKernel(skb.memory, from, u32(size));
    if (!bytes || !skb.store(u32(offset), bytes)) return result(-errno.EFAULT);
    if (flags & INVALIDATE_HASH) clearHash(skb);
    return 0n;
  },
  BPF_FUNC_skb_pull_data(exec, _skb, length) {
    const skb = skbOf(exec);
    if (!skb || u32(length) > skb.length) return result(-errno.ENOMEM);
    skb.computeDataPointers();
    return 0n;
  },
  BPF_FUNC_skb_change_tail(exec, _skb, length, flags) {
    const skb = skbOf(exec);
    const wanted = u32(length);
    if (!skb || flags !== 0n || wanted > MAX_LENGTH || wanted < minLength(skb)) return result(-errno.EINVAL);
    skb.resize(wanted);
    skb.computeDataPointers();
    return 0n;
  },
  BPF_FUNC_skb_change_head(exec, _skb, room, flags) {
    const skb = skbOf(exec);
    const more = u32(room);
    if (!skb || flags !== 0n || more > MAX_LENGTH || skb.length + more > MAX_LENGTH) return result(-errno.EINVAL);
    const failed = skb.insert(0, more);
    if (failed) return result(failed);
    skb.setHeader('mac', 0);
    skb.computeDataPointers();
    return 0n;
  },
  BPF_FUNC_skb_change_type(exec, _skb, type) {
    const skb = skbOf(exec);
    if (!skb || u32(type) > PACKET_OTHERHOST) return result(-errno.EINVAL);
    if (skb.struct.u32('sk_buff.pkt_type') > PACKET_OTHERHOST) return result(-errno.EINVAL);
    skb.struct.set('sk_buff.pkt_type', u32(type));
    return 0n;
  },
  BPF_FUNC_get_hash_recalc(exec) {
    const skb = skbOf(exec);
    if (!skb) return 0n;
    if (skb.struct.u32('sk_buff.hash') === 0) skb.struct.set('sk_buff.hash', flowHash(skb));
    return BigInt(skb.struct.u32('sk_buff.hash'));
  },
  BPF_FUNC_set_hash(exec, _skb, hash) {
    const skb = skbOf(exec);
    skb?.struct.set('sk_buff.hash', u32(hash));
    skb?.struct.setIfThere('sk_buff.sw_hash', 1);
    return 0n;
  },
  BPF_FUNC_set_hash_invalid(exec) {
    const skb = skbOf(exec);
    if (skb) clearHash(skb);
    return 0n;
  },
};

/**
 * A hash of what tells flows apart: addresses, protocol and ports.
 * DEVIATION: Linux takes SipHash with a secret; ours is the same for the same packet everywhere.
 */
function flowHash(skb: SkBuff): number {
  const network = Math.max(skb.headerOffset('network'), 0);
  const bytes = skb.load(network, Math.min(44, skb.length - network)) ?? new Uint8Array(0);
  let hash = 0x811c_9dc5;
  const skip = bytes[0] >> 4 === 4 ? [1, 2, 3, 4, 5, 6, 7, 8, 10, 11] : [];
  for (let i = 0; i < Math.min(bytes.length, bytes[0] >> 4 === 4 ? 24 : 44); i++) {
    if (!skip.includes(i)) hash = Math.imul(hash ^ bytes[i], 0x0100_0193);
  }
  return hash >>> 0 || 1;
}

/** Bytes before the network header of a packet whose data begin at the link layer. */
export function linkLength(skb: SkBuff): number {
  const offset = skb.headerOffset('network');
  return offset >= 0 && offset <= skb.length ? offset : ETH_HLEN;
}
