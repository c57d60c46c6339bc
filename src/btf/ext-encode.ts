import type { Endian } from '../base/index.ts';
import { wordsToBytes } from '../base/index.ts';
import type { BtfExt, BtfExtRecords } from './ext.ts';
import { BTF_MAGIC, BTF_VERSION } from './header.ts';
import type { BtfId } from './model.ts';
import { WordBuffer } from './word-buffer.ts';

const HEADER_WORDS = 8;
/** Words of a line record that are string offsets: file name and source line. */
const LINE_STRINGS = [1, 2];
/** Word of a CO-RE record that is a string offset: the access string. */
const CORE_STRINGS = [2];
/** Word of a function's or CO-RE record that is a type id. */
const TYPE_WORD = [1];

/** New value of a string offset. */
type Remap = (offset: number) => number;

/** New values of what `.BTF.ext` refers to in the object's BTF. */
export interface BtfExtRemap {
  readonly type: (id: BtfId) => BtfId;
  readonly string: Remap;
  /** For names of sections; default: `string`. */
  readonly sectionName?: Remap;
}

/** The same records for a BTF whose ids and string offsets changed; strings are asked for in file order. */
export function remapBtfExt(ext: BtfExt, remap: BtfExtRemap): BtfExt {
  const records = (list: readonly BtfExtRecords[], strings: readonly number[], types: readonly number[]) =>
    list.map((record) => {
      const sectionName = (remap.sectionName ?? remap.string)(record.sectionName);
      const words = record.words.slice();
      const size = record.recordSize / 4;
      for (let i = 0, at = 0; i < record.count; i++, at += size) {
        for (const word of strings) words[at + word] = remap.string(words[at + word]);
        for (const word of types) words[at + word] = remap.type(words[at + word]);
      }
      return { ...record, sectionName, words };
    });
  return {
    endian: ext.endian,
    funcInfo: records(ext.funcInfo, [], TYPE_WORD),
    lineInfo: records(ext.lineInfo, LINE_STRINGS, []),
    coreRelos: records(ext.coreRelos, CORE_STRINGS, TYPE_WORD),
  };
}

/** The `.BTF.ext` section: header, functions, lines, CO-RE relocations. Sections without records are left out. */
export function encodeBtfExt(ext: BtfExt, endian: Endian = ext.endian): Uint8Array {
  const parts = [ext.funcInfo, ext.lineInfo, ext.coreRelos].map(recordWords);
  const out = new WordBuffer();
  const magic = endian === 'little' ? (BTF_VERSION << 16) | BTF_MAGIC : (BTF_MAGIC << 16) | (BTF_VERSION << 8);
  out.push(magic).push(HEADER_WORDS * 4);
  let offset = 0;
  for (const words of parts) {
    out.push(offset).push(words.length * 4);
    offset += words.length * 4;
  }
  for (const words of parts) out.append(words);
  return wordsToBytes(out.words, endian);
}

function recordWords(list: readonly BtfExtRecords[]): Uint32Array {
  const out = new WordBuffer();
  for (const { sectionName, recordSize, count, words } of list) {
    if (count === 0) continue;
    if (out.length === 0) out.push(recordSize);
    out.push(sectionName).push(count).append(words);
  }
  return out.words;
}
