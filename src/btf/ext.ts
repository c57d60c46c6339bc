import type { Endian } from '../base/index.ts';
import { readWords } from '../base/index.ts';
import { errExtSection, errTruncated, errVersion } from './errors.ts';
import { BTF_VERSION, btfEndian } from './header.ts';

/** The records of one kind (`func_info`, `line_info`, `core_relo`) that belong to one ELF section. */
export interface BtfExtRecords {
  /** String offset, in the object's BTF, of the ELF section's name. */
  readonly sectionName: number;
  /** Bytes of one record; at least what the kind is known to have, more in newer formats. */
  readonly recordSize: number;
  readonly count: number;
  /** All records in 32-bit words of host order, `recordSize / 4` each. */
  readonly words: Uint32Array;
}

/** A function's start and its FUNC: `struct bpf_func_info`, with the offset in bytes as `.BTF.ext` has it. */
export interface BtfFuncInfo {
  /** Bytes from the start of the ELF section. */
  readonly insnOffset: number;
  readonly typeId: number;
}

/** `struct bpf_line_info`, with the offset in bytes as `.BTF.ext` has it. */
export interface BtfLineInfo {
  /** Bytes from the start of the ELF section. */
  readonly insnOffset: number;
  /** String offset of the file name. */
  readonly fileName: number;
  /** String offset of the source line. */
  readonly line: number;
  /** `line number << 10 | column`. */
  readonly lineColumn: number;
}

/** `struct bpf_core_relo`. */
export interface BtfCoreRelo {
  /** Bytes from the start of the ELF section. */
  readonly insnOffset: number;
  /** Root type, in the object's BTF. */
  readonly typeId: number;
  /** String offset of the access string, e.g. `0:1:2`. */
  readonly accessString: number;
  /** `enum bpf_core_relo_kind`. */
  readonly kind: number;
}

/** A parsed `.BTF.ext`: records by ELF section, in file order. */
export interface BtfExt {
  readonly endian: Endian;
  readonly funcInfo: readonly BtfExtRecords[];
  readonly lineInfo: readonly BtfExtRecords[];
  readonly coreRelos: readonly BtfExtRecords[];
}

/** Bytes of the header without and with the place of the CO-RE records. */
const HEADER_SIZE_MIN = 24;
const HEADER_SIZE_CORE = 32;
/** Smallest record of each kind, in bytes. */
const FUNC_INFO_SIZE = 8;
const LINE_INFO_SIZE = 16;
const CORE_RELO_SIZE = 16;

/**
 * Reads a `.BTF.ext` section of either byte order.
 * @throws {BtfError} where it is malformed
 * @see Documentation/bpf/btf.rst (v6.12)
 */
export function parseBtfExt(bytes: Uint8Array): BtfExt {
  const endian = btfEndian(bytes);
  const words = readWords(bytes, endian);
  if (bytes.length < 8) throw errTruncated({ what: '.BTF.ext header', offset: 0, need: 8, have: bytes.length });
  const version = bytes[2];
  if (version !== BTF_VERSION) throw errVersion({ what: '.BTF.ext', version });
  if (bytes[3] !== 0) throw errExtSection({ what: 'header', problem: 'flags', have: bytes[3], want: '0' });
  const headerSize = words[1];
  if (headerSize < HEADER_SIZE_MIN) {
    throw errExtSection({ what: 'header', problem: 'hdr_len', have: headerSize, want: `${HEADER_SIZE_MIN} or more` });
  }
  if (headerSize > bytes.length) {
    throw errTruncated({ what: '.BTF.ext header', offset: 0, need: headerSize, have: bytes.length });
  }
  const read = (what: string, place: number, minimum: number): BtfExtRecords[] =>
    readSection({ what, words, headerSize, offset: words[place], size: words[place + 1], minimum });
  const funcInfo = read('func_info', 2, FUNC_INFO_SIZE);
  const lineInfo = read('line_info', 4, LINE_INFO_SIZE);
  const coreRelos = headerSize >= HEADER_SIZE_CORE ? read('core_relo', 6, CORE_RELO_SIZE) : [];
  return { endian, funcInfo, lineInfo, coreRelos };
}

interface SectionPlace {
  readonly what: string;
  readonly words: Uint32Array;
  readonly headerSize: number;
  /** Bytes from the end of the header. */
  readonly offset: number;
  readonly size: number;
  readonly minimum: number;
}

function readSection({ what, words, headerSize, offset, size, minimum }: SectionPlace): BtfExtRecords[] {
  if (size === 0) return [];
  const start = headerSize + offset;
  if (start % 4 !== 0) throw errExtSection({ what, problem: 'offset', have: start, want: 'a multiple of 4' });
  const available = words.length * 4;
  if (start + size > available) {
    throw errTruncated({ what: `.BTF.ext ${what}`, offset: start, need: size, have: Math.max(0, available - start) });
  }
  const end = (start + size) / 4;
  let at = start / 4;
  const recordSize = words[at++];
  if (recordSize < minimum || recordSize % 4 !== 0) {
    throw errExtSection({
      what,
      problem: 'record size',
      have: recordSize,
      want: `a multiple of 4, ${minimum} or more`,
    });
  }
  const sections: BtfExtRecords[] = [];
  while (at < end) {
    if (end - at < 2) throw errExtSection({ what, problem: 'rest', have: (end - at) * 4, want: '8 or more' });
    const count = words[at + 1];
    const need = (count * recordSize) / 4;
    if (count === 0) throw errExtSection({ what, problem: 'number of records', have: 0, want: '1 or more' });
    if (need > end - at - 2) {
      throw errTruncated({ what: `.BTF.ext ${what}`, offset: at * 4, need: need * 4, have: (end - at - 2) * 4 });
    }
    sections.push({ sectionName: words[at], recordSize, count, words: words.subarray(at + 2, at + 2 + need) });
    at += 2 + need;
  }
  return sections;
}

/** The records as `BtfFuncInfo`. */
export function funcInfos(records: BtfExtRecords): BtfFuncInfo[] {
  return mapRecords(records, (w, at) => ({ insnOffset: w[at], typeId: w[at + 1] }));
}

/** The records as `BtfLineInfo`. */
export function lineInfos(records: BtfExtRecords): BtfLineInfo[] {
  return mapRecords(records, (w, at) => ({
    insnOffset: w[at],
    fileName: w[at + 1],
    line: w[at + 2],
    lineColumn: w[at + 3],
  }));
}

/** The records as `BtfCoreRelo`. */
export function coreRelos(records: BtfExtRecords): BtfCoreRelo[] {
  return mapRecords(records, (w, at) => ({
    insnOffset: w[at],
    typeId: w[at + 1],
    accessString: w[at + 2],
    kind: w[at + 3],
  }));
}

function mapRecords<T>(records: BtfExtRecords, read: (words: Uint32Array, at: number) => T): T[] {
  const list: T[] = [];
  for (let i = 0; i < records.count; i++) list.push(read(records.words, (i * records.recordSize) / 4));
  return list;
}
