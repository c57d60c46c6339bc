import { BTF_KIND, infoFlag, infoVlen } from '../kinds.ts';
import { enumeratorNumber, writeNumbered, writeTag } from './names.ts';
import type { CTables } from './tables.ts';
import { newLine, write, writeLong, writeSigned, writeUnsigned } from './text.ts';

/**
 * Prints the definition of an enum at the present level, without a semicolon; an enum without enumerators is only
 * declared.
 */
export function writeEnum(t: CTables, id: number): void {
  const at = t.index[id];
  const info = t.words[at + 1];
  writeTag(t, id);
  if (infoVlen(info) === 0) return;
  write(t, ' {');
  const fitsWord = t.kinds[id] === BTF_KIND.ENUM64 ? writeLongValues(t, at) : writeValues(t, at);
  newLine(t, t.level);
  write(t, '}');
  const size = t.words[at + 2];
  if (size === 1) write(t, ' __attribute__((mode(byte)))');
  else if (size === 8 && t.pointerSize === 8 && fitsWord) write(t, ' __attribute__((mode(word)))');
}

/** @returns whether the values fit 32 bits */
function writeValues(t: CTables, at: number): boolean {
  const info = t.words[at + 1];
  const signed = infoFlag(info);
  const end = at + 3 + 2 * infoVlen(info);
  for (let m = at + 3; m < end; m += 2) {
    writeEnumerator(t, t.words[m]);
    if (signed) writeSigned(t, t.words[m + 1]);
    else writeUnsigned(t, t.words[m + 1]);
    write(t, ',');
  }
  return true;
}

/** @returns whether the values fit 32 bits */
function writeLongValues(t: CTables, at: number): boolean {
  const info = t.words[at + 1];
  const signed = infoFlag(info);
  const end = at + 3 + 3 * infoVlen(info);
  let fits = true;
  for (let m = at + 3; m < end; m += 3) {
    const low = t.words[m + 1];
    const high = t.words[m + 2];
    writeEnumerator(t, t.words[m]);
    if (signed && high < 0) {
      write(t, '-');
      writeLong(t, (~high + (low === 0 ? 1 : 0)) | 0, -low | 0);
    } else {
      writeLong(t, high, low);
    }
    write(t, signed ? 'LL,' : 'ULL,');
    if (high !== 0) fits = false;
  }
  return fits;
}

function writeEnumerator(t: CTables, name: number): void {
  newLine(t, t.level + 1);
  writeNumbered(t, name, enumeratorNumber(t, name));
  write(t, ' = ');
}
