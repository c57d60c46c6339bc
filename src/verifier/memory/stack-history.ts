import type { Walk } from '../walk/walk.ts';

/** Notes which slot the instruction spilled to or filled from: who follows a value back has to know. */
export function noteStackAccess(walk: Walk, frame: number, slot: number): void {
  const { history, insn, previous } = walk;
  const last = history.at(-1);
  const stack = { frame, slot };
  if (last?.insn === insn && !last.stack) history[history.length - 1] = { ...last, stack };
  else history.push({ insn, previous, stack });
}
