import { bpf_flags, errno } from '../../uapi/index.ts';
import type { Execution } from '../../vm/index.ts';
import { scopeOf } from '../hooks/scope.ts';
import { readKernel, result, u32 } from './access.ts';
import type { HelperFamily } from './family.ts';

/** One's complement sum of two 32-bit sums. */
export function csumAdd(a: number, b: number): number {
  const sum = (a >>> 0) + (b >>> 0);
  return (sum > 0xffff_ffff ? sum + 1 : sum) >>> 0;
}

function csumSub(a: number, b: number): number {
  return csumAdd(a, ~b >>> 0);
}

/** A 32-bit sum as the 16-bit checksum of a header: folded and complemented. */
function csumFold(sum: number): number {
  const once = (sum & 0xffff) + (sum >>> 16);
  return ~((once & 0xffff) + (once >>> 16)) & 0xffff;
}

/** A 16-bit checksum as the sum that it stands for. */
function csumUnfold(checksum: number): number {
  return checksum & 0xffff;
}

/** A 32-bit sum folded to 16 bits, not complemented. */
function csumFold16(sum: number): number {
  return ~csumFold(sum) & 0xffff;
}

/** The one's complement sum of bytes, in words of the machine's order; an odd last byte is the first of its word. */
export function csumPartial(bytes: Uint8Array, start: number, little: boolean): number {
  let sum = start >>> 0;
  for (let i = 0; i + 1 < bytes.length; i += 2) {
    sum = csumAdd(sum, little ? bytes[i] | (bytes[i + 1] << 8) : (bytes[i] << 8) | bytes[i + 1]);
  }
  if (bytes.length % 2 === 1) sum = csumAdd(sum, little ? bytes[bytes.length - 1] : bytes[bytes.length - 1] << 8);
  return sum;
}

/** Replaces `from` by `to` in a checksum. */
function replace(checksum: number, from: number, to: number): number {
  return csumFold(csumAdd(csumSub(~csumUnfold(checksum) >>> 0, from), to));
}

const HDR_FIELD_MASK = 0xfn;
const { BPF_F_PSEUDO_HDR, BPF_F_MARK_MANGLED_0, BPF_F_MARK_ENFORCE, BPF_F_IPV6 } = bpf_flags;
const CSUM_MANGLED_0 = 0xffff;

/** Reads and writes a 16-bit checksum field of the packet in the machine's order. */
function editChecksum(exec: Execution, offset: bigint, edit: (checksum: number) => number | undefined): bigint {
  const { packet, runtime } = scopeOf(exec);
  const at = u32(offset);
  if (at > 0xffff || at & 1) return result(-errno.EFAULT);
  const bytes = packet?.load(at, 2);
  if (!packet || !bytes) return result(-errno.EFAULT);
  const little = runtime.state.endian === 'little';
  const old = little ? bytes[0] | (bytes[1] << 8) : (bytes[0] << 8) | bytes[1];
  const next = edit(old);
  if (next !== undefined) {
    packet.store(at, little ? Uint8Array.of(next & 0xff, next >> 8) : Uint8Array.of(next >> 8, next & 0xff));
  }
  return 0n;
}

/** Internet checksums. Sums are kept in the machine's byte order, as the fields hold them. */
export const csumHelpers: HelperFamily = {
  BPF_FUNC_l3_csum_replace(exec, _skb, offset, from, to, flags) {
    if (flags & ~HDR_FIELD_MASK) return result(-errno.EINVAL);
    const size = flags & HDR_FIELD_MASK;
    if (size !== 0n && size !== 2n && size !== 4n) return result(-errno.EINVAL);
    if (size === 0n && from !== 0n) return result(-errno.EINVAL);
    const wide = size === 2n ? 0xffff : 0xffff_ffff;
    return editChecksum(exec, offset, (checksum) =>
      size === 0n
        ? csumFold(csumAdd(u32(to), ~csumUnfold(checksum) >>> 0))
        : replace(checksum, (u32(from) & wide) >>> 0, (u32(to) & wide) >>> 0),
    );
  },
  BPF_FUNC_l4_csum_replace(exec, _skb, offset, from, to, flags) {
    const known = BigInt(BPF_F_MARK_MANGLED_0 | BPF_F_MARK_ENFORCE | BPF_F_PSEUDO_HDR | BPF_F_IPV6) | HDR_FIELD_MASK;
    if (flags & ~known) return result(-errno.EINVAL);
    const size = flags & HDR_FIELD_MASK;
    if (size !== 0n && size !== 2n && size !== 4n) return result(-errno.EINVAL);
    if (size === 0n && from !== 0n) return result(-errno.EINVAL);
    const mangled = (flags & BigInt(BPF_F_MARK_MANGLED_0)) !== 0n;
    const enforce = (flags & BigInt(BPF_F_MARK_ENFORCE)) !== 0n;
    const wide = size === 2n ? 0xffff : 0xffff_ffff;
    return editChecksum(exec, offset, (checksum) => {
      if (mangled && !enforce && checksum === 0) return undefined;
      const next =
        size === 0n
          ? csumFold(csumAdd(u32(to), ~csumUnfold(checksum) >>> 0))
          : replace(checksum, (u32(from) & wide) >>> 0, (u32(to) & wide) >>> 0);
      return mangled && next === 0 ? CSUM_MANGLED_0 : next;
    });
  },
  BPF_FUNC_csum_diff(exec, from, fromSize, to, toSize, seed) {
    const { state } = scopeOf(exec).runtime;
    const sizes = [u32(fromSize), u32(toSize)];
    if (sizes.some((size) => size % 4 !== 0 || size > 512)) return result(-errno.EINVAL);
    const read = (address: bigint, size: number) =>
      size === 0 ? new Uint8Array(0) : readKernel(state.memory, address, size);
    const [before, after] = [read(from, sizes[0]), read(to, sizes[1])];
    if (!before || !after) return result(-errno.EFAULT);
    const little = state.endian === 'little';
    let sum = u32(seed);
    if (sizes[0] > 0 && sizes[1] > 0) {
      sum = csumSub(csumPartial(after, sum, little), csumPartial(before, 0, little));
    } else if (sizes[1] > 0) sum = csumPartial(after, sum, little);
    else if (sizes[0] > 0) sum = ~csumPartial(before, ~sum >>> 0, little) >>> 0;
    return BigInt(csumFold16(sum));
  },
  // Packets carry no device checksum (CHECKSUM_COMPLETE), so there is nothing to update.
  BPF_FUNC_csum_update: () => result(-errno.ENOTSUPP),
  BPF_FUNC_csum_level: (_exec, _skb, level) => result(level === 0n ? -errno.EACCES : level <= 3n ? 0 : -errno.EINVAL),
};
