import { ByteReader, ByteWriter, type Endian } from '../../base/index.ts';
import type { Btf } from '../../btf/index.ts';
import type { Insns } from '../../isa/index.ts';
import type { Errno, ProgLoadAttr } from '../../syscall/index.ts';
import { errno } from '../../uapi/index.ts';
import type { Translated } from '../core/services.ts';
import type { Refusal } from './refusal.ts';

/** Sizes of the records as far as this kernel knows them, and the largest that it takes. */
const FUNC_INFO_SIZE = 8;
const LINE_INFO_SIZE = 16;
const MAX_RECORD_SIZE = 252;

function refuse(log: string, code: Errno = -errno.EINVAL): Refusal {
  return { errno: code, log };
}

/** The program that debug records are about. */
export interface DebugSubject {
  readonly btf: Btf;
  readonly insns: Insns;
  /** First instruction of each subprogram. */
  readonly subprograms: readonly number[];
}

/** Checks the `bpf_func_info` and `bpf_line_info` records of a load against its instructions and BTF. */
export function checkDebugInfo(attr: ProgLoadAttr, subject: DebugSubject): Refusal | undefined {
  return checkFuncInfo(attr, subject) ?? checkLineInfo(attr, subject);
}

function checkFuncInfo(attr: ProgLoadAttr, { btf, subprograms }: DebugSubject): Refusal | undefined {
  const records = attr.funcInfo ?? new Uint8Array();
  if (records.length === 0) return undefined;
  const size = attr.funcInfoRecSize ?? 0;
  if (size < FUNC_INFO_SIZE || size > MAX_RECORD_SIZE || size % 4 !== 0) {
    return refuse(`invalid func info rec size ${size}\n`);
  }
  const count = Math.floor(records.length / size);
  if (count !== subprograms.length) {
    return refuse("number of funcs in func_info doesn't match number of subprogs\n");
  }
  const reader = new ByteReader(records, btf.endian);
  let previous = 0;
  for (let i = 0; i < count; i++) {
    const offset = reader.u32(i * size);
    const type = reader.u32(i * size + 4);
    if (i === 0 && offset !== 0) return refuse(`nonzero insn_off ${offset} for the first func info record`);
    if (i > 0 && offset <= previous) {
      return refuse(`same or smaller insn offset (${offset}) than previous func info record (${previous})`);
    }
    if (!btf.has(type) || btf.typeById(type).kind !== 'FUNC') return refuse(`invalid type id ${type} in func info`);
    if (offset !== subprograms[i]) {
      return refuse("func_info BTF section doesn't match subprog layout in BPF program\n");
    }
    previous = offset;
  }
  return undefined;
}

function checkLineInfo(attr: ProgLoadAttr, { btf, insns, subprograms }: DebugSubject): Refusal | undefined {
  const records = attr.lineInfo ?? new Uint8Array();
  if (records.length === 0) return undefined;
  const size = attr.lineInfoRecSize ?? 0;
  if (size < LINE_INFO_SIZE || size > MAX_RECORD_SIZE || size % 4 !== 0) return refuse('');
  const reader = new ByteReader(records, btf.endian);
  const count = Math.floor(records.length / size);
  let previous = 0;
  let subprogram = 0;
  for (let i = 0; i < count; i++) {
    const offset = reader.u32(i * size);
    if ((i > 0 && offset <= previous) || offset >= insns.length) {
      return refuse(`Invalid line_info[${i}].insn_off:${offset} (prev_offset:${previous} prog->len:${insns.length})\n`);
    }
    if (insns.code(offset) === 0) return refuse(`Invalid insn code at line_info[${i}].insn_off\n`);
    if (Math.max(reader.u32(i * size + 8), reader.u32(i * size + 4)) >= btf.strings.size) {
      return refuse(`Invalid line_info[${i}].line_off or .file_name_off\n`);
    }
    if (subprogram < subprograms.length) {
      if (offset === subprograms[subprogram]) subprogram++;
      else if (subprograms[subprogram] < offset) return refuse(`missing bpf_line_info for func#${subprogram}\n`);
    }
    previous = offset;
  }
  const missing = subprograms.length - subprogram;
  if (missing === 0) return undefined;
  return refuse(`missing bpf_line_info for ${missing} funcs starting from func#${subprogram}\n`);
}

/** Records whose first word is an instruction, cut to the size that this kernel knows. */
export interface InsnRecords {
  readonly bytes: Uint8Array;
  readonly size: number;
}

/** The function records of a load, for the translated program; those of subprograms that are gone are left out. */
export function translateFuncInfo(attr: ProgLoadAttr, translated: Translated, endian: Endian): InsnRecords {
  const records = { bytes: attr.funcInfo ?? new Uint8Array(), size: attr.funcInfoRecSize ?? 0 };
  return translateRecords(records, FUNC_INFO_SIZE, { translated, endian });
}

/** The line records of a load, for the translated program. */
export function translateLineInfo(attr: ProgLoadAttr, translated: Translated, endian: Endian): InsnRecords {
  const records = { bytes: attr.lineInfo ?? new Uint8Array(), size: attr.lineInfoRecSize ?? 0 };
  return translateRecords(records, LINE_INFO_SIZE, { translated, endian });
}

/**
 * Moves records to where their instructions went. Of those whose instructions were taken out the last one stays, for
 * the first instruction after them, unless that has one of its own.
 */
function translateRecords(
  { bytes, size }: InsnRecords,
  kept: number,
  { translated, endian }: { readonly translated: Translated; readonly endian: Endian },
): InsnRecords {
  if (bytes.length === 0) return { bytes: new Uint8Array(), size: 0 };
  const { starts, insns } = translated;
  const reader = new ByteReader(bytes, endian);
  const writer = new ByteWriter(endian, bytes.length);
  const count = Math.floor(bytes.length / size);
  for (let i = 0; i < count; i++) {
    const start = starts[reader.u32(i * size)];
    const next = i + 1 < count ? starts[reader.u32((i + 1) * size)] : insns.length;
    if (start === next) continue;
    writer.u32(start).raw(reader.slice(i * size + 4, kept - 4));
  }
  return { bytes: writer.toBytes(), size: kept };
}
