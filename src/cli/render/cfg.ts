import {
  BPF_CALL,
  BPF_EXIT,
  BPF_JA,
  BPF_JMP,
  BPF_JMP32,
  formatInsn,
  INSN_SIZE,
  type Insns,
  insnClass,
  insnOp,
  isWide,
} from '../../isa/index.ts';
import { bpf_pseudo_call } from '../../uapi/index.ts';
import { cSignature } from './c-signature.ts';
import { hexLines } from './hex.ts';
import type { SourceLine, XlatedOptions, XlatedProgram } from './xlated.ts';

/** A block of a function's graph, by its instructions, both ends included. */
interface Block {
  readonly head: number;
  tail: number;
}

/** Blocks that every function has: numbers 0 and 1. */
const ENTRY = 0;
const EXIT = 1;
const FIRST = 2;

/** The control flow graphs of a program's functions in the language of Graphviz, as bpftool draws them. */
export function* cfgDot(program: XlatedProgram, options: XlatedOptions): Generator<string> {
  yield 'digraph "DOT graph for eBPF program" {\n';
  const found = functions(program.insns);
  for (const [at, start] of found.starts.entries()) {
    const index = found.numbers[at];
    const blocks = blocksOf(program.insns, start, (found.starts[at + 1] ?? program.insns.length) - 1);
    yield `subgraph "cluster_${index}" {\n\tstyle="dashed";\n\tcolor="black";\n\tlabel="func_${index} ()";\n`;
    yield node(index, ENTRY, 'ENTRY');
    for (const [i, block] of blocks.entries()) {
      yield node(index, FIRST + i, `{\\\n${blockText(program, { block, start }, options)}}`);
    }
    yield node(index, EXIT, 'EXIT');
    yield* edges(program.insns, blocks, index);
    yield '}\n';
  }
  yield '}\n';
}

function node(func: number, block: number, label: string): string {
  const shape = block < FIRST ? 'Mdiamond' : 'record';
  return `\tfn_${func}_bb_${block} [shape=${shape},style=filled,label="${label}"];\n\n`;
}

/** First instructions of the functions, ascending, and the number of each: in the order in which they are met. */
function functions(insns: Insns): { starts: number[]; numbers: number[] } {
  const met = [0];
  for (let i = 0; i < insns.length; i++) {
    const call = insns.code(i) === (BPF_JMP | BPF_CALL) && insns.src(i) === bpf_pseudo_call.BPF_PSEUDO_CALL;
    const target = i + 1 + insns.off(i);
    if (call && target > 0 && target < insns.length && !met.includes(target)) met.push(target);
  }
  const starts = [...met].sort((a, b) => a - b);
  return { starts, numbers: starts.map((start) => met.indexOf(start)) };
}

function isJump(code: number): boolean {
  const kind = insnClass(code);
  return kind === BPF_JMP || kind === BPF_JMP32;
}

/** Where a jump goes; a long `goto` keeps its distance in the immediate. */
function target(insns: Insns, i: number): number {
  const long = insns.code(i) === (BPF_JMP32 | BPF_JA);
  return i + 1 + (long ? insns.imm(i) : insns.off(i));
}

function blocksOf(insns: Insns, start: number, end: number): Block[] {
  const heads = new Set([start]);
  for (let i = start; i <= end; i++) {
    const op = insnOp(insns.code(i));
    if (!isJump(insns.code(i)) || op === BPF_EXIT || op === BPF_CALL) continue;
    heads.add(target(insns, i));
    if (op !== BPF_JA) heads.add(i + 1);
  }
  const blocks = [...heads].sort((a, b) => a - b).map((head): Block => ({ head, tail: end }));
  for (let i = 0; i + 1 < blocks.length; i++) blocks[i].tail = blocks[i + 1].head - 1;
  return blocks;
}

