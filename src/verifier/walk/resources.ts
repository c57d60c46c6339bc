import type { Refusal } from '../refusal.ts';
import type { Walk } from './walk.ts';

export interface Leaving {
  /** All frames are left at once. */
  readonly exception?: boolean;
  /** Sections need not be left before. */
  readonly sectionsAllowed?: boolean;
}

/**
 * Whether the program may end here: nothing has to be given back, no section has to be left.
 * @param what leaves, as messages say it: `BPF_EXIT instruction in main prog`
 */
export function checkNothingHeld(
  walk: Walk,
  what: string,
  { exception = false, sectionsAllowed = false }: Leaving = {},
): Refusal | undefined {
  const { refs, locks, irqId, rcuLocks, preemptLocks } = walk.state.shared;
  const callback = walk.state.frame.callback === 'sync';
  const held = exception || !callback ? refs.filter(({ kind }) => kind === 'pointer') : [];
  if (held.length > 0) {
    const each = held.map(({ id, insn }) => `Unreleased reference id=${id} alloc_insn=${insn}\n`);
    return walk.invalid(`${each.join('')}${what} would lead to reference leak`);
  }
  if (sectionsAllowed) return undefined;
  const inside = (section: string) => walk.invalid(`${what} cannot be used inside ${section}-ed region`);
  if (locks > 0) return inside('bpf_spin_lock');
  if (irqId !== 0) return inside('bpf_local_irq_save');
  if (rcuLocks > 0) return inside('bpf_rcu_read_lock');
  if (preemptLocks > 0) return inside('bpf_preempt_disable');
  return undefined;
}
