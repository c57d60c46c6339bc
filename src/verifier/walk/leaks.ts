import { bpf_prog_type } from '../../uapi/index.ts';
import { REF } from '../domain/row.ts';
import type { Refusal } from '../refusal.ts';
import type { Reference } from '../state/state.ts';
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
  if (!whole && shared.locks > 0 && !walk.program.switches.calls_under_locks) {
    return walk.invalid('bpf_spin_unlock is missing');
  }
  if (!whole) return undefined;
  if (shared.locks > 0) return walk.invalid(`${what} cannot be used inside bpf_spin_lock-ed region`);
  const unreleased = lingering(walk, always).map(
    ({ id, insn }) => `Unreleased reference id=${id} alloc_insn=${insn}\n`,
  );
  if (unreleased.length > 0) return walk.invalid(`${unreleased.join('')}${what} would lead to reference leak`);
  if (shared.irqId !== 0) return walk.invalid(`${what} cannot be used inside bpf_local_irq_save-ed region`);
  if (shared.rcuLocks > 0) return walk.invalid(`${what} cannot be used inside bpf_rcu_read_lock-ed region`);
  if (shared.preemptLocks > 0) return walk.invalid(`${what} cannot be used inside bpf_preempt_disable-ed region`);
  return undefined;
}

/** References that would be lost. */
function lingering(walk: Walk, always: boolean): Reference[] {
  // Operations of a struct may hand a referenced object back.
  const returned =
    !always && walk.options.progType === bpf_prog_type.BPF_PROG_TYPE_STRUCT_OPS ? walk.w[walk.reg(0) + REF] : 0;
  return walk.state.shared.refs.filter(({ kind, id }) => kind === 'pointer' && id !== returned);
}