function* edges(insns: Insns, blocks: readonly Block[], func: number): Generator<string> {
  const edge = (from: number, to: number) =>
    `\tfn_${func}_bb_${from}:s -> fn_${func}_bb_${to}:n [style="solid,bold", color=black, weight=10, constraint=true];\n`;
  const numberOf = (head: number) => FIRST + blocks.findIndex((block) => block.head === head);
  yield edge(ENTRY, FIRST);
  for (const [i, { tail }] of blocks.entries()) {
    const code = insns.code(tail);
    const next = i + 1 < blocks.length ? FIRST + i + 1 : EXIT;
    const jumps = isJump(code) && insnOp(code) !== BPF_EXIT;
    if (!jumps || insnOp(code) !== BPF_JA) yield edge(FIRST + i, next);
    if (jumps) yield edge(FIRST + i, numberOf(target(insns, tail)));
  }
  yield `\tfn_${func}_bb_${ENTRY}:s -> fn_${func}_bb_${EXIT}:n [style="invis", constraint=true];\n`;
}

/** Text of a block: a row an instruction, rows set off by `|`. */
function blockText(
  program: XlatedProgram,
  { block, start }: { block: Block; start: number },
  options: XlatedOptions,
): string {
  const { insns, names, btf } = program;
  let text = '';
  let last: SourceLine | undefined;
  const functions = [...program.functions];
  for (let i = block.head; i <= block.tail; i++) {
    // Numbers count from the function's start, and so are looked up.
    const shown = i - start;
    if (functions[0]?.[0] === shown) {
      const [[, func]] = functions.splice(0, 1);
      const signature = btf ? cSignature(btf, func) : '';
      if (signature) text += `; ${signature}:\\l\\\n`;
    }
    const source = sourceAt(program, shown);
    if (source && source !== last) {
      text += sourceText(source, options.linum);
      last = source;
    }
    text += `${shown}: ${escapeRow(formatInsn(insns, i, names))}`;
    const wide = isWide(insns.code(i)) && i + 1 < insns.length;
    if (options.opcodes) {
      const slots = insns.bytes.subarray(i * INSN_SIZE, (i + (wide ? 2 : 1)) * INSN_SIZE);
      text += `\\ \\ \\ \\ ${hexLines(slots.subarray(0, INSN_SIZE))}`;
      if (wide) text += ` ${hexLines(slots.subarray(INSN_SIZE))}`;
      text += '\\l\\\n';
    }
    if (wide) i++;
    if (i < block.tail) text += '| ';
  }
  return text;
}

/** The line that an instruction belongs to: its own, or the last one before it. */
function sourceAt({ lines }: XlatedProgram, insn: number): SourceLine | undefined {
  for (let i = insn; i >= 0; i--) {
    const source = lines.get(i);
    if (source) return source;
  }
  return undefined;
}

/** Longest text of an instruction that bpftool puts into a graph. */
const MAX_ROW = 63;

function escapeRow(text: string): string {
  return `${text}\n`
    .slice(0, MAX_ROW)
    .replace(/[<>|&]/g, '\\$&')
    .replace(/\n/g, '\\l\\\n');
}

function sourceText(source: SourceLine, linum: boolean): string {
  if (source.text === '') return '';
  const escaped = (text: string) => text.replace(/[\\"{}<>| ]/g, '\\$&');
  const { shown, cut } = shortPath(source.file);
  const place = linum ? `; [${cut ? '...' : ''}${escaped(shown)} line:${source.line} col:${source.column}]\\l\\\n` : '';
  return `${place}; ${escaped(source.text)}\\l\\\n`;
}

const MAX_PATH = 32;

/** The end of a path, from a `/` on. */
function shortPath(path: string): { shown: string; cut: boolean } {
  if (path.length <= MAX_PATH) return { shown: path, cut: false };
  const slash = path.indexOf('/', path.length - MAX_PATH);
  if (slash >= 0) return slash < 3 ? { shown: path, cut: false } : { shown: path.slice(slash), cut: true };
  const last = path.lastIndexOf('/');
  return last >= 0 ? { shown: path.slice(last), cut: last > 0 } : { shown: path, cut: false };
}
