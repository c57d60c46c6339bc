import { decodeUtf8 } from '../base/index.ts';
import type { ProgramSpec } from '../object/index.ts';
import { type Fd, isErrno, type LinkCreateAttr, type PerfEventInfo, type System } from '../syscall/index.ts';
import { bpf_attach_type as A } from '../uapi/index.ts';
import { errAttachTarget, errCannotAttach, errSyscall } from './errors.ts';
import type { LoadOptions } from './options.ts';
import { symbolOffset } from './symbol-offset.ts';

/** What a program is attached with. */
export interface AttachContext {
  readonly system: System;
  readonly spec: ProgramSpec;
  readonly fd: Fd;
  /** Handed to the program by `bpf_get_attach_cookie`. */
  readonly cookie?: bigint;
  readonly options: LoadOptions;
}

/**
 * Attaches a program where its section's name says.
 * @returns the link's fd; undefined where the name names no place, and the caller has to
 * @throws {SyscallError} where the kernel refuses, {LoaderError} `LOADER_NOT_SUPPORTED`
 */
export function autoAttach(context: AttachContext): Fd | undefined {
  const { spec } = context;
  const how = spec.sec?.autoAttach ?? 'none';
  const target = spec.attachTarget;
  switch (how) {
    case 'none':
      return undefined;
    case 'iter':
      return target === undefined ? undefined : link(context, { attachType: A.BPF_TRACE_ITER, iter: {} });
    case 'trace':
    case 'lsm':
      if (target === undefined) return undefined;
      return link(context, { attachType: spec.expectedAttachType, cookie: context.cookie });
    case 'raw_tracepoint':
      return target === undefined
        ? undefined
        : link(context, { attachType: 0, tpName: target, cookie: context.cookie });
    case 'tracepoint':
      return target === undefined ? undefined : attachTracepoint(context, target);
    case 'kprobe':
      return target === undefined ? undefined : attachKprobe(context, target);
    case 'ksyscall':
      return target === undefined ? undefined : attachKprobe(context, syscallSymbol(context.system, target));
    case 'uprobe':
      return target === undefined ? undefined : attachUprobe(context, target);
    case 'kprobe_multi':
      return target === undefined ? undefined : attachKprobeMulti(context, target);
    default:
      if (target === undefined) return undefined;
      throw errCannotAttach(spec.name, `attaching ${spec.section}`);
  }
}

function link({ system, fd, spec }: AttachContext, attr: Omit<LinkCreateAttr, 'progFd'>): Fd {
  const made = system.linkCreate({ ...attr, progFd: fd });
  if (isErrno(made)) throw errSyscall('BPF_LINK_CREATE', spec.name, made);
  return made;
}

/** A link on a perf event; the link keeps the event. */
function perfLink(context: AttachContext, event: PerfEventInfo): Fd {
  const { system, spec, cookie } = context;
  const perfEventFd = system.perfEventOpen({ event, pid: -1, cpu: 0 });
  if (isErrno(perfEventFd)) throw errSyscall('perf_event_open', spec.name, perfEventFd);
  try {
    return link(context, { attachType: A.BPF_PERF_EVENT, perfEventFd, cookie });
  } finally {
    system.close(perfEventFd);
  }
}

function attachTracepoint(context: AttachContext, target: string): Fd {
  const [category, name, rest] = target.split('/');
  if (!category || !name || rest !== undefined) {
    throw errAttachTarget(context.spec.name, `invalid tracepoint '${target}': category/name is wanted`);
  }
  return perfLink(context, { type: 'tracepoint', name: `${category}/${name}` });
}

function attachKprobe(context: AttachContext, target: string): Fd {
  const match = /^([a-zA-Z0-9_.]+)(?:\+(0[xX][0-9a-fA-F]+|\d+))?$/.exec(target);
  if (match === null) throw errAttachTarget(context.spec.name, `invalid function '${target}': func[+offset] is wanted`);
  const isReturn = context.spec.section.startsWith('kret');
  const offset = Number(match[2] ?? 0);
  if (isReturn && offset !== 0) throw errAttachTarget(context.spec.name, 'kretprobes do not support an offset');
  return perfLink(context, { type: isReturn ? 'kretprobe' : 'kprobe', func: match[1], offset, address: 0n });
}

const SYSCALL_PREFIX: Readonly<Record<string, string>> = {
  x86_64: 'x64',
  i386: 'ia32',
  aarch64: 'arm64',
  s390x: 's390x',
  riscv64: 'riscv',
};

/** The kernel's function of a system call, e.g. `__x64_sys_openat`. */
function syscallSymbol(system: System, name: string): string {
  const { machine } = system.machineFacts();
  return `__${SYSCALL_PREFIX[machine] ?? machine}_sys_${name}`;
}

/** `binary:func[+offset]`; a number stands for an offset in the file. */
function attachUprobe(context: AttachContext, target: string): Fd {
  const { spec, options } = context;
  const match = /^(.+):([^:+]+)(?:\+(0[xX][0-9a-fA-F]+|\d+))?$/.exec(target);
  if (match === null) return undefinedTarget(context, target);
  const [, file, func, plus] = match;
  const isReturn = spec.section.startsWith('uret');
  const bytes = options.readBinary?.(file);
  const base = /^(0[xX][0-9a-fA-F]+|\d+)$/.test(func) ? BigInt(func) : bytes && symbolOffset(bytes, func);
  if (base === undefined) throw errCannotAttach(spec.name, `finding '${func}' in ${file}`);
  const type = isReturn ? 'uretprobe' : 'uprobe';
  return perfLink(context, { type, file, offset: base + BigInt(plus ?? 0), refCtrOffset: 0n });
}

function undefinedTarget({ spec }: AttachContext, target: string): never {
  throw errAttachTarget(spec.name, `invalid uprobe '${target}': binary:func[+offset] is wanted`);
}

/** Every function of the kernel that a pattern with `*` and `?` means. */
function attachKprobeMulti(context: AttachContext, pattern: string): Fd {
  const { system, spec } = context;
  const syms = matchingFunctions(system, pattern);
  if (syms.length === 0) throw errAttachTarget(spec.name, `no function of the kernel matches '${pattern}'`);
  const flags = spec.section.startsWith('kretprobe') ? 1 : 0;
  return link(context, { attachType: spec.expectedAttachType, kprobeMulti: { flags, syms } });
}

function matchingFunctions(system: System, pattern: string): string[] {
  if (!/[*?]/.test(pattern)) return [pattern];
  const bytes = system.readFile('/proc/kallsyms');
  if (isErrno(bytes)) return [];
  const wanted = new RegExp(`^${pattern.replace(/\./g, '\\.').replace(/\*/g, '.*').replace(/\?/g, '.')}$`);
  const names = decodeUtf8(bytes as Uint8Array)
    .split('\n')
    .map((line) => line.split(/\s+/))
    .filter(([, type, name]) => /^[tTwW]$/.test(type ?? '') && wanted.test(name))
    .map(([, , name]) => name);
  return [...new Set(names)];
}
