import { ByteWriter } from '../base/index.ts';
import type { BtfExtRecords } from '../btf/index.ts';
import { INSN_SIZE } from '../isa/index.ts';
import type { BpfObject, FunctionSpec } from '../object/index.ts';
import { errInfo } from './errors.ts';
import type { CopyBudget, LinkedPart } from './link.ts';
import type { InfoRecords } from './program.ts';

/** `func_info` or `line_info` of an object, found by function. */
class InfoTable {
  readonly #bySection = new Map<number, BtfExtRecords>();
  readonly #ascends = new Map<BtfExtRecords, boolean>();
  readonly #budget: CopyBudget;
  readonly #ranges = new Map<FunctionSpec, { start: number; end: number } | undefined>();

  constructor(object: BpfObject, records: readonly BtfExtRecords[], budget: CopyBudget) {
    this.#budget = budget;
    for (const group of records) {
      const section = object.sectionIndexes.get(object.btf?.strings.at(group.sectionName) ?? '');
      if (section !== undefined && !this.#bySection.has(section)) this.#bySection.set(section, group);
    }
  }

  recordsFor(fn: FunctionSpec): BtfExtRecords | undefined {
    return this.#bySection.get(fn.sectionIndex);
  }

  /** The run of records that lie in the function: first and last that do, what stands between them included. */
  rangeOf(fn: FunctionSpec): { start: number; end: number } | undefined {
    if (!this.#ranges.has(fn)) this.#ranges.set(fn, this.#findRange(fn));
    return this.#ranges.get(fn);
  }

  #findRange(fn: FunctionSpec): { start: number; end: number } | undefined {
    const records = this.recordsFor(fn);
    if (records === undefined) return undefined;
    const stride = records.recordSize / 4;
    let start = -1;
    let end = -1;
    for (let i = this.#firstFrom(records, fn.sectionOffset * INSN_SIZE); i < records.count; i++) {
      const slot = Math.floor(records.words[i * stride] / INSN_SIZE);
      if (slot < fn.sectionOffset) continue;
      if (slot >= fn.sectionOffset + fn.insns.length) break;
      if (start < 0) start = i;
      end = i + 1;
    }
    return start < 0 ? undefined : { start, end };
  }

  /** The first record at or after a byte of its section, where the records ascend, as compilers leave them; else 0. */
  #firstFrom(records: BtfExtRecords, byte: number): number {
    let ascends = this.#ascends.get(records);
    if (ascends === undefined) {
      ascends = isAscending(records);
      this.#ascends.set(records, ascends);
    }
    if (!ascends) {
      this.#budget.take(records.count, '*');
      return 0;
    }
    let low = 0;
    let high = records.count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (records.words[(middle * records.recordSize) / 4] < byte) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function isAscending({ words, count, recordSize }: BtfExtRecords): boolean {
  const stride = recordSize / 4;
  for (let i = 1; i < count; i++) if (words[i * stride] < words[(i - 1) * stride]) return false;
  return true;
}

/** Function and line info of an object's programs. */

export class ProgramInfo {
  readonly #object: BpfObject;
  readonly #budget: CopyBudget;
  readonly #func: InfoTable;
  readonly #line: InfoTable;

  constructor(object: BpfObject, budget: CopyBudget) {
    this.#object = object;
    this.#budget = budget;
    this.#func = new InfoTable(object, object.btfExt?.funcInfo ?? [], budget);
    this.#line = new InfoTable(object, object.btfExt?.lineInfo ?? [], budget);
  }

  /**
   * The records of a linked program. Without any for its first function it has none; where a later one lacks them the
   * program cannot be loaded. @throws {ReloError} `RELO_INFO`
   */
  of(parts: readonly LinkedPart[]): { funcInfo: InfoRecords | undefined; lineInfo: InfoRecords | undefined } {
    return {
      funcInfo: this.#collect(this.#func, parts, 'missing .BTF.ext function info'),
      lineInfo: this.#collect(this.#line, parts, 'missing .BTF.ext line info'),
    };
  }

  #collect(table: InfoTable, parts: readonly LinkedPart[], problem: string): InfoRecords | undefined {
    if (table.rangeOf(parts[0].fn) === undefined) return undefined;
    const recordSize = table.recordsFor(parts[0].fn)?.recordSize ?? 0;
    const writer = new ByteWriter(this.#object.endian);
    for (const { fn, start } of parts) {
      const range = table.rangeOf(fn);
      const records = table.recordsFor(fn);
      if (range === undefined || records === undefined) throw errInfo(parts[0].fn.name, fn.name, problem);
      const stride = records.recordSize / 4;
      this.#budget.take(range.end - range.start, parts[0].fn.name);
      for (let i = range.start; i < range.end; i++) {
        // .BTF.ext counts bytes of the section, the kernel slots of the program.
        writer.u32(Math.floor(records.words[i * stride] / INSN_SIZE) - fn.sectionOffset + start);
        for (let word = 1; word < stride; word++) writer.u32(records.words[i * stride + word]);
      }
    }
    const bytes = writer.toBytes();
    return { bytes, recordSize, count: bytes.length / recordSize };
  }
}
