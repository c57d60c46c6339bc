import { invariant } from '../base/index.ts';

/** Bytes that are written at once. */
export const PIECE_STEP = 8;

/**
 * A constant piece of output, cut into doubles: `TextBytes` writes eight bytes at a time with it, fast also in code that
 * is not compiled yet. ASCII is never a NaN, so no byte changes on the way.
 */
export interface Piece {
  readonly length: number;
  /** The first eight bytes. */
  readonly head: number;
  /** All of them. */
  readonly steps: Float64Array;
}

/** Makes a piece of ASCII text. */
export function piece(text: string): Piece {
  const view = new DataView(new ArrayBuffer(Math.max(1, Math.ceil(text.length / PIECE_STEP)) * PIECE_STEP));
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    invariant(code < 0x80, 'pieces are ASCII');
    view.setUint8(i, code);
  }
  const steps = new Float64Array(view.byteLength / PIECE_STEP);
  for (let i = 0; i < steps.length; i++) steps[i] = view.getFloat64(i * PIECE_STEP, true);
  return { length: text.length, head: steps[0], steps };
}
