import type { InsnFacts, Insns } from '../../isa/index.ts';
import { bpf_func_id, bpf_map_type, bpf_pseudo_call } from '../../uapi/index.ts';
import type { CheckedMap } from '../options.ts';
import { pointer, SCALAR, UNKNOWN, type Value } from './value.ts';

/** Maps whose values are maps. */
const OUTER: readonly number[] = [bpf_map_type.BPF_MAP_TYPE_ARRAY_OF_MAPS, bpf_map_type.BPF_MAP_TYPE_HASH_OF_MAPS];
/** Maps whose values are sockets to programs. */
const SOCKETS: readonly number[] = [bpf_map_type.BPF_MAP_TYPE_SOCKMAP, bpf_map_type.BPF_MAP_TYPE_SOCKHASH];

/** What a helper gives back, where it is a pointer. */
const RESULTS: ReadonlyMap<number, Value> = new Map([
  [bpf_func_id.BPF_FUNC_ringbuf_reserve, pointer('memory', 0)],
  [bpf_func_id.BPF_FUNC_dynptr_data, pointer('memory', 0)],
  [bpf_func_id.BPF_FUNC_get_local_storage, pointer('map_value', 0)],
  [bpf_func_id.BPF_FUNC_sk_lookup_tcp, pointer('socket', 0)],
  [bpf_func_id.BPF_FUNC_sk_lookup_udp, pointer('socket', 0)],
  [bpf_func_id.BPF_FUNC_skc_lookup_tcp, pointer('socket', 0)],
  [bpf_func_id.BPF_FUNC_sk_fullsock, pointer('socket', 0)],
  [bpf_func_id.BPF_FUNC_get_listener_sock, pointer('socket', 0)],
  [bpf_func_id.BPF_FUNC_tcp_sock, pointer('tcp_sock', 0)],
  [bpf_func_id.BPF_FUNC_get_current_task_btf, pointer('btf', 0)],
  [bpf_func_id.BPF_FUNC_task_pt_regs, pointer('btf', 0)],
  [bpf_func_id.BPF_FUNC_sock_from_file, pointer('btf', 0)],
  [bpf_func_id.BPF_FUNC_skc_to_tcp6_sock, pointer('btf', 0)],
  [bpf_func_id.BPF_FUNC_skc_to_tcp_sock, pointer('btf', 0)],
  [bpf_func_id.BPF_FUNC_skc_to_tcp_timewait_sock, pointer('btf', 0)],
  [bpf_func_id.BPF_FUNC_skc_to_tcp_request_sock, pointer('btf', 0)],
  [bpf_func_id.BPF_FUNC_skc_to_udp6_sock, pointer('btf', 0)],
  [bpf_func_id.BPF_FUNC_skc_to_unix_sock, pointer('btf', 0)],
  [bpf_func_id.BPF_FUNC_skc_to_mptcp_sock, pointer('btf', 0)],
  [bpf_func_id.BPF_FUNC_per_cpu_ptr, pointer('btf', 0)],
  [bpf_func_id.BPF_FUNC_this_cpu_ptr, pointer('btf', 0)],
]);

/** Helpers that look a value up in the map or storage in R1. */
const LOOKUPS: ReadonlySet<number> = new Set([
  bpf_func_id.BPF_FUNC_map_lookup_elem,
  bpf_func_id.BPF_FUNC_map_lookup_percpu_elem,
  bpf_func_id.BPF_FUNC_sk_storage_get,
  bpf_func_id.BPF_FUNC_inode_storage_get,
  bpf_func_id.BPF_FUNC_task_storage_get,
  bpf_func_id.BPF_FUNC_cgrp_storage_get,
]);

/** R0 after a helper or kfunc, by the registers before it. */
export function callResult(
  insns: Insns,
  i: number,
  call: { registers: readonly Value[]; maps: readonly CheckedMap[] },
): Value {
  if (insns.src(i) === bpf_pseudo_call.BPF_PSEUDO_KFUNC_CALL) return { ...UNKNOWN };
  const helper = insns.imm(i);
  if (!LOOKUPS.has(helper)) return { ...(RESULTS.get(helper) ?? SCALAR) };
  const { map } = call.registers[1];
  const type = map === undefined ? undefined : call.maps[map].attr.mapType;
  if (type !== undefined && OUTER.includes(type)) return { cls: 'map', number: 0 };
  if (type !== undefined && SOCKETS.includes(type)) return pointer('socket', 0);
  return { cls: 'map_value', number: 0, map };
}

/** The map that a helper is called with. */
export function callFacts(insns: Insns, i: number, registers: readonly Value[]): InsnFacts | undefined {
  if (insns.src(i) !== 0) return undefined;
  const argument = registers[insns.imm(i) === bpf_func_id.BPF_FUNC_tail_call ? 2 : 1];
  return argument.cls === 'map' && argument.map !== undefined ? { map: argument.map } : undefined;
}

/** What a callback that is passed in a register is called with. */
export function callbackArguments(insns: Insns, i: number, registers: readonly Value[]): readonly Value[] {
  const value: Value = { cls: 'map_value', number: 0, map: registers[1].map };
  const unknown = [UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN];
  if (insns.src(i) !== 0) return unknown;
  switch (insns.imm(i)) {
    case bpf_func_id.BPF_FUNC_for_each_map_elem:
      return [registers[1], pointer('memory', 0), value, registers[3]];
    case bpf_func_id.BPF_FUNC_loop:
      return [SCALAR, registers[3]];
    case bpf_func_id.BPF_FUNC_timer_set_callback:
      return [{ cls: 'map', map: registers[1].map }, pointer('memory', 0), value];
    case bpf_func_id.BPF_FUNC_find_vma:
      return [pointer('btf', 0), pointer('btf', 0), registers[4]];
    case bpf_func_id.BPF_FUNC_user_ringbuf_drain:
      return [pointer('memory', 0), registers[3]];
    default:
      return unknown;
  }
}
