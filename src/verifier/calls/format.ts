import { errno } from '../../uapi/index.ts';
import { VALUE } from '../domain/row.ts';
import type { Refusal } from '../refusal.ts';
import type { Walk } from '../walk/walk.ts';
import { constantText } from './constant-text.ts';

/** Arguments of one format at most. */
const MAX_ARGUMENTS = 12;
/** One argument: flags and width, then a pointer's form, text, a character or a number. */
const ARGUMENT =
  /^[0+\- ]*(?:[1-9]\d*)?(?:p(?:[ku]s|[iI][46]|[KxsSB](?![a-zA-Z0-9])|(?![a-zA-Z0-9]))|s|c|l{0,2}[iduxX])/;

/** The format of `bpf_snprintf`, which is known when the program is loaded, fits the number of arguments. */
export function checkFormat(
  walk: Walk,
  { format, size }: { readonly format: number; readonly size: number },
): Refusal | undefined {
  const bytes = walk.w[walk.reg(size) + VALUE];
  if (bytes % 8 !== 0) return walk.invalid('');
  const text = constantText(walk, walk.reg(format));
  if (!text) return walk.refused(errno.EFAULT, '');
  return isFormat(String.fromCharCode(...text), bytes / 8) ? undefined : walk.invalid('Invalid format string');
}

/** @see Documentation of bpf_snprintf and bpf_trace_printk in include/uapi/linux/bpf.h (v6.18) */
export function isFormat(text: string, count: number): boolean {
  if (count > MAX_ARGUMENTS) return false;
  let used = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const isSpace = code >= 9 && code <= 13;
    if ((code < 32 && !isSpace) || code > 126) return false;
    if (text[at] !== '%') continue;
    if (text[at + 1] === '%') {
      at++;
      continue;
    }
    const argument = ARGUMENT.exec(text.slice(at + 1));
    if (!argument || used >= count) return false;
    used++;
    at += argument[0].length;
  }
  return true;
}
