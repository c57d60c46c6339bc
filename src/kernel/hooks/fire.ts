import { bpf_attach_type, bpf_link_type } from '../../uapi/index.ts';
import { kernelAddress } from '../../vm/index.ts';
import type { HookEvent, HookRun } from '../../world/index.ts';
import type { BpfLink } from '../core/link.ts';
import type { Task } from '../tasks/task.ts';
import { errProgramFault } from './errors.ts';
import type { RunScope, Runtime } from './scope.ts';
import { isOnPlace, placeCookie } from './user-place.ts';

/** Most arguments of a traced function. */
const MAX_ARGS = 12;

const traced = {
  fentry: bpf_attach_type.BPF_TRACE_FENTRY,
  fexit: bpf_attach_type.BPF_TRACE_FEXIT,
} as const;

/** Whether a link waits for such an event, of such a task. */
function matches(runtime: Runtime, link: BpfLink, { event, task }: { event: HookEvent; task: Task }): boolean {
  const { attach, type } = link;
  switch (event.hook) {
    case 'raw_tracepoint':
      if (type === bpf_link_type.BPF_LINK_TYPE_RAW_TRACEPOINT) return attach.tpName === event.name;
      return isTraced(runtime, link, {
        attachType: bpf_attach_type.BPF_TRACE_RAW_TP,
        name: `btf_trace_${event.name}`,
      });
    case 'tracepoint':
      return attach.perfEvent?.type === 'tracepoint' && attach.perfEvent.name === event.name;
    case 'kprobe':
    case 'kretprobe':
      return attach.perfEvent?.type === event.hook && attach.perfEvent.func === event.function;
    case 'uprobe':
    case 'uretprobe':
      return isOnPlace(runtime, link, { event, task });
    case 'fentry':
    case 'fexit':
      return isTraced(runtime, link, { attachType: traced[event.hook], name: event.function });
  }
}

/** Whether a link is on that type of the kernel, in that way. */
function isTraced(runtime: Runtime, link: BpfLink, wanted: { attachType: number; name: string }): boolean {
  if (link.type !== bpf_link_type.BPF_LINK_TYPE_TRACING || link.attachType !== wanted.attachType) return false;
  const id = runtime.state.progs.get(link.progId)?.header.attachBtfId ?? 0;
  const btf = runtime.state.btf();
  return btf?.has(id) === true && btf.nameOf(id) === wanted.name;
}

/** The bytes that the context of an event's programs consists of. */
function contextBytes(runtime: Runtime, event: HookEvent): Uint8Array {
  if (event.hook === 'tracepoint') return event.record;
  if ('registers' in event) return event.registers;
  const args: readonly bigint[] =
    event.hook === 'fexit' && event.result !== undefined ? [...event.args, event.result] : event.args;
  const view = new DataView(new ArrayBuffer(8 * MAX_ARGS));
  const little = runtime.state.endian === 'little';
  for (const [i, arg] of args.slice(0, MAX_ARGS).entries()) view.setBigUint64(8 * i, BigInt.asUintN(64, arg), little);
  return new Uint8Array(view.buffer);
}

/** What the program can ask of the function that it watches. */
function tracedOf(runtime: Runtime, event: HookEvent): RunScope['traced'] {
  if (event.hook === 'tracepoint' || event.hook === 'raw_tracepoint') return undefined;
  if ('path' in event) return { address: event.address ?? 0n, args: [] };
  const address = runtime.state.symbols().address(event.function) ?? 0n;
  if ('registers' in event) return { address, args: [] };
  return { address, args: event.args, ...(event.result !== undefined && { result: event.result }) };
}

/** Runs every attached program that waits for the event, oldest link first. */
export function fireEvent(runtime: Runtime, event: HookEvent, task: Task): HookRun[] {
  const { links, memory, progs } = runtime.state;
  const runs: HookRun[] = [];
  const bytes = contextBytes(runtime, event);
  for (const id of [...links.ids()]) {
    const link = links.get(id);
    const prog = link && progs.get(link.progId);
    if (!link || !prog || link.detached || !matches(runtime, link, { event, task })) continue;
    const region = memory.alloc(bytes.length, { kind: 'context', name: event.hook });
    try {
      memory.bytes().set(bytes, region.offset);
      const context = kernelAddress(region.offset);
      const cookie = placeCookie(link, event);
      const about = { cpu: 0, cookie, traced: tracedOf(runtime, event), returnValue: 0, cleanup: [] };
      const ended = runtime.run({ runtime, prog, task, ...about }, { context });
      if (!ended.ok) throw errProgramFault(ended.fault);
      runs.push({ progId: prog.header.id, linkId: id, retval: Number(BigInt.asIntN(32, ended.r0)) });
    } finally {
      memory.free(region);
    }
  }
  return runs;
}
