import { bpf_attach_type, bpf_func_id, bpf_prog_type } from '../uapi/index.ts';
import { lsmHook } from './attach-targets.ts';
import { type HelperPrototype, parsePrototype } from './helper-prototype.ts';
import { HELPER_CAPABILITIES, HELPER_SETS } from './helper-sets.table.ts';
import { WIDENED_HELPERS, type WidenedHelpers } from './helper-sets-since.table.ts';
import { HELPER_VARIANTS, HELPERS } from './helpers.table.ts';
import type { KernelProfile } from './profile.ts';
import { hasHelper } from './since.ts';
import { versionAtLeast } from './version.ts';

/** What decides on the helpers of a program. */
export interface HelperUser {
  /** BPF_PROG_TYPE_* and BPF_*: of the program, or of the one that it replaces a function of. */
  readonly progType: number;
  readonly expectedAttachType: number;
  /**
   * What it is attached to: the kernel's function (LSM hooks `bpf_lsm_x`, iterators `bpf_iter_x`), or the structure and its
   * member (`tcp_congestion_ops.release`); empty where to nothing.
   */
  readonly target: string;
  readonly sleepable: boolean;
  readonly profile: KernelProfile;
  /** Capabilities of the loader; default: all. */
  readonly capabilities?: Readonly<Record<HelperCapability, boolean>>;
}

type HelperCapability = keyof typeof HELPER_CAPABILITIES;

type SetName = keyof typeof HELPER_SETS;

const a = bpf_attach_type;
const t = bpf_prog_type;

const SET_OF_PROG_TYPE: Readonly<Record<number, SetName>> = {
  [t.BPF_PROG_TYPE_SOCKET_FILTER]: 'socket_filter',
  [t.BPF_PROG_TYPE_SCHED_CLS]: 'sched_cls',
  [t.BPF_PROG_TYPE_SCHED_ACT]: 'sched_cls',
  [t.BPF_PROG_TYPE_TRACEPOINT]: 'tracepoint',
  [t.BPF_PROG_TYPE_XDP]: 'xdp',
  [t.BPF_PROG_TYPE_PERF_EVENT]: 'perf_event',
  [t.BPF_PROG_TYPE_CGROUP_SKB]: 'cgroup_skb',
  [t.BPF_PROG_TYPE_CGROUP_SOCK]: 'cgroup_sock',
  [t.BPF_PROG_TYPE_LWT_IN]: 'lwt_in',
  [t.BPF_PROG_TYPE_LWT_OUT]: 'lwt_out',
  [t.BPF_PROG_TYPE_LWT_XMIT]: 'lwt_xmit',
  [t.BPF_PROG_TYPE_LWT_SEG6LOCAL]: 'lwt_seg6local',
  [t.BPF_PROG_TYPE_SOCK_OPS]: 'sock_ops',
  [t.BPF_PROG_TYPE_SK_SKB]: 'sk_skb',
  [t.BPF_PROG_TYPE_CGROUP_DEVICE]: 'cgroup_device',
  [t.BPF_PROG_TYPE_SK_MSG]: 'sk_msg',
  [t.BPF_PROG_TYPE_RAW_TRACEPOINT]: 'tracepoint',
  [t.BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE]: 'tracepoint',
  [t.BPF_PROG_TYPE_LIRC_MODE2]: 'lirc_mode2',
  [t.BPF_PROG_TYPE_SK_REUSEPORT]: 'sk_reuseport',
  [t.BPF_PROG_TYPE_FLOW_DISSECTOR]: 'flow_dissector',
  [t.BPF_PROG_TYPE_CGROUP_SYSCTL]: 'cgroup_sysctl',
  [t.BPF_PROG_TYPE_SK_LOOKUP]: 'sk_lookup',
  [t.BPF_PROG_TYPE_SYSCALL]: 'syscall',
  [t.BPF_PROG_TYPE_NETFILTER]: 'netfilter',
};

/** Attach types whose programs' result nobody takes: it cannot be asked for or set either. */
const WITHOUT_RESULT: readonly number[] = [
  a.BPF_CGROUP_UDP4_RECVMSG,
  a.BPF_CGROUP_UDP6_RECVMSG,
  a.BPF_CGROUP_UNIX_RECVMSG,
  a.BPF_CGROUP_INET4_GETPEERNAME,
  a.BPF_CGROUP_INET6_GETPEERNAME,
  a.BPF_CGROUP_UNIX_GETPEERNAME,
  a.BPF_CGROUP_INET4_GETSOCKNAME,
  a.BPF_CGROUP_INET6_GETSOCKNAME,
  a.BPF_CGROUP_UNIX_GETSOCKNAME,
];

const CONNECT: readonly number[] = [a.BPF_CGROUP_INET4_CONNECT, a.BPF_CGROUP_INET6_CONNECT];
const MULTI: readonly number[] = [a.BPF_TRACE_KPROBE_MULTI, a.BPF_TRACE_UPROBE_MULTI, a.BPF_TRACE_KPROBE_SESSION];
/** Iterators that hand out sockets whose options may be changed. */
const SOCKET_ITERATORS = /^bpf_iter_(tcp|udp|unix)$/;

