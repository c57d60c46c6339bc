import { decodeUtf8 } from '../base/index.ts';
import { isErrno, type System } from '../syscall/index.ts';
import { bpf_flags } from '../uapi/index.ts';
import { type AttachContext, type Attached, createLink, createPerfLink } from './attach-context.ts';
import { errAttachTarget } from './errors.ts';
import { globMatch } from './glob.ts';

/** `func[+offset]`. */
export function attachKprobe(context: AttachContext, target: string): Attached {
  const { spec } = context;
  const match = /^([a-zA-Z0-9_.]+)(?:\+(0[xX][0-9a-fA-F]+|\d+))?$/.exec(target);
  if (match === null) throw errAttachTarget(spec.name, `invalid function '${target}': func[+offset] is wanted`);
  const isReturn = spec.section.startsWith('kret');
  const offset = Number(match[2] ?? 0);
  if (isReturn && offset !== 0) throw errAttachTarget(spec.name, 'kretprobes do not support an offset');
  const type = isReturn ? 'kretprobe' : 'kprobe';
  return { fds: [createPerfLink(context, { type, func: match[1], offset, address: 0n })] };
}

const SYSCALL_PREFIX: Readonly<Record<string, string>> = {
  x86_64: 'x64',
  i386: 'ia32',
  aarch64: 'arm64',
  s390x: 's390x',
  riscv64: 'riscv',
};

/** The kernel's function of a system call, e.g. `__x64_sys_openat`. */
export function syscallSymbol(system: System, name: string): string {
  const { machine } = system.machineFacts();
  return `__${SYSCALL_PREFIX[machine] ?? machine}_sys_${name}`;
}

/** Every function of the kernel that a pattern with `*` and `?` means. */
export function attachKprobeMulti(context: AttachContext, pattern: string): Attached {
  const { system, spec, cookie } = context;
  const syms = matchingFunctions(system, pattern);
  if (syms.length === 0) throw errAttachTarget(spec.name, `no function of the kernel matches '${pattern}'`);
  const flags = spec.section.startsWith('kretprobe') ? bpf_flags.BPF_F_KPROBE_MULTI_RETURN : 0;
  const cookies = cookie === undefined ? undefined : syms.map(() => cookie);
  return { fds: [createLink(context, { attachType: context.attachType, kprobeMulti: { flags, syms, cookies } })] };
}

function matchingFunctions(system: System, pattern: string): string[] {
  if (!/[*?]/.test(pattern)) return [pattern];
  const bytes = system.readFile('/proc/kallsyms');
  if (isErrno(bytes)) return [];
  const names = decodeUtf8(bytes as Uint8Array)
    .split('\n')
    .map((line) => line.split(/\s+/))
    .filter(([, type, name]) => /^[tTwW]$/.test(type ?? '') && globMatch(name, pattern))
    .map(([, , name]) => name);
  return [...new Set(names)];
}
