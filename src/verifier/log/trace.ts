import { BPF_CALL, BPF_EXIT, BPF_JA, BPF_JCOND, BPF_JMP, formatInsn, insnOp, isJump } from '../../isa/index.ts';
import { FRAME_WORDS } from '../state/frame.ts';
import type { Walk } from '../walk/walk.ts';
import { insnNames } from './insn-names.ts';
import type { VerifierLog } from './log.ts';
import { EVERYTHING, type Marks } from './marks.ts';
import { baseName } from './source-lines.ts';
import { type FrameImage, frameText } from './state.ts';
import { markTouched } from './touch.ts';

/** What is said before an instruction is walked: the state, where it is news, the source line, the instruction. */
export function traceInsn(walk: Walk): void {
  const { log, insn } = walk;
  if (!log) return;
  if (log.afterJump && log.all) {
    log.line(`\nfrom ${walk.previous} to ${insn}${speculation(walk)}:${currentState(walk)}`);
  }
  log.afterJump = false;
  if (walk.previous < 0) log.touched.addAll();
  traceTouched(walk);
  traceSourceLine(walk, log, insn);
  const text = `${insn}: ${formatInsn(walk.insns, insn, insnNames(walk))}`;
  log.insnBegin = log.text.end;
  log.line(text);
  log.insnEnd = log.text.end;
  markTouched(walk, log.touched);
  log.depth = walk.state.current;
  if (log.depth > 0 && walk.insns.code(insn) === (BPF_JMP | BPF_EXIT)) log.leaving = currentState(walk);
}

/** The frame that runs is left, other than by the instruction for it. */
export function traceLeaving(walk: Walk): void {
  if (walk.log) walk.log.leaving = currentState(walk);
}

const speculation = ({ state }: Walk) => (state.shared.speculative ? ' (speculative execution)' : '');

/** The path was walked before, from a state that stands for this one. */
export function traceSafe(walk: Walk): void {
  const { log, insn } = walk;
  if (!log) return;
  if (log.afterJump) log.line(`\nfrom ${walk.previous} to ${insn}${speculation(walk)}: safe`);
  else log.line(`${insn}: safe`);
  log.afterJump = false;
}

/** What is said after an instruction was walked and before the next one is looked at. */
export function traceStep(walk: Walk): void {
  const { log, state } = walk;
  if (!log) return;
  if (state.current > log.depth) {
    log.touched.addAll();
    if (state.frame.callback === undefined) {
      log.line(`caller:\n${stateOf(walk, state.current - 1)}\ncallee:\n${currentState(walk)}`);
    }
  } else if (state.current < log.depth) {
    log.line(`returning from callee:\n${log.leaving}\nto caller at ${walk.next}:\n${currentState(walk)}`);
    log.touched.clear();
    log.afterJump = walk.insns.code(walk.insn) === (BPF_JMP | BPF_EXIT);
    if (!log.afterJump) log.touched.add(0);
  } else if (branches(walk.insns.code(walk.insn))) traceTouched(walk);
}

/** Conditional jumps but `may_goto`. */
function branches(code: number): boolean {
  return isJump(code) && ![BPF_JA, BPF_CALL, BPF_EXIT, BPF_JCOND].includes(insnOp(code));
}

/** What the instruction read and wrote, behind its text where nothing came between. */
export function traceTouched(walk: Walk): void {
  const { log, insn } = walk;
  if (!log || log.touched.isEmpty) return;
  const text = currentState(walk, log.touched);
  if (log.insnEnd === log.text.end && log.insnEnd > 0) {
    const width = log.insnEnd - log.insnBegin;
    log.text.cut(log.insnEnd - 1);
    log.line(`${' '.repeat(gap(width))};${text}`);
  } else log.line(`${insn}:${text}`);
  log.touched.clear();
}

/** Blanks before `;`: states stand in columns of eight. @param width of the instruction's text and its line feed */
function gap(width: number): number {
  return Math.ceil(Math.max(width + 4, 40) / 8) * 8 - width - 1;
}

function traceSourceLine(walk: Walk, log: VerifierLog, insn: number): void {
  const { lines } = walk.program;
  const record = lines.recordOf(insn);
  if (record < 0 || record === log.lineRecord || lines.sameLine(record, log.lineRecord)) return;
  const source = lines.at(record);
  log.lineRecord = record;
  if (source) log.line(`; ${source.text} @ ${baseName(source.file)}:${source.line}`);
}

function currentState(walk: Walk, marks: Marks = EVERYTHING): string {
  return stateOf(walk, walk.state.current, marks);
}

function stateOf(walk: Walk, index: number, marks: Marks = EVERYTHING): string {
  const { state, w } = walk;
  const image: FrameImage = {
    w,
    base: index * FRAME_WORDS,
    slots: state.slots[index],
    index,
    frame: state.frames[index],
    shared: state.shared,
  };
  return frameText(walk, image, marks);
}