function setOf({ progType, expectedAttachType, target }: HelperUser): SetName {
  switch (progType) {
    case t.BPF_PROG_TYPE_KPROBE:
      return MULTI.includes(expectedAttachType) ? 'kprobe_multi' : 'kprobe';
    case t.BPF_PROG_TYPE_CGROUP_SOCK_ADDR:
      if (WITHOUT_RESULT.includes(expectedAttachType)) return 'sock_addr_without_result';
      return CONNECT.includes(expectedAttachType) ? 'sock_addr_connect' : 'sock_addr';
    case t.BPF_PROG_TYPE_CGROUP_SOCKOPT:
      return expectedAttachType === a.BPF_CGROUP_SETSOCKOPT ? 'cgroup_setsockopt' : 'cgroup_getsockopt';
    case t.BPF_PROG_TYPE_TRACING:
      if (expectedAttachType === a.BPF_TRACE_ITER) return SOCKET_ITERATORS.test(target) ? 'iter_socket' : 'iter';
      return expectedAttachType === a.BPF_TRACE_RAW_TP ? 'tp_btf' : 'trampoline';
    case t.BPF_PROG_TYPE_LSM:
      if (expectedAttachType !== a.BPF_LSM_CGROUP) return 'lsm';
      return lsmHook(target)?.sockopt ? 'lsm_cgroup_socket' : 'lsm_cgroup';
    case t.BPF_PROG_TYPE_STRUCT_OPS:
      return setOfStructOps(target);
    default:
      return SET_OF_PROG_TYPE[progType] ?? 'none';
  }
}

function setOfStructOps(target: string): SetName {
  if (target.startsWith('bpf_dummy_ops.')) return 'none';
  if (!target.startsWith('tcp_congestion_ops.')) return 'struct_ops';
  return target.endsWith('.release') ? 'tcp_congestion_release' : 'tcp_congestion';
}

/** What a kernel has to be built with, or without. */
function isBuilt(helper: string, { config }: KernelProfile): boolean {
  switch (helper) {
    case 'override_return':
      return config.get('CONFIG_BPF_KPROBE_OVERRIDE') === 'y';
    case 'probe_write_user':
      return config.get('CONFIG_LOCK_DOWN_KERNEL_FORCE_INTEGRITY') !== 'y';
    default:
      return true;
  }
}

const widened = new Map<string, WidenedHelpers[]>();
for (const row of WIDENED_HELPERS) {
  for (const helper of row.helpers.split(/\s+/)) widened.set(helper, [...(widened.get(helper) ?? []), row]);
}

/** Whether programs of that set had the helper in that version already. */
function hadHelper(version: string, helper: string, set: SetName): boolean {
  const rows = widened.get(helper) ?? [];
  return rows.every(({ since, before }) => versionAtLeast(version, since) || before.includes(set));
}

const sets = new Map<SetName, ReadonlyMap<string, string>>();

/** By helper: its prototype's name. */
function variantsOf(name: SetName): ReadonlyMap<string, string> {
  let set = sets.get(name);
  if (!set) {
    const words = HELPER_SETS[name].split(/\s+/).filter((word) => word !== '');
    const pairs = words.map((word) => word.split('=')).map(([helper, variant = helper]) => [helper, variant] as const);
    sets.set(name, (set = new Map(pairs)));
  }
  return set;
}

const capabilities = new Map<string, HelperCapability>(
  (['bpf', 'perfmon', 'sysAdmin'] as const).flatMap((capability) =>
    HELPER_CAPABILITIES[capability].split(/[\s=]+/).map((helper) => [helper, capability] as const),
  ),
);

/** Whether the loader may have programs call the helper. */
function isAllowed(helper: string, user: HelperUser): boolean {
  const needed = capabilities.get(helper);
  return needed === undefined || user.capabilities?.[needed] !== false;
}

/** Programs that may sleep get helpers that do. */
const SLEEPABLE: Readonly<Record<string, string>> = {
  get_stack: 'get_stack_sleepable',
  get_task_stack: 'get_task_stack_sleepable',
};

const PREFIX = 'BPF_FUNC_';
const names = new Map<number, string>(Object.entries(bpf_func_id).map(([name, id]) => [id, name.slice(PREFIX.length)]));
const prototypes = new Map<string, HelperPrototype>();

/** How a program calls a helper (by number); undefined where it may not. */
export function helperPrototype(id: number, user: HelperUser): HelperPrototype | undefined {
  const name = names.get(id) ?? '';
  const set = setOf(user);
  const variant = variantsOf(set).get(name);
  const { version } = user.profile;
  if (variant === undefined || !hasHelper(version, id) || !isBuilt(name, user.profile)) return undefined;
  if (!hadHelper(version, name, set)) return undefined;
  if (!isAllowed(name, user)) return undefined;
  return prototypeNamed((user.sleepable && SLEEPABLE[variant]) || variant);
}

function prototypeNamed(name: string): HelperPrototype {
  let prototype = prototypes.get(name);
  if (!prototype) prototypes.set(name, (prototype = parsePrototype(HELPER_VARIANTS[name] ?? HELPERS[name])));
  return prototype;
}
