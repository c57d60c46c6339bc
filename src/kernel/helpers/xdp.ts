import { bpf_flags, errno, xdp_action } from '../../uapi/index.ts';
import type { Execution } from '../../vm/index.ts';
import { scopeOf } from '../hooks/scope.ts';
import { DevMapHash } from '../maps/devmap-hash.ts';
import type { BpfMap } from '../maps/map.ts';
import { RedirectArrayMap } from '../maps/redirect-array.ts';
import type { XdpBuff } from '../net/xdp-buff.ts';
import { int, readKernel, result, u32, writeKernel } from './access.ts';
import type { HelperFamily } from './family.ts';
import { mapOf } from './map.ts';

function xdpOf(exec: Execution): XdpBuff | undefined {
  const { packet } = scopeOf(exec);
  return packet?.kind === 'xdp' ? packet : undefined;
}

/** Longest packet that xdp_load_bytes and xdp_store_bytes know. */
const MAX_OFFSET = 0xffff;
/** BPF_F_BROADCAST and BPF_F_EXCLUDE_INGRESS beside the action for a missing entry. */
const REDIRECT_MAP_ACTIONS = 3n;
const REDIRECT_MAP_FLAGS = BigInt(bpf_flags.BPF_F_BROADCAST | bpf_flags.BPF_F_EXCLUDE_INGRESS);

/** What an entry of a map of devices, CPUs or sockets leads to; 0 where it leads nowhere. */
function targetOf(map: BpfMap, key: number): number {
  if (map instanceof RedirectArrayMap || map instanceof DevMapHash) return map.redirectEntry(key).target;
  return 0;
}

/** Packets as XDP programs see them. */
export const xdpHelpers: HelperFamily = {
  BPF_FUNC_xdp_adjust_head: (exec, _xdp, by) => result(xdpOf(exec)?.adjustHead(int(by)) ?? -errno.EINVAL),
  BPF_FUNC_xdp_adjust_tail: (exec, _xdp, by) => result(xdpOf(exec)?.adjustTail(int(by)) ?? -errno.EINVAL),
  BPF_FUNC_xdp_adjust_meta: (exec, _xdp, by) => result(xdpOf(exec)?.adjustMeta(int(by)) ?? -errno.EINVAL),
  BPF_FUNC_xdp_get_buff_len: (exec) => BigInt(xdpOf(exec)?.length ?? 0),
  BPF_FUNC_xdp_load_bytes(exec, _xdp, offset, to, size) {
    const bytes = u32(offset) > MAX_OFFSET ? undefined : xdpOf(exec)?.load(u32(offset), u32(size));
    if (!bytes) return result(u32(offset) > MAX_OFFSET ? -errno.EFAULT : -errno.EINVAL);
    return writeKernel(scopeOf(exec).runtime.state.memory, to, bytes) ? 0n : result(-errno.EFAULT);
  },
  BPF_FUNC_xdp_store_bytes(exec, _xdp, offset, from, size) {
    const bytes = readKernel(scopeOf(exec).runtime.state.memory, from, u32(size));
    if (!bytes || u32(offset) > MAX_OFFSET) return result(-errno.EFAULT);
    return xdpOf(exec)?.store(u32(offset), bytes) ? 0n : result(-errno.EINVAL);
  },
  BPF_FUNC_redirect_map(exec, address, key, flags) {
    const map = mapOf(exec, address);
    if (!map) return BigInt(xdp_action.XDP_ABORTED);
    const broadcast = (flags & BigInt(bpf_flags.BPF_F_BROADCAST)) !== 0n;
    if (flags & ~(REDIRECT_MAP_ACTIONS | REDIRECT_MAP_FLAGS)) return BigInt(xdp_action.XDP_ABORTED);
    if (!broadcast && targetOf(map, u32(key)) === 0) return flags & REDIRECT_MAP_ACTIONS;
    scopeOf(exec).redirect = { ifindex: 0, flags, map, index: key };
    return BigInt(xdp_action.XDP_REDIRECT);
  },
};
