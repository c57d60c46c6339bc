import type { ProgramSpec } from '../object/index.ts';
import { type Fd, isErrno, type LinkCreateAttr, type PerfEventInfo, type System } from '../syscall/index.ts';
import { bpf_attach_type } from '../uapi/index.ts';
import { errSyscall } from './errors.ts';
import type { LoadOptions } from './options.ts';
import type { UsdtSpecs } from './usdt/specs.ts';

/** What a program is attached with. */
export interface AttachContext {
  readonly system: System;
  readonly spec: ProgramSpec;
  readonly fd: Fd;
  /** The attach type that it was loaded with. */
  readonly attachType: number;
  /** Handed to the program by `bpf_get_attach_cookie`, of static probes by `bpf_usdt_cookie`. */
  readonly cookie?: bigint;
  readonly options: LoadOptions;
  /** What the object's programs on static probes are told of their arguments. */
  readonly usdt: UsdtSpecs;
}

/** What attaching a program made. */
export interface Attached {
  /** Its link; several where the kernel wants one a place. */
  readonly fds: readonly [Fd, ...Fd[]];
  /** To be called when it is given up. */
  readonly released?: () => void;
}

/** BPF_LINK_CREATE. @throws {SyscallError} */
export function createLink({ system, fd, spec }: AttachContext, attr: Omit<LinkCreateAttr, 'progFd'>): Fd {
  const made = system.linkCreate({ ...attr, progFd: fd });
  if (isErrno(made)) throw errSyscall('BPF_LINK_CREATE', spec.name, made);
  return made;
}

/** A link on a perf event; the link keeps the event. @param at.pid the process that it is for; default: all */
export function createPerfLink(context: AttachContext, event: PerfEventInfo, at: { pid?: number } = {}): Fd {
  const { system, spec, cookie } = context;
  const pid = at.pid ?? -1;
  const perfEventFd = system.perfEventOpen({ event, pid, cpu: pid < 0 ? 0 : -1 });
  if (isErrno(perfEventFd)) throw errSyscall('perf_event_open', spec.name, perfEventFd);
  try {
    return createLink(context, { attachType: bpf_attach_type.BPF_PERF_EVENT, perfEventFd, cookie });
  } finally {
    system.close(perfEventFd);
  }
}
