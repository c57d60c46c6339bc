import { ByteReader, type Endian, invariant } from '../../base/index.ts';
import type { Btf } from '../../btf/index.ts';
import { Insns } from '../../isa/index.ts';
import type { ExecutableProgram, SourceLine } from '../../vm/index.ts';
import type { ObjectCodec } from '../core/object-table.ts';
import type { BpfProg, ProgCode, ProgHeader } from '../core/prog.ts';
import type { KernelState } from '../core/state.ts';
import type { Store, StoredRecord } from '../core/store.ts';
import { arenaPlace } from './arena-place.ts';
import { exceptionCallbackOf } from './exception-callback.ts';

const CODE = 'prog.code';

/** A loaded program over its header; instructions and records come from the store when first used. */
export class ProgObject implements BpfProg {
  readonly header: ProgHeader;
  runCnt = 0n;
  runTimeNs = 0n;
  recursionMisses = 0n;
  readonly #state: KernelState;
  readonly #load: () => ProgCode;
  #code: ProgCode | undefined;
  #executable: ExecutableProgram | undefined;

  constructor(state: KernelState, header: ProgHeader, load: () => ProgCode) {
    this.#state = state;
    this.header = header;
    this.#load = load;
  }

  code(): ProgCode {
    this.#code ??= this.#load();
    return this.#code;
  }

  executable(): ExecutableProgram {
    this.#executable ??= this.#makeExecutable();
    return this.#executable;
  }

  #makeExecutable(): ExecutableProgram {
    const { header } = this;
    const maps = header.mapIds.map((id) => this.#state.maps.expect(id));
    const code = this.code();
    const types = () => (header.btfId === 0 ? undefined : this.#state.btfs.expect(header.btfId).types());
    const lines = new LineTable(code.lineInfo, header.lineInfoRecSize, this.#state.endian);
    return {
      name: header.name,
      insns: code.insns,
      subprograms: header.subprograms,
      textBase: header.textBase,
      verified: header.verified,
      arena: arenaPlace(maps),
      get exceptionCallback() {
        const btf = types();
        return btf && exceptionCallbackOf(btf, { bytes: code.funcInfo, size: header.funcInfoRecSize });
      },
      get names() {
        const btf = types();
        return btf && functionNames(code.funcInfo, header.funcInfoRecSize, btf);
      },
      lineOf(insn) {
        const btf = types();
        return btf && lines.at(insn, btf);
      },
    };
  }
}

/** Names of the subprograms, by the `bpf_func_info` records. */
function functionNames(records: Uint8Array, size: number, btf: Btf): string[] {
  const reader = new ByteReader(records, btf.endian);
  const names: string[] = [];
  for (let at = 0; at + 8 <= records.length; at += size) names.push(btf.nameOf(reader.u32(at + 4)));
  return names;
}

/** `bpf_line_info` records, ascending by instruction. */
class LineTable {
  readonly #reader: ByteReader;
  readonly #size: number;
  readonly #count: number;

  constructor(records: Uint8Array, size: number, endian: Endian) {
    this.#reader = new ByteReader(records, endian);
    this.#size = size;
    this.#count = size === 0 ? 0 : records.length / size;
  }

  /** The last line that begins at the instruction or before it. */
  at(insn: number, btf: Btf): SourceLine | undefined {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#reader.u32(middle * this.#size) <= insn) low = middle + 1;
      else high = middle;
    }
    if (low === 0) return undefined;
    const record = (low - 1) * this.#size;
    const position = this.#reader.u32(record + 12);
    return {
      file: btf.strings.at(this.#reader.u32(record + 4)),
      text: btf.strings.at(this.#reader.u32(record + 8)).trimStart(),
      line: position >>> 10,
      column: position & 0x3ff,
    };
  }
}

/** How programs are saved: the header in one record, the instructions and debug records in another. */
export function progCodec(state: () => KernelState, store: Store | undefined): ObjectCodec<BpfProg> {
  const saved = new Set<number>();
  return {
    restore(id, record) {
      saved.add(id);
      const { refs: _refs, users: _users, runCnt, runTimeNs, recursionMisses, ...header } = record;
      const prog = new ProgObject(state(), header as unknown as ProgHeader, () => {
        const code = store?.get(CODE, id) as StoredRecord | undefined;
        invariant(code, `program ${id} has its code`);
        return {
          insns: new Insns(code.insns as Uint8Array, state().endian),
          funcInfo: code.funcInfo as Uint8Array,
          lineInfo: code.lineInfo as Uint8Array,
        };
      });
      prog.runCnt = runCnt as bigint;
      prog.runTimeNs = runTimeNs as bigint;
      prog.recursionMisses = recursionMisses as bigint;
      return prog;
    },
    record(prog, id) {
      if (!saved.has(id)) {
        const { insns, funcInfo, lineInfo } = prog.code();
        store?.put(CODE, id, { insns: insns.bytes, funcInfo, lineInfo });
        saved.add(id);
      }
      const { runCnt, runTimeNs, recursionMisses } = prog;
      return { ...(prog.header as unknown as StoredRecord), runCnt, runTimeNs, recursionMisses };
    },
    release({ header }, id) {
      if (saved.delete(id)) store?.remove(CODE, id);
      const { maps, btfs, progs } = state();
      for (const mapId of header.mapIds) maps.drop(mapId);
      if (header.btfId !== 0) btfs.drop(header.btfId);
      if (header.attachProgId !== 0) progs.drop(header.attachProgId);
    },
  };
}
