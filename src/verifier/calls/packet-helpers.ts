import { bpf_func_id, bpf_prog_type } from '../../uapi/index.ts';
import type { VerifyOptions } from '../options.ts';

const f = bpf_func_id;
const t = bpf_prog_type;

/** Helpers after which the packet may lie elsewhere, or be shorter. */
const CHANGES: ReadonlySet<number> = new Set([
  f.BPF_FUNC_clone_redirect,
  f.BPF_FUNC_l3_csum_replace,
  f.BPF_FUNC_l4_csum_replace,
  f.BPF_FUNC_lwt_push_encap,
  f.BPF_FUNC_lwt_seg6_action,
  f.BPF_FUNC_lwt_seg6_adjust_srh,
  f.BPF_FUNC_lwt_seg6_store_bytes,
  f.BPF_FUNC_msg_pop_data,
  f.BPF_FUNC_msg_pull_data,
  f.BPF_FUNC_msg_push_data,
  f.BPF_FUNC_skb_adjust_room,
  f.BPF_FUNC_skb_change_head,
  f.BPF_FUNC_skb_change_proto,
  f.BPF_FUNC_skb_change_tail,
  f.BPF_FUNC_skb_pull_data,
  f.BPF_FUNC_skb_store_bytes,
  f.BPF_FUNC_skb_vlan_pop,
  f.BPF_FUNC_skb_vlan_push,
  f.BPF_FUNC_store_hdr_opt,
  f.BPF_FUNC_tail_call,
  f.BPF_FUNC_xdp_adjust_head,
  f.BPF_FUNC_xdp_adjust_meta,
  f.BPF_FUNC_xdp_adjust_tail,
]);

/** Whether pointers into the packet lead nowhere after the helper. */
export function changesPacket(id: number): boolean {
  return CHANGES.has(id);
}

const CHANGING_KFUNCS: readonly string[] = ['bpf_xdp_pull_data'];

/** The same of a kfunc. */
export function kfuncChangesPacket(name: string): boolean {
  return CHANGING_KFUNCS.includes(name);
}

/** Programs that read packets, and hand them to helpers that take packets. */
const READERS: readonly number[] = [
  t.BPF_PROG_TYPE_LWT_IN,
  t.BPF_PROG_TYPE_LWT_OUT,
  t.BPF_PROG_TYPE_LWT_SEG6LOCAL,
  t.BPF_PROG_TYPE_SK_REUSEPORT,
  t.BPF_PROG_TYPE_FLOW_DISSECTOR,
  t.BPF_PROG_TYPE_CGROUP_SKB,
  t.BPF_PROG_TYPE_SCHED_CLS,
  t.BPF_PROG_TYPE_SCHED_ACT,
  t.BPF_PROG_TYPE_XDP,
  t.BPF_PROG_TYPE_LWT_XMIT,
  t.BPF_PROG_TYPE_SK_SKB,
  t.BPF_PROG_TYPE_SK_MSG,
];

/** Whether the program may pass a pointer into the packet to a helper; `taken`: the helper takes such pointers. */
export function mayPassPacket({ options }: { readonly options: VerifyOptions }, taken: boolean): boolean {
  if (options.progType === t.BPF_PROG_TYPE_CGROUP_SOCKOPT) return true;
  return READERS.includes(options.progType) && taken;
}
