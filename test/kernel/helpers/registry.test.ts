import { expect, test } from 'vitest';
import { parseBtf } from '../../../src/btf/index.ts';
import { helperName } from '../../../src/catalog/index.ts';
import { helpers } from '../../../src/kernel/helpers/registry.ts';
import { createKernel } from '../../../src/kernel/index.ts';
import { kfuncs } from '../../../src/kernel/kfuncs/registry.ts';
import { bpf_func_id } from '../../../src/uapi/index.ts';
import { profileOf618 } from '../../support/profile.ts';
import { loadPrograms } from '../../support/runtime-kernel.ts';
import { sampleObject, sampleObjects, shippedKernelBtf } from '../../support/samples.ts';

/** Helpers that are not there, and what they would need. */
const MISSING: Readonly<Record<string, readonly string[]>> = {
  'the engine makes tail calls itself': ['tail_call'],
  'tunnels and routes': [
    'skb_get_tunnel_key',
    'skb_set_tunnel_key',
    'skb_get_tunnel_opt',
    'skb_set_tunnel_opt',
    'skb_get_xfrm_state',
    'lwt_push_encap',
    'lwt_seg6_store_bytes',
    'lwt_seg6_adjust_srh',
    'lwt_seg6_action',
  ],
  'sockets of the emulated machine': [
    'setsockopt',
    'getsockopt',
    'bind',
    'sk_redirect_map',
    'sk_redirect_hash',
    'sock_map_update',
    'sock_hash_update',
    'msg_redirect_map',
    'msg_redirect_hash',
    'msg_apply_bytes',
    'msg_cork_bytes',
    'msg_pull_data',
    'msg_push_data',
    'msg_pop_data',
    'sk_select_reuseport',
    'tcp_send_ack',
    'load_hdr_opt',
    'store_hdr_opt',
    'reserve_hdr_opt',
    'tcp_raw_gen_syncookie_ipv4',
    'tcp_raw_gen_syncookie_ipv6',
    'tcp_raw_check_syncookie_ipv4',
    'tcp_raw_check_syncookie_ipv6',
  ],
  'cgroups with tasks in them': ['skb_under_cgroup', 'current_task_under_cgroup'],
  'files, inodes and memory areas': [
    'inode_storage_get',
    'inode_storage_delete',
    'd_path',
    'bprm_opts_set',
    'ima_inode_hash',
    'ima_file_hash',
    'find_vma',
  ],
  'sysctl and infrared hooks': [
    'sysctl_get_name',
    'sysctl_get_current_value',
    'sysctl_get_new_value',
    'sysctl_set_new_value',
    'rc_repeat',
    'rc_keydown',
    'rc_pointer_rel',
  ],
  'hardware counters': [
    'perf_event_read',
    'perf_event_read_value',
    'perf_prog_read_value',
    'read_branch_records',
    'get_branch_snapshot',
  ],
  'values printed by their types': ['snprintf_btf', 'seq_printf_btf'],
  'system calls of programs': ['sys_bpf', 'sys_close'],
};

const profile = profileOf618(shippedKernelBtf(), { CONFIG_KALLSYMS_ALL: 'y' });
const kernel = createKernel({ profile });

test('every helper is implemented, or listed with what it needs', () => {
  const missing = Object.entries(bpf_func_id)
    .filter(([, id]) => id > 0 && id < bpf_func_id.__BPF_FUNC_MAX_ID && !helpers.has(id))
    .map(([name]) => name.slice('BPF_FUNC_'.length));
  expect(missing.sort()).toEqual(Object.values(MISSING).flat().sort());
});

test('every kernel function that is implemented is one of Linux', () => {
  const btf = parseBtf(shippedKernelBtf());
  // Newer than the shipped kernel, or of a configuration that it does not have.
  const unknown = [...kfuncs.keys()].filter((name) => btf.findByName(name, 'FUNC') === undefined);
  expect(unknown.sort()).toEqual([
    'bpf_arena_reserve_pages',
    'bpf_dynptr_copy',
    'bpf_dynptr_memset',
    'bpf_list_back',
    'bpf_list_front',
    'bpf_local_irq_restore',
    'bpf_local_irq_save',
    'bpf_rbtree_left',
    'bpf_rbtree_right',
    'bpf_rbtree_root',
    'bpf_res_spin_lock',
    'bpf_res_spin_lock_irqsave',
    'bpf_res_spin_unlock',
    'bpf_res_spin_unlock_irqrestore',
    'bpf_task_from_vpid',
  ]);
});

test('a program that calls a helper which is not there is refused, and told which', () => {
  // The verifier would refuse it before: a socket filter has no such helper.
  const system = createKernel({ profile, verify: 'structure' }).openProcess();
  const log = { level: 1, text: '' };
  const insns = Uint8Array.of(0x85, 0, 0, 0, bpf_func_id.BPF_FUNC_d_path, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0);
  expect(system.progLoad({ progType: 1, insns, license: 'GPL', log })).toBe(-22);
  expect(log.text).toContain(`not supported yet: helper ${helperName(bpf_func_id.BPF_FUNC_d_path)}#147`);
});

test.each(sampleObjects('clang-19/el').filter((path) => !path.includes('kconfig_ksyms')))(
  'nothing that %s calls is missing',
  (path) => {
    const system = kernel.openProcess();
    expect(() => loadPrograms(system, sampleObject(path))).not.toThrow();
    system.exit();
  },
);
