import { errno } from '../../uapi/index.ts';
import { copyRow } from '../domain/row.ts';
import type { Refusal } from '../refusal.ts';
import { defer } from './defer.ts';
import { setUnknown } from './set-row.ts';
import type { Walk } from './walk.ts';

/** Refusals that a barrier saves a program from where only a guess leads to them. */
const AVOIDABLE: readonly number[] = [errno.EPERM, errno.EACCES, errno.EINVAL];

/** Whether a barrier before the instruction that the walk stands at ends the path. */
export function endsBefore({ speculation, state, insn }: Walk): boolean {
  return speculation !== undefined && state.shared.speculative && speculation.barriers[insn] === 1;
}

/** Whether a barrier behind the instruction that was walked ends the path. */
export function endsBehind({ speculation, state, insn }: Walk): boolean {
  return speculation !== undefined && state.shared.speculative && speculation.barriersBehind[insn] === 1;
}

/** A refusal on a path that only a guess leads to: a barrier keeps it from being gone. @returns whether one can */
export function avoid(walk: Walk, { errno: code, text, unsupported }: Refusal): boolean {
  const { speculation, state, insn, log } = walk;
  if (!speculation || !state.shared.speculative || unsupported || !AVOIDABLE.includes(code)) return false;
  speculation.barriers[insn] = 1;
  speculation.masks[insn] = 0;
  if (text !== '') log?.line(text);
  return true;
}

/** Puts aside a path that only a guess leads to. */
export function deferGuess(walk: Walk, insn: number): Refusal | undefined {
  const { shared } = walk.state;
  walk.state.change({ speculative: true });
  const refusal = defer(walk, insn);
  walk.state.shared = shared;
  return refusal;
}

/** A jump whose way is known: a processor may guess the other one, whatever the numbers compared are. */
export function guessOtherWay(walk: Walk, insn: number, compared: readonly number[]): Refusal | undefined {
  if (walk.program.privileges.bypassSpecV1) return undefined;
  const { w } = walk;
  const rows = [...new Set(compared)];
  for (const [i, row] of rows.entries()) {
    copyRow(w, walk.scratch(2 + i), w, row);
    setUnknown(w, row);
  }
  const refusal = deferGuess(walk, insn);
  for (const [i, row] of rows.entries()) copyRow(w, row, w, walk.scratch(2 + i));
  return refusal;
}
