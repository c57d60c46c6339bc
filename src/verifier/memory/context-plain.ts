import { bpf_prog_type } from '../../uapi/index.ts';
import type { VerifyOptions } from '../options.ts';
import { PTR_TO_TP_BUFFER } from '../state/reg-type.ts';
import type { Loaded } from './context-loaded.ts';

export interface ContextPart {
  readonly off: number;
  readonly size: number;
  readonly write: boolean;
}

/** A context that is plain bytes to the verifier. */
interface PlainContext {
  /** First byte that may be accessed, and the first that may not. */
  readonly from?: number;
  readonly end: number;
  readonly store?: boolean;
  /** An access has to be inside with its end too, not only begin there. */
  readonly whole?: boolean;
  /** Every access has four bytes, but those of the first field. */
  readonly words?: boolean;
}

const T = bpf_prog_type;
const RAW_ARGUMENTS: PlainContext = { end: 96 };

const CONTEXTS: ReadonlyMap<number, PlainContext> = new Map<number, PlainContext>([
  [T.BPF_PROG_TYPE_KPROBE, { end: 168, whole: true }],
  [T.BPF_PROG_TYPE_TRACEPOINT, { from: 8, end: 8192 }],
  [T.BPF_PROG_TYPE_RAW_TRACEPOINT, RAW_ARGUMENTS],
  [T.BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE, RAW_ARGUMENTS],
  [T.BPF_PROG_TYPE_SYSCALL, { end: 0xffff, store: true }],
  [T.BPF_PROG_TYPE_CGROUP_DEVICE, { end: 12, whole: true, words: true }],
]);

/** What an access of a context of plain bytes yields; undefined where it is not in order. */
export function plainContextAccess(
  options: Pick<VerifyOptions, 'progType'>,
  { off, size, write }: ContextPart,
): Loaded | undefined {
  const context = CONTEXTS.get(options.progType);
  if (!context || off < (context.from ?? 0) || off >= context.end || off % size !== 0) return undefined;
  if ((write && !context.store) || (context.whole && off + size > context.end)) return undefined;
  if (context.words && off >= 4 && size !== 4) return undefined;
  if (context.words && size > 4) return undefined;
  if (options.progType === T.BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE && off === 0) {
    return size === 8 ? { kind: 'pointer', type: PTR_TO_TP_BUFFER } : undefined;
  }
  return { kind: 'number' };
}
