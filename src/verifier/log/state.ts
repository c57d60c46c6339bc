import { AUX, AUX2, AUX3, ID, REF, ROW, TYPE } from '../domain/row.ts';
import {
  FRAME_WORDS,
  REGS_WORDS,
  SLOT,
  STACK_DYNPTR,
  STACK_INVALID,
  STACK_ITER,
  STACK_SPILL,
  slotByte,
  spilledRow,
} from '../state/frame.ts';
import { NOT_INIT } from '../state/reg-type.ts';
import type { Frame, SavedState, Shared, State } from '../state/state.ts';
import { dynptrName } from './dynptr.ts';
import { EVERYTHING, type Marks } from './marks.ts';
import { type RowNames, registerText } from './register.ts';

/** One frame of a state, wherever its words lie. */
export interface FrameImage {
  readonly w: Int32Array;
  /** First word of the frame. */
  readonly base: number;
  /** Slots of its stack. */
  readonly slots: number;
  /** Its place in the chain of calls. */
  readonly index: number;
  readonly frame: Frame;
  readonly shared: Shared;
}

const REGISTERS = 11;
/** By what a byte of a stack is. */
const BYTE_SIGNS = ['?', 'r', 'm', '0', 'd', 'i', 'f'];

/** A frame as logs show it, e.g. ` frame1: R0=0 R10=fp0 fp-8=mmmm???? refs=2 cb`. */
export function frameText(names: RowNames, image: FrameImage, marks: Marks = EVERYTHING): string {
  const { w, base, slots, index, frame, shared } = image;
  let text = index > 0 ? ` frame${index}:` : '';
  for (let register = 0; register < REGISTERS; register++) {
    const row = base + register * ROW;
    if (w[row + TYPE] === NOT_INIT || !marks.has(register)) continue;
    text += ` R${register}=${registerText(names, w, { row, frame: index })}`;
  }
  for (let slot = 0; slot < slots; slot++) {
    if (marks.hasSlot(slot)) text += slotText(names, image, slot);
  }
  const [first, ...others] = shared.refs.map(({ id }) => id);
  // Locks have no ids.
  if (first) text += ` refs=${[first, ...others.filter((id) => id !== 0)].join(',')}`;
  if (frame.callback === 'sync') text += ' cb';
  if (frame.callback === 'async') text += ' async_cb';
  return text;
}

/** The frame that runs in the state now, and what it was in one that was saved at the same instruction. */
export function bothStates(walk: RowNames & { readonly state: State }, saved: SavedState): string {
  const { state } = walk;
  const index = state.current;
  const now = { w: state.w, base: index * FRAME_WORDS, slots: state.slots[index], index };
  const then = { w: saved.words, base: saved.bases[index], slots: saved.slots[index], index };
  const nowText = frameText(walk, { ...now, frame: state.frame, shared: state.shared });
  const thenText = frameText(walk, { ...then, frame: saved.frames[index], shared: saved.shared });
  return `cur state:${nowText}\nold state:${thenText}`;
}

function slotText(names: RowNames, { w, base, index }: FrameImage, slot: number): string {
  const at = base + REGS_WORDS + slot * SLOT;
  if (w[at] === STACK_INVALID && w[at + 1] === STACK_INVALID) return '';
  const row = spilledRow(at);
  const place = ` fp-${(slot + 1) * 8}=`;
  switch (slotByte(w, at, 7)) {
    case STACK_SPILL:
      return `${place}${byteSigns(w, at).replace(/r.*/, '')}${registerText(names, w, { row, frame: index })}`;
    case STACK_DYNPTR:
      return w[row + AUX3] === 1 ? `${place}${dynptrText(w, row)}` : '';
    case STACK_ITER:
      return w[row + REF] === 0 ? '' : `${place}${iteratorText(names, w, row)}`;
    default:
      return `${place}${byteSigns(w, at)}`;
  }
}

function byteSigns(w: Int32Array, at: number): string {
  let text = '';
  for (let byte = 0; byte < 8; byte++) text += BYTE_SIGNS[slotByte(w, at, byte)];
  return text;
}

function dynptrText(w: Int32Array, row: number): string {
  const list: string[] = [];
  if (w[row + ID] !== 0) list.push(`id=${w[row + ID]}`);
  if (w[row + REF] !== 0) list.push(`ref_id=${w[row + REF]}`);
  if (w[row + ID] !== 0) list.push('dynptr_id=1');
  return `dynptr_${dynptrName(w[row + AUX])}(${list.join(',')})`;
}

const ITERATOR_STATES = ['<invalid>', 'active', 'drained'];

function iteratorText({ btfs }: RowNames, w: Int32Array, row: number): string {
  const name = btfs
    .at(0)
    .nameOf(w[row + AUX])
    .replace(/^bpf_/, '');
  return `${name}(ref_id=${w[row + REF]},state=${ITERATOR_STATES[w[row + AUX2]] ?? '<unknown>'},depth=${w[row + AUX3] >>> 0})`;
}
