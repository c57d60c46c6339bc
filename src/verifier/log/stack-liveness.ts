import type { SlotSet, StackLivenessLog, StackUse } from '../prune/stack-use.ts';
import type { Walk } from '../walk/walk.ts';

const SLOTS = 64;

/** @returns undefined where nobody wants to know */
export function stackLivenessLog({ log }: Walk): StackLivenessLog | undefined {
  if (!log?.all) return undefined;
  return {
    changed(use, { frame, insn, what, before, after }) {
      const more = slotsText([after[0] & ~before[0], after[1] & ~before[1]]);
      const less = slotsText([before[0] & ~after[0], before[1] & ~after[1]]);
      if (more === '' && less === '') return;
      const changes = (more === '' ? '' : `+${what} ${more} `) + (less === '' ? '' : `-${what} ${less}`);
      log.line(`${chainText(use)} frame ${frame} insn ${insn} ${changes}`);
    },
    done: (use, passes) => log.line(`${chainText(use)} live stack update done in ${passes} iterations`),
  };
}

/** The calls that lead to a function, and its first instruction. */
function chainText(use: StackUse): string {
  const chain = [use.start];
  for (let at = use; at.outer; at = at.outer) chain.unshift(at.callSite);
  return `(${chain.join(',')})`;
}

function slotsText([low, high]: SlotSet): string {
  const slots: number[] = [];
  for (let slot = 0; slot < SLOTS; slot++) {
    if ((slot < 32 ? low : high) & (1 << (slot & 31))) slots.push(-8 * (slot + 1));
  }
  return slots.join(',');
}
