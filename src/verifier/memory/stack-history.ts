import { stackFacts } from '../prune/history.ts';
import type { Walk } from '../walk/walk.ts';

/** Notes which slot the instruction spilled to or filled from: who follows a value back has to know. */
export function noteStackAccess(walk: Walk, frame: number, slot: number): void {
  walk.note(stackFacts(frame, slot));
}
