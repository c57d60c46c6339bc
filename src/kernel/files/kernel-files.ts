import { decodeUtf8, encodeUtf8 } from '../../base/index.ts';
import type { Errno, MachineFacts } from '../../syscall/index.ts';
import { errno } from '../../uapi/index.ts';
import type { KernelState } from '../core/state.ts';
import { sysctlAt } from '../core/sysctls.ts';
import type { Caller } from '../process/caller.ts';
import { hasCapability } from '../process/capable.ts';

/** What uname(2) and its like say. */
export function machineFacts({ profile, clock }: KernelState): MachineFacts {
  const { version, arch, endian, cpus, pageSize } = profile;
  return { release: version, machine: arch, endian, cpus, pageSize, bootTimeNs: clock.bootTimeNs };
}

/** A file that the kernel itself shows. @returns -ENOENT for all others */
export function readKernelFile(state: KernelState, path: string): Uint8Array | Errno {
  const sysctl = sysctlAt(path);
  if (sysctl) return encodeUtf8(`${state.sysctls.get(sysctl)}\n`);
  switch (path) {
    case '/sys/kernel/btf/vmlinux':
      return state.profile.btf()?.slice() ?? -errno.ENOENT;
    case '/proc/kallsyms':
      return encodeUtf8(kallsyms(state));
    case '/proc/config.gz':
      return encodeUtf8([...state.profile.config].map(([name, value]) => `${name}=${value}\n`).join(''));
    case '/proc/version':
      return encodeUtf8(`Linux version ${state.profile.version} (ebpfts)\n`);
    case '/sys/devices/system/cpu/possible':
    case '/sys/devices/system/cpu/online':
      return encodeUtf8(state.profile.cpus === 1 ? '0\n' : `0-${state.profile.cpus - 1}\n`);
    default:
      return -errno.ENOENT;
  }
}

/** Writes to a file that the kernel itself shows: to a setting. @returns -EACCES for all others */
export function writeKernelFile(caller: Caller, path: string, bytes: Uint8Array): Errno | 0 {
  const sysctl = sysctlAt(path);
  if (!sysctl) return -errno.EACCES;
  return hasCapability(caller, 'CAP_SYS_ADMIN') ? caller.state.sysctls.set(sysctl, decodeUtf8(bytes)) : -errno.EPERM;
}

function kallsyms(state: KernelState): string {
  const lines: string[] = [];
  for (const { name, address, type } of state.symbols().all()) lines.push(`${address.toString(16)} ${type} ${name}\n`);
  for (const id of state.progs.ids()) {
    const { header } = state.progs.expect(id);
    const name = `bpf_prog_${header.tag}${header.name === '' ? '' : `_${header.name}`}`;
    lines.push(`${header.textBase.toString(16)} t ${name}\t[bpf]\n`);
  }
  return lines.join('');
}
