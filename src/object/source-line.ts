import type { BtfExtRecords } from '../btf/index.ts';
import { INSN_SIZE } from '../isa/index.ts';
import type { BpfObject } from './object.ts';
import type { FunctionSpec } from './spec.ts';

/** A place in the source that an object was compiled from. */
export interface SourceLine {
  /** As the compiler was given it. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly text: string;
}

/** The source line of a function's instruction, where the object has line info of it. */
export function sourceLine(
  { btf, btfExt, sectionIndexes }: BpfObject,
  fn: FunctionSpec,
  insn: number,
): SourceLine | undefined {
  if (btf === undefined || btfExt === undefined) return undefined;
  const inSection = ({ sectionName }: BtfExtRecords) =>
    sectionIndexes.get(btf.strings.at(sectionName)) === fn.sectionIndex;
  const records = btfExt.lineInfo.find(inSection);
  if (records === undefined) return undefined;
  const { words, recordSize, count } = records;
  const first = fn.sectionOffset * INSN_SIZE;
  const wanted = first + insn * INSN_SIZE;
  let best = -1;
  for (let i = 0; i < count; i++) {
    const at = (i * recordSize) / 4;
    if (words[at] >= first && words[at] <= wanted && (best < 0 || words[at] >= words[best])) best = at;
  }
  if (best < 0) return undefined;
  return {
    file: btf.strings.at(words[best + 1]),
    text: btf.strings.at(words[best + 2]).trim(),
    line: words[best + 3] >>> 10,
    column: words[best + 3] & 0x3ff,
  };
}
