import { LATER_ATTACH_TYPES } from '../../catalog/index.ts';
import { bpf_flags, bpf_link_type } from '../../uapi/index.ts';
import type { HookEvent } from '../../world/index.ts';
import type { BpfLink } from '../core/link.ts';
import type { Task } from '../tasks/task.ts';
import type { Runtime } from './scope.ts';

/** A place in a user program was reached. */
export type UserPlaceEvent = Extract<HookEvent, { readonly path: string }>;

/** Whether a link is on a place in a user program that a task reached. */
export function isOnPlace(
  runtime: Runtime,
  link: BpfLink,
  { event, task }: { event: UserPlaceEvent; task: Task },
): boolean {
  if (link.type === bpf_link_type.BPF_LINK_TYPE_UPROBE_MULTI) return isOneOfPlaces(link, event, task);
  const { perfEvent: at } = link.attach;
  if (at?.type !== event.hook || at.file !== event.path || at.offset !== event.offset) return false;
  const pid = runtime.state.perfEvents.get(link.perfEventId)?.attr.pid ?? -1;
  return pid < 0 || pid === task.info.pid;
}

function isOneOfPlaces({ attach, attachType }: BpfLink, event: UserPlaceEvent, task: Task): boolean {
  const { multi, pid } = attach;
  if (multi?.path !== event.path || (pid && pid !== task.info.tgid)) return false;
  // A session sees both ends of a function.
  const both = attachType === LATER_ATTACH_TYPES.BPF_TRACE_UPROBE_SESSION;
  const atReturn = (multi.flags & bpf_flags.BPF_F_UPROBE_MULTI_RETURN) !== 0;
  if (!both && atReturn !== (event.hook === 'uretprobe')) return false;
  return multi.funcs.some(({ address }) => address === event.offset);
}

/** What bpf_get_attach_cookie gives where a link has one a place. */
export function placeCookie({ attach, cookie }: BpfLink, event: HookEvent): bigint {
  if (!('path' in event) || attach.multi === undefined) return cookie;
  return attach.multi.funcs.find(({ address }) => address === event.offset)?.cookie ?? cookie;
}
