import { isZero } from '../domain/narrow.ts';
import { OFF } from '../domain/row.ts';
import { bitsText } from '../domain/text.ts';
import type { Refusal } from '../refusal.ts';
import type { Walk } from '../walk/walk.ts';

/** Bytes of a buffer whose end only the hook knows: the program is told at attach time. */
export interface BufferAccess {
  readonly register: number;
  readonly off: number;
  readonly size: number;
  /** How messages call it: `tracepoint`, `rdonly`, `rdwr`. */
  readonly what: string;
}

/** Only places at a known distance from the start are in order. */
export function checkBuffer(walk: Walk, { register, off, size, what }: BufferAccess): Refusal | undefined {
  const { w } = walk;
  const row = walk.reg(register);
  const at = w[row + OFF] + off;
  if (at < 0) return walk.denied(`R${register} invalid ${what} buffer access: off=${at}, size=${size}`);
  if (isZero(w, row)) return undefined;
  return walk.denied(`R${register} invalid variable buffer offset: off=${at}, var_off=${bitsText(w, row)}`);
}
