import { BtfBuilder } from '../../src/btf/index.ts';
import type { KernelProfile } from '../../src/catalog/index.ts';

/** The BTF of a kernel that has a function `do_unlinkat`, tracepoints, a map iterator, and not much more. */
export function tinyKernelBtf(): Uint8Array {
  const btf = new BtfBuilder({ endian: 'little' });
  const int = btf.add({
    kind: 'INT',
    name: 'int',
    size: 4,
    bits: 32,
    bitsOffset: 0,
    signed: true,
    char: false,
    bool: false,
  });
  const proto = btf.add({ kind: 'FUNC_PROTO', name: '', returnType: int, params: [{ name: 'dfd', type: int }] });
  for (const name of ['do_unlinkat', 'vfs_read', 'bpf_iter_bpf_map_elem', 'bpf_iter_task', 'bpf_lsm_socket_bind']) {
    btf.add({ kind: 'FUNC', name, type: proto, linkage: 'static' });
  }
  btf.add({ kind: 'FUNC', name: '__x64_sys_openat', type: proto, linkage: 'static' });
  const pointer = btf.add({ kind: 'PTR', name: '', type: proto });
  for (const name of ['sched_switch', 'sys_enter'])
    btf.add({ kind: 'TYPEDEF', name: `btf_trace_${name}`, type: pointer });
  return btf.encode();
}

/** A profile with that BTF. */
export function tinyProfile(changes: Partial<KernelProfile> = {}): KernelProfile {
  const bytes = tinyKernelBtf();
  return {
    version: '6.18.0',
    arch: 'x86_64',
    endian: 'little',
    pageSize: 4096,
    cpus: 2,
    btf: () => bytes,
    config: new Map([['CONFIG_HZ', '250']]),
    ...changes,
  };
}
