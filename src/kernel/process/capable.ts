import type { Capability } from '../../syscall/index.ts';
import type { TaskInfo } from '../core/task.ts';

/** Who asks. */
interface Asker {
  readonly task: TaskInfo;
}

/** Whether the process has the capability itself: root has all, unless it gave some up. */
export function hasCapability({ task }: Asker, capability: Capability): boolean {
  return task.capabilities ? task.capabilities.includes(capability) : task.uid === 0;
}

/** Whether the process may do what bpf(2) asks the capability for: CAP_SYS_ADMIN stands for what was once its own. */
export function isCapable(asker: Asker, capability: 'CAP_BPF' | 'CAP_PERFMON' | 'CAP_NET_ADMIN'): boolean {
  return hasCapability(asker, capability) || hasCapability(asker, 'CAP_SYS_ADMIN');
}
