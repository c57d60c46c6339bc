import { bpf_attach_type as A } from '../uapi/index.ts';
import { type AttachContext, type Attached, createLink, createPerfLink } from './attach-context.ts';
import { attachKprobe, attachKprobeMulti, syscallSymbol } from './attach-kprobe.ts';
import { sectionUprobe, sectionUprobeMulti } from './attach-uprobe.ts';
import { errAttachTarget, errCannotAttach } from './errors.ts';
import { sectionUsdt } from './usdt/attach.ts';

/**
 * Attaches a program where its section's name says.
 * @returns the link; undefined where the name names no place, and the caller has to
 * @throws {SyscallError} where the kernel refuses, {LoaderError} `LOADER_ATTACH_TARGET`, `LOADER_NOT_SUPPORTED`
 */
export function autoAttach(context: AttachContext): Attached | undefined {
  const { spec, cookie } = context;
  const how = spec.sec?.autoAttach ?? 'none';
  const target = spec.attachTarget;
  if (how === 'none' || target === undefined) return undefined;
  switch (how) {
    case 'iter':
      return { fds: [createLink(context, { attachType: A.BPF_TRACE_ITER, iter: {} })] };
    case 'trace':
    case 'lsm':
      return { fds: [createLink(context, { attachType: spec.expectedAttachType, cookie })] };
    case 'raw_tracepoint':
      return { fds: [createLink(context, { attachType: 0, tpName: target, cookie })] };
    case 'tracepoint':
      return attachTracepoint(context, target);
    case 'kprobe':
      return attachKprobe(context, target);
    case 'ksyscall':
      return attachKprobe(context, syscallSymbol(context.system, target));
    case 'kprobe_multi':
      return attachKprobeMulti(context, target);
    case 'uprobe':
      return sectionUprobe(context, target);
    case 'uprobe_multi':
      return sectionUprobeMulti(context, target);
    case 'usdt':
      return sectionUsdt(context, target);
    case 'tracing_multi':
      throw errCannotAttach(spec.name, `attaching ${spec.section}, which came after Linux 6.18`);
  }
}

function attachTracepoint(context: AttachContext, target: string): Attached {
  const slash = target.indexOf('/');
  if (slash <= 0 || slash === target.length - 1) {
    throw errAttachTarget(context.spec.name, `invalid tracepoint '${target}': category/name is wanted`);
  }
  return { fds: [createPerfLink(context, { type: 'tracepoint', name: target })] };
}
