import { formatInsn } from '../../isa/index.ts';
import type { ExploredState } from '../prune/explored.ts';
import type { Wanted } from '../prune/wanted.ts';
import type { Walk } from '../walk/walk.ts';
import { insnNames } from './insn-names.ts';
import { frameText } from './state.ts';

const REGISTERS = 11;
const SLOTS = 64;

/** Says how the way back along a path goes, on which it is found what numbers came from. */
export interface WayBackLog {
  /** A part of the path, from its last instruction to its first. */
  segment(part: {
    readonly frame: number;
    readonly last: number;
    readonly first: number;
    readonly after: number;
  }): void;
  /** An instruction, with what is wanted behind it. */
  insn(insn: number, wanted: Wanted): void;
  /** A state that was saved, with what is wanted of it. */
  state(state: ExploredState, wanted: Wanted): void;
}

/** @returns undefined where nobody wants to know */
export function wayBackLog(walk: Walk): WayBackLog | undefined {
  const { log, insns } = walk;
  if (!log?.all) return undefined;
  const names = insnNames(walk);
  const say = (frame: number, text: string) => log.line(`mark_precise: frame${frame}: ${text}`);
  return {
    segment: ({ frame, last, first, after }) => say(frame, `last_idx ${last} first_idx ${first} subseq_idx ${after} `),
    insn: (insn, wanted) =>
      say(
        wanted.frame,
        `regs=${registersText(wanted, wanted.frame)} stack=${slotsText(wanted, wanted.frame)} before ${insn}: ${formatInsn(insns, insn, names)}`,
      ),
    state: ({ saved }, wanted) => {
      for (let frame = wanted.frame; frame >= 0; frame--) {
        const image = {
          w: saved.words,
          base: saved.bases[frame],
          slots: saved.slots[frame],
          index: frame,
          frame: saved.frames[frame],
          shared: saved.shared,
        };
        const what = `regs=${registersText(wanted, frame)} stack=${slotsText(wanted, frame)}`;
        say(frame, `parent state ${what}: ${frameText(walk, image)}`);
      }
    },
  };
}

/** A state stands for another: what is wanted of its numbers is wanted of the other's. */
export function tracePropagation({ log }: Walk, wanted: Wanted): void {
  if (!log?.all) return;
  for (let frame = wanted.frame; frame >= 0; frame--) {
    const slots = list(SLOTS, (slot) => wanted.hasSlot(frame, slot)).map((slot) => `fp-${8 * (slot + 1)}`);
    const places = [...registersOf(wanted, frame), ...slots];
    if (places.length > 0) log.line(`frame ${frame}: propagating ${places.join(',')}`);
  }
}

function registersText(wanted: Wanted, frame: number): string {
  return registersOf(wanted, frame).join(',');
}

function registersOf(wanted: Wanted, frame: number): string[] {
  const registers = wanted.registers(frame);
  return list(REGISTERS, (register) => (registers & (1 << register)) !== 0).map((register) => `r${register}`);
}

function slotsText(wanted: Wanted, frame: number): string {
  return list(SLOTS, (slot) => wanted.hasSlot(frame, slot))
    .map((slot) => -8 * (slot + 1))
    .join(',');
}

function list(count: number, has: (index: number) => boolean): number[] {
  return Array.from({ length: count }, (_, index) => index).filter(has);
}
