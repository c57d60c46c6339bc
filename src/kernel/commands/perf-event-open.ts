import type { Errno, Fd, PerfEventAttr, PerfEventInfo } from '../../syscall/index.ts';
import { errno } from '../../uapi/index.ts';
import type { KernelState } from '../core/state.ts';
import { type Caller, installFd } from '../process/caller.ts';

/** Where the entry points of system calls begin, by architecture. */
const SYSCALL_PREFIXES = ['__x64_sys_', '__arm64_sys_', '__s390x_sys_', '__riscv_sys_', 'sys_'];

/** perf_event_open(2), for what programs can be attached to or write to. */
export function perfEventOpen(caller: Caller, attr: PerfEventAttr): Fd | Errno {
  const { state } = caller;
  const { event } = attr;
  const cpu = attr.cpu ?? -1;
  if (cpu >= state.profile.cpus) return -errno.EINVAL;
  if (event.type !== 'bpf_output') {
    const place = findPlace(state, event);
    if (typeof place === 'number') return place;
    attr = { ...attr, event: place };
  }
  const made = state.perfEvents.add((id) => ({ id, attr, ring: undefined, enabled: true }));
  return typeof made === 'number' ? made : installFd(caller, 'perf_event', made.id);
}

/** The event with the address that its name has; -ENOENT where the kernel has no such function or tracepoint. */
function findPlace(state: KernelState, event: PerfEventInfo): PerfEventInfo | Errno {
  switch (event.type) {
    case 'kprobe':
    case 'kretprobe': {
      if (event.func === '') return event.address === 0n ? -errno.EINVAL : event;
      const address = state.symbols().address(event.func);
      return address === undefined ? -errno.ENOENT : { ...event, address: address + BigInt(event.offset) };
    }
    case 'tracepoint':
      return hasTracepoint(state, event.name) ? event : -errno.ENOENT;
    case 'uprobe':
    case 'uretprobe':
      return event.file === '' ? -errno.EINVAL : event;
    case 'event':
      return event;
  }
}

/** Whether the kernel has a tracepoint `category/name`, as far as its BTF tells. */
function hasTracepoint(state: KernelState, path: string): boolean {
  const [category, name = ''] = path.split(/[/:]/);
  const btf = state.btf();
  if (!btf) return false;
  if (category === 'syscalls') {
    const call = /^sys_(?:enter|exit)_(.+)$/.exec(name)?.[1];
    return call !== undefined && SYSCALL_PREFIXES.some((prefix) => btf.findByName(prefix + call, 'FUNC') !== undefined);
  }
  return btf.findByName(`btf_trace_${name}`, 'TYPEDEF') !== undefined;
}
