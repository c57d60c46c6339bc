import { bpf_prog_type } from '../../uapi/index.ts';
import { AUX, OFF } from '../domain/row.ts';
import type { Refusal } from '../refusal.ts';
import type { Walk } from '../walk/walk.ts';
import type { Access } from './access-kind.ts';
import { loadUnknown } from './load-result.ts';
import { leastAdded, negativeIndex } from './place.ts';
import { checkBytes, type Region } from './region.ts';

const T = bpf_prog_type;
const READERS: readonly number[] = [
  T.BPF_PROG_TYPE_LWT_IN,
  T.BPF_PROG_TYPE_LWT_OUT,
  T.BPF_PROG_TYPE_LWT_SEG6LOCAL,
  T.BPF_PROG_TYPE_SK_REUSEPORT,
  T.BPF_PROG_TYPE_FLOW_DISSECTOR,
  T.BPF_PROG_TYPE_CGROUP_SKB,
];
const WRITERS: readonly number[] = [
  T.BPF_PROG_TYPE_SCHED_CLS,
  T.BPF_PROG_TYPE_SCHED_ACT,
  T.BPF_PROG_TYPE_XDP,
  T.BPF_PROG_TYPE_LWT_XMIT,
  T.BPF_PROG_TYPE_SK_SKB,
  T.BPF_PROG_TYPE_SK_MSG,
  T.BPF_PROG_TYPE_CGROUP_SOCKOPT,
];

/** Whether programs of the type may access packets directly: read them, or write to them too. */
export function mayAccessPacket(progType: number, write: boolean): boolean {
  return WRITERS.includes(progType) || (!write && READERS.includes(progType));
}

/** Whether the program may write to packets. */
export function checkPacketWritable(walk: Walk): Refusal | undefined {
  return mayAccessPacket(walk.options.progType, true) ? undefined : walk.denied('cannot write into packet');
}

export function accessPacket(walk: Walk, access: Access): Refusal | undefined {
  const { register, off, size, write } = access;
  const refusal = (write ? checkPacketWritable(walk) : undefined) ?? checkPacketBytes(walk, { register, off, size });
  if (!refusal) loadUnknown(walk, access);
  return refusal;
}

/** Whether a comparison with the packet's end has proven that the bytes are there. */
export function checkPacketBytes(
  walk: Walk,
  { register, off, size, zeroAllowed }: Omit<Region, 'limit'>,
): Refusal | undefined {
  const { w } = walk;
  const row = walk.reg(register);
  // What was proven counts from behind the variable part.
  if (leastAdded(w, row) < 0) return negativeIndex(walk, register);
  const limit = w[row + AUX];
  const text = `R${register} offset is outside of the packet`;
  if (limit < 0) return walk.invalid(text);
  const wrong = checkBytes(walk, { register, off: w[row + OFF] + off, size, limit, zeroAllowed });
  return wrong === undefined ? undefined : walk.denied(`${wrong}\n${text}`);
}
