import { readWords } from '../../base/index.ts';
import type { Btf } from '../../btf/index.ts';
import { formatInsn, INSN_SIZE, type InsnNames, type Insns, isWide } from '../../isa/index.ts';
import { cSignature } from './c-signature.ts';
import { hexJson, hexLines } from './hex.ts';
import { Fields, type Json } from './json.ts';

/** A translated program and what is known of it. */
export interface XlatedProgram {
  readonly insns: Insns;
  readonly names: InsnNames;
  /** The program's own types; undefined where it has none. */
  readonly btf: Btf | undefined;
  /** FUNC by first instruction. */
  readonly functions: ReadonlyMap<number, number>;
  /** Source by instruction. */
  readonly lines: ReadonlyMap<number, SourceLine>;
}

export interface SourceLine {
  readonly text: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** What is printed beside the instructions' text. */
export interface XlatedOptions {
  readonly opcodes: boolean;
  readonly linum: boolean;
}

/** The records of BPF_OBJ_GET_INFO_BY_FD as a look-up by instruction. */
export function infoRecords(
  btf: Btf,
  info: {
    readonly funcInfo: Uint8Array;
    readonly funcInfoRecSize: number;
    readonly lineInfo: Uint8Array;
    readonly lineInfoRecSize: number;
  },
): Pick<XlatedProgram, 'functions' | 'lines'> {
  const functions = new Map<number, number>();
  for (const [insn, type] of rows(btf, info.funcInfo, info.funcInfoRecSize)) functions.set(insn, type);
  const lines = new Map<number, SourceLine>();
  for (const [insn, file, line, place] of rows(btf, info.lineInfo, info.lineInfoRecSize)) {
    lines.set(insn, {
      file: btf.strings.at(file),
      text: btf.strings.at(line).trimStart(),
      line: place >>> 10,
      column: place & 0x3ff,
    });
  }
  return { functions, lines };
}

function* rows(btf: Btf, bytes: Uint8Array, recordSize: number): Generator<Uint32Array> {
  if (recordSize === 0) return;
  const words = readWords(bytes, btf.endian);
  for (let at = 0; at + recordSize / 4 <= words.length; at += recordSize / 4) {
    yield words.subarray(at, at + recordSize / 4);
  }
}

/** Index of every instruction, wide ones counted once. */
function* starts(insns: Insns): Generator<number> {
  for (let i = 0; i < insns.length; i += isWide(insns.code(i)) ? 2 : 1) yield i;
}

/** The bytes of the instruction at `i`, both slots of a wide one. */
function rawBytes(insns: Insns, i: number): Uint8Array[] {
  const slot = (n: number) => insns.bytes.subarray(n * INSN_SIZE, (n + 1) * INSN_SIZE);
  return isWide(insns.code(i)) && i + 1 < insns.length ? [slot(i), slot(i + 1)] : [slot(i)];
}

/** Instructions a line each, functions and source lines between them. */
export function* xlatedPlain(program: XlatedProgram, options: XlatedOptions): Generator<string> {
  const { insns, names, btf } = program;
  for (const i of starts(insns)) {
    const func = program.functions.get(i);
    const signature = btf && func !== undefined ? cSignature(btf, func) : '';
    if (signature) yield `${signature}:\n`;
    const source = program.lines.get(i);
    if (source) yield `; ${source.text}${options.linum ? ` ${linumText(source)}` : ''}\n`;
    yield `${String(i).padStart(4)}: ${formatInsn(insns, i, names)}\n`;
    if (options.opcodes)
      yield `       ${rawBytes(insns, i)
        .map((slot) => hexLines(slot))
        .join(' ')}\n`;
  }
}

function linumText({ file, line, column }: SourceLine): string {
  return `[file:${file} line_num:${line} line_col:${column}]`;
}

export function* xlatedJson(program: XlatedProgram, options: XlatedOptions): Generator<Json> {
  for (const i of starts(program.insns)) yield new Fields(insnJson(program, i, options));
}

function* insnJson(program: XlatedProgram, i: number, options: XlatedOptions): Generator<[string, Json]> {
  const { insns, names, btf } = program;
  const func = program.functions.get(i);
  const signature = btf && func !== undefined ? cSignature(btf, func) : '';
  if (signature) yield ['proto', signature];
  const source = program.lines.get(i);
  if (source) {
    yield ['src', source.text];
    if (options.linum) {
      yield ['file', source.file];
      if (source.line) yield ['line_num', source.line];
      if (source.column) yield ['line_col', source.column];
    }
  }
  yield ['disasm', formatInsn(insns, i, names)];
  if (!options.opcodes) return;
  const bytes = insns.bytes.subarray(i * INSN_SIZE);
  const wide = isWide(insns.code(i));
  yield [
    'opcodes',
    {
      code: `0x${insns.code(i).toString(16).padStart(2, '0')}`,
      src_reg: `0x${insns.src(i).toString(16)}`,
      dst_reg: `0x${insns.dst(i).toString(16)}`,
      off: hexJson(bytes.subarray(2, 4)),
      imm: hexJson(bytes.subarray(4, wide ? 16 : 8)),
    },
  ];
}
