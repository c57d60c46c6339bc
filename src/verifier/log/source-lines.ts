import { ByteReader } from '../../base/index.ts';
import type { Btf } from '../../btf/index.ts';
import type { SourceLine } from '../../isa/index.ts';
import type { DebugRecords } from '../options.ts';

interface LineRecord {
  readonly insn: number;
  readonly file: number;
  readonly text: number;
  readonly lineColumn: number;
}

/** `struct bpf_line_info`. */
const RECORD_SIZE = 16;
const COLUMN_BITS = 10;

/** What the source says at each instruction. */
export class SourceLines {
  readonly #btf: Btf | undefined;
  readonly #records: readonly LineRecord[];

  /** @param records in order of instructions, offsets of strings in `btf` */
  constructor(btf: Btf | undefined, records: DebugRecords | undefined) {
    this.#btf = btf;
    this.#records = btf && records ? readRecords(btf, records) : [];
  }

  /** Index of the record that an instruction is under; -1: none. */
  recordOf(insn: number): number {
    const records = this.#records;
    let [low, high] = [0, records.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (records[middle].insn <= insn) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** Whether two records are of one line. */
  sameLine(a: number, b: number): boolean {
    const [x, y] = [this.#records[a], this.#records[b]];
    return (
      x !== undefined &&
      y !== undefined &&
      x.file === y.file &&
      x.lineColumn >>> COLUMN_BITS === y.lineColumn >>> COLUMN_BITS
    );
  }

  at(record: number): SourceLine | undefined {
    const found = this.#records[record];
    if (!found) return undefined;
    const line = this.#string(found.text);
    const text = line.trimStart();
    return {
      file: this.#string(found.file),
      text,
      indent: line.length - text.length,
      line: found.lineColumn >>> COLUMN_BITS,
      column: found.lineColumn & ((1 << COLUMN_BITS) - 1),
    };
  }

  /** The line of an instruction. */
  lineOf(insn: number): SourceLine | undefined {
    return this.at(this.recordOf(insn));
  }

  #string(offset: number): string {
    const { strings } = this.#btf as Btf;
    return offset < strings.size ? strings.at(offset) : '';
  }
}

function readRecords(btf: Btf, { bytes, size }: DebugRecords): LineRecord[] {
  if (size < RECORD_SIZE) return [];
  const reader = new ByteReader(bytes, btf.endian);
  return Array.from({ length: Math.floor(bytes.length / size) }, (_, i) => ({
    insn: reader.u32(i * size),
    file: reader.u32(i * size + 4),
    text: reader.u32(i * size + 8),
    lineColumn: reader.u32(i * size + 12),
  }));
}

/** A file's name without its directories. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
