import { type Insns, isEnd, isWide, jumpTarget, subprogramTarget } from '../isa/index.ts';
import { invalid, type Refusal } from './refusal.ts';
import { isCall } from './subprograms.ts';

/** An instruction on the way from the start, and how many of its ways were gone already. */
interface Standing {
  readonly insn: number;
  ways: number;
}

/**
 * Refuses ways that lead back to where the way from the start came by.
 * @param mayClose whether what stands there may lead back all the same
 */
export function checkBackEdges(insns: Insns, mayClose: (insn: number) => boolean): Refusal | undefined {
  /** 0: not come to; 1: on the way from the start; 2: all that comes after it was looked at. */
  const seen = new Uint8Array(insns.length);
  const way: Standing[] = [{ insn: 0, ways: 0 }];
  seen[0] = 1;
  for (let at = way.at(-1); at; at = way.at(-1)) {
    const next = waysFrom(insns, at.insn)[at.ways++];
    if (next === undefined) {
      seen[at.insn] = 2;
      way.pop();
    } else if (seen[next] === 0) {
      seen[next] = 1;
      way.push({ insn: next, ways: 0 });
    } else if (seen[next] === 1 && !mayClose(at.insn)) return invalid(`back-edge from insn ${at.insn} to ${next}`);
  }
  return undefined;
}

/** Where an instruction leads, the way straight on first. */
function waysFrom(insns: Insns, insn: number): readonly number[] {
  const code = insns.code(insn);
  const straightOn = isEnd(code) ? undefined : insn + (isWide(code) ? 2 : 1);
  const ways = [straightOn, subprogramTarget(insns, insn), jumpTarget(insns, insn)];
  return ways.filter((next): next is number => next !== undefined && next < insns.length);
}

/**
 * Before Linux 6.7 a loop had to be closed by a jump: where the way back was that straight on (into a loop that is entered
 * in its middle), or the call of a function that is running, the program was refused.
 */
export function checkLoopEntries(insns: Insns): Refusal | undefined {
  return checkBackEdges(insns, (insn) => {
    const takesAddress = !isCall(insns.code(insn)) && subprogramTarget(insns, insn) !== undefined;
    return takesAddress || jumpTarget(insns, insn) !== undefined;
  });
}
