import { bpf_prog_type } from '../../uapi/index.ts';
import { REF } from '../domain/row.ts';
import type { Refusal } from '../refusal.ts';
import type { Walk } from './walk.ts';

/**
 * What has to be given back, or left, before a program ends.
 * @param what ends it, as the message says: `BPF_EXIT instruction in main prog`, `bpf_throw`
 * @param always also where only a subprogram ends
 */
export function checkLeaks(walk: Walk, what: string, always: boolean): Refusal | undefined {
  const { state } = walk;
  const { shared } = state;
  const whole = always || state.current === 0;
  if (!whole) return undefined;
  if (shared.locks > 0) return walk.invalid(`${what} cannot be used inside bpf_spin_lock-ed region`);
  if (lingers(walk, always)) return walk.invalid(`${what} would lead to reference leak`);
  if (shared.irqId !== 0) return walk.invalid(`${what} cannot be used inside bpf_local_irq_save-ed region`);
  if (shared.rcuLocks > 0) return walk.invalid(`${what} cannot be used inside bpf_rcu_read_lock-ed region`);
  if (shared.preemptLocks > 0) return walk.invalid(`${what} cannot be used inside bpf_preempt_disable-ed region`);
  return undefined;
}

function lingers(walk: Walk, always: boolean): boolean {
  // Operations of a struct may hand a referenced object back.
  const returned =
    !always && walk.options.progType === bpf_prog_type.BPF_PROG_TYPE_STRUCT_OPS ? walk.w[walk.reg(0) + REF] : 0;
  return walk.state.shared.refs.some(({ kind, id }) => kind === 'pointer' && id !== returned);
}
