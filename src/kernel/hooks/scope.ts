import type { Execution, RunResult } from '../../vm/index.ts';
import type { BpfProg } from '../core/prog.ts';
import type { KernelState } from '../core/state.ts';
import type { ObjectHeap } from '../kfuncs/heap.ts';
import type { KernelLayout } from '../layout/layout.ts';
import type { BpfMap } from '../maps/map.ts';
import type { DeviceTable } from '../net/device.ts';
import type { Packet } from '../net/packet.ts';
import type { TaskTable } from '../tasks/table.ts';
import type { Task } from '../tasks/task.ts';

/** Where a packet is to go after the program, as bpf_redirect and its kin ask for. */
export interface Redirect {
  readonly ifindex: number;
  readonly flags: bigint;
  /** From bpf_redirect_map: the map and the slot. */
  readonly map?: BpfMap;
  readonly index?: bigint;
  readonly peer?: boolean;
}

/** What runs programs on one kernel: beside the kernel's state, the objects that only running needs. */
export interface Runtime {
  readonly state: KernelState;
  readonly devices: DeviceTable;
  readonly tasks: TaskTable;
  /** Where the members of the kernel's structs lie. Only for kernels with BTF: `hasLayout` says whether. */
  layout(): KernelLayout;
  hasLayout(): boolean;
  /** What programs allocate. */
  readonly heap: ObjectHeap;
  /** Address of the root of the cgroup tree, a `struct cgroup`. */
  rootCgroup(): bigint;
  /** The next number that no socket has had. */
  nextSocketCookie(): bigint;
  /** Enters a program, from the instruction of an address where one is given. */
  run(
    scope: RunScope,
    entry: { readonly context: bigint; readonly address?: bigint; readonly args?: readonly bigint[] },
  ): RunResult;
}

/** One entry into a program: what its helpers can ask of the place where it runs. */
export interface RunScope {
  readonly runtime: Runtime;
  readonly prog: BpfProg;
  readonly cpu: number;
  readonly task: Task;
  /** Programs that have one: the packet. */
  readonly packet?: Packet;
  /** bpf_get_attach_cookie */
  readonly cookie: bigint;
  /** Tracing programs: address of the traced function, its arguments, its return value. */
  readonly traced?: { readonly address: bigint; readonly args: readonly bigint[]; readonly result?: bigint };
  /** How the trace shows where the program runs, `TraceSource.flags`; default: in a task that may be preempted. */
  readonly traceFlags?: string;
  /** Iterators: where their text goes. */
  readonly output?: { write(bytes: Uint8Array): void };
  redirect?: Redirect;
  /** What is to be done when the run is over. */
  readonly cleanup: (() => void)[];
  /** bpf_set_retval */
  returnValue: number;
}

/** The scope that a helper's caller runs in. */
export function scopeOf(exec: Execution): RunScope {
  return exec.scope as RunScope;
}
