import { formatInsn, type PathStep, type RefusalReport, type ReportedFrame } from '../../isa/index.ts';
import { ROW, TYPE } from '../domain/row.ts';
import { insnNames } from '../log/insn-names.ts';
import { registerText } from '../log/register.ts';
import { frameText } from '../log/state.ts';
import type { Refusal } from '../refusal.ts';
import { FRAME_WORDS } from '../state/frame.ts';
import { NOT_INIT } from '../state/reg-type.ts';
import type { Walk } from '../walk/walk.ts';
import { reasonOf } from './reasons.table.ts';
import { wrongValue } from './wrong-value.ts';

const REGISTERS = 11;
/** Steps of the path that are kept: the newest. */
const MAX_STEPS = 64;

/** The report of a refusal before any path was walked. */
export function reportUnwalked({ text, insn }: Refusal): RefusalReport {
  const { code, why, hint } = reasonOf(text);
  return { code, message: text.slice(text.lastIndexOf('\n') + 1), why, hint, insn, frames: [], path: [] };
}

/** The report of a refusal at the instruction that the walk stands at. */
export function reportRefusal(walk: Walk, refusal: Refusal): RefusalReport {
  const { text, insn } = refusal;
  if (insn === undefined || insn >= walk.insns.length) return reportUnwalked(refusal);
  return {
    ...reportUnwalked(refusal),
    insnText: formatInsn(walk.insns, insn, insnNames(walk)),
    source: walk.program.lines.lineOf(insn),
    frames: walk.state.frames.map((_, index) => frameOf(walk, index)),
    path: pathOf(walk),
    value: wrongValue(walk, text),
  };
}

function frameOf(walk: Walk, index: number): ReportedFrame {
  const { w, state } = walk;
  const base = index * FRAME_WORDS;
  const registers: Record<string, string> = {};
  for (let register = 0; register < REGISTERS; register++) {
    const row = base + register * ROW;
    if (w[row + TYPE] !== NOT_INIT) registers[`R${register}`] = registerText(walk, w, { row, frame: index });
  }
  const image = { w, base, slots: state.slots[index], index, frame: state.frames[index], shared: state.shared };
  return { frame: index, registers, text: frameText(walk, image).trim() };
}

/** Where the path did not simply go on, from the entry or from some way back. */
function pathOf(walk: Walk): PathStep[] {
  const steps: PathStep[] = [];
  const add = (from: number, to: number) => {
    if (from >= 0 && to !== from + 1 && steps.length < MAX_STEPS) {
      steps.push({ from, to, source: walk.program.lines.lineOf(from) });
    }
  };
  let { history, parent } = walk;
  if (history.end === 0 || walk.previous !== history.previous(history.end)) add(walk.previous, walk.insn);
  for (;;) {
    for (let { end } = history; end > 0; end = history.before(end)) add(history.previous(end), history.insn(end));
    if (!parent || steps.length >= MAX_STEPS) return steps.reverse();
    history = parent.history;
    parent = parent.parent;
  }
}
