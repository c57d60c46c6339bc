import { BPF_LDX, BPF_ST, BPF_STX, formatInsn, insnClass } from '../../isa/index.ts';
import { ROW, SMAX, SMIN, TYPE, UMAX, UMIN } from '../domain/row.ts';
import { read64, readS64 } from '../domain/words.ts';
import { insnNames } from '../log/insn-names.ts';
import { registerText } from '../log/register.ts';
import type { SourceLine } from '../log/source-lines.ts';
import { frameText } from '../log/state.ts';
import type { History } from '../prune/history.ts';
import type { Refusal } from '../refusal.ts';
import { FRAME_WORDS } from '../state/frame.ts';
import { NOT_INIT } from '../state/reg-type.ts';
import type { Walk } from '../walk/walk.ts';
import { reasonOf } from './reasons.table.ts';

/** What a register held, by its name (`R1`), as logs say it. */
export interface ReportedFrame {
  /** 0: the program's entry. */
  readonly frame: number;
  readonly registers: Readonly<Record<string, string>>;
  /** The whole frame in one line, with its stack, as the log has it. */
  readonly text: string;
}

/** A step of the path that led to the refusal: where it did not simply go on. */
export interface PathStep {
  readonly from: number;
  readonly to: number;
  readonly source?: SourceLine;
}

/** Both ends inclusive. */
export interface ValueRange {
  readonly min: bigint;
  readonly max: bigint;
}

/** The value that was wrong. */
export interface WrongValue {
  /** The register that held it. */
  readonly register: number;
  /** As the log says it. */
  readonly text: string;
  /** What it may have been. */
  readonly had: { readonly signed: ValueRange; readonly unsigned: ValueRange };
  /** What it would have to be, where that is a range: of the offset of the access in bytes. */
  readonly needed?: ValueRange;
}

/** Why a program was refused, as a value. */
export interface RefusalReport {
  /** Stable, for tools. @see docs/verifier-report.md */
  readonly code: string;
  /** The kernel's words. */
  readonly message: string;
  /** In other words. */
  readonly why: string;
  /** What to write. */
  readonly hint?: string;
  /** The instruction walked last. */
  readonly insn?: number;
  /** Its text. */
  readonly insnText?: string;
  readonly source?: SourceLine;
  /** The frames, the one that runs last. */
  readonly frames: readonly ReportedFrame[];
  /** The newest steps last. */
  readonly path: readonly PathStep[];
  readonly value?: WrongValue;
}

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
  if (walk.previous !== walk.history.at(-1)?.previous) add(walk.previous, walk.insn);
  let history: History = walk.history;
  let parent = walk.parent;
  for (;;) {
    for (let i = history.length - 1; i >= 0; i--) add(history[i].previous, history[i].insn);
    if (!parent || steps.length >= MAX_STEPS) return steps.reverse();
    history = parent.history;
    parent = parent.parent;
  }
}

function wrongValue(walk: Walk, text: string): WrongValue | undefined {
  const groups = reasonOf(text).pattern.exec(text)?.groups;
  if (!groups) return undefined;
  const { w } = walk;
  const register = groups.reg === undefined ? accessRegister(walk) : Number(groups.reg);
  if (register >= REGISTERS) return undefined;
  const row = walk.reg(register);
  if (w[row + TYPE] === NOT_INIT) return undefined;
  const limit = groups.limit === undefined ? undefined : BigInt(groups.limit) - BigInt(groups.size ?? 0);
  return {
    register,
    text: registerText(walk, w, { row, frame: walk.state.current }),
    had: {
      signed: { min: readS64(w, row + SMIN), max: readS64(w, row + SMAX) },
      unsigned: { min: read64(w, row + UMIN), max: read64(w, row + UMAX) },
    },
    needed: limit === undefined || limit < 0n ? undefined : { min: 0n, max: limit },
  };
}

/** The register by which a load or store reaches memory. */
function accessRegister({ insns, insn }: Walk): number {
  const kind = insnClass(insns.code(insn));
  if (kind === BPF_LDX) return insns.src(insn);
  return kind === BPF_ST || kind === BPF_STX ? insns.dst(insn) : REGISTERS;
}
