import type { Endian } from '../base/index.ts';
import { bpf_func_id, bpf_pseudo, bpf_pseudo_call } from '../uapi/index.ts';
import { isWide } from './decode.ts';
import { errLabel, errRange, errSyntax } from './errors.ts';
import type { Insn } from './insns.ts';
import { Insns } from './insns.ts';
import {
  BPF_ABS,
  BPF_ADDR_PERCPU,
  BPF_ADDR_SPACE_CAST,
  BPF_ALU,
  BPF_ALU64,
  BPF_ATOMIC,
  BPF_B,
  BPF_CALL,
  BPF_CMPXCHG,
  BPF_DW,
  BPF_END,
  BPF_EXIT,
  BPF_FETCH,
  BPF_H,
  BPF_IND,
  BPF_JA,
  BPF_JCOND,
  BPF_JMP,
  BPF_JMP32,
  BPF_LD,
  BPF_LD_IMM64,
  BPF_LDX,
  BPF_LOAD_ACQ,
  BPF_MEM,
  BPF_MEMSX,
  BPF_MOV,
  BPF_NEG,
  BPF_ST,
  BPF_STORE_REL,
  BPF_STX,
  BPF_TO_BE,
  BPF_TO_LE,
  BPF_W,
  BPF_X,
  BPF_XCHG,
} from './opcodes.ts';
import { ALU_SIGNS, ATOMIC_NAMES, JUMP_SIGNS } from './signs.ts';

/** One instruction being built; a `label` is put in place of the distance once all are known. */
interface Draft {
  code: number;
  dst?: number;
  src?: number;
  off?: number;
  imm?: number;
  /** Second half of a wide immediate. */
  high?: number;
  label?: string;
}

type Match = readonly string[];

const WIDTHS = new Map([
  ['8', BPF_B],
  ['16', BPF_H],
  ['32', BPF_W],
  ['64', BPF_DW],
]);
const alu = byText(ALU_SIGNS.plain);
const aluSigned = byText(ALU_SIGNS.signed);
const jumps = byText(JUMP_SIGNS);
const atomics = byText(ATOMIC_NAMES);

function byText(signs: ReadonlyMap<number, string>): Map<string, number> {
  return new Map([...signs].map(([op, text]) => [text, op]));
}

/**
 * The forms, tried in order. `R` is a register with its letter, `M` a place in memory `(r10 -8)`, `T` its type `u64`,
 * `N` a number, `L` the distance or label of a jump.
 */
const forms: readonly (readonly [RegExp, (m: Match) => Draft | undefined])[] = [
  form('R (\\S+) (?:R|N)', ([letter, dst, sign, rightLetter, src, imm]) => {
    const op = alu.get(sign) ?? aluSigned.get(sign);
    if (op === undefined || (rightLetter && rightLetter !== letter)) return undefined;
    const code = op | aluClass(letter) | (src ? BPF_X : 0);
    return { code, dst: +dst, src: src ? +src : 0, off: aluSigned.has(sign) ? 1 : 0, imm: src ? 0 : number32(imm) };
  }),
  form('exit', () => ({ code: BPF_JMP | BPF_EXIT })),
  form('goto L', ([to]) => ({ code: BPF_JMP | BPF_JA, label: to })),
  form('gotol L', ([to]) => ({ code: BPF_JMP32 | BPF_JA, label: to })),
  form('may_goto L', ([to]) => ({ code: BPF_JMP | BPF_JCOND, label: to })),
  form('if R (\\S+) (?:R|N) goto L', ([letter, dst, sign, rightLetter, src, imm, to]) => {
    const op = jumps.get(sign);
    if (op === undefined || (rightLetter && rightLetter !== letter)) return undefined;
    const code = op | (letter === 'w' ? BPF_JMP32 : BPF_JMP);
    return { code: src ? code | BPF_X : code, dst: +dst, src: src ? +src : 0, imm: src ? 0 : number32(imm), label: to };
  }),
  form('call (?:(kernel-function|kfunc)|(\\w+))?#(\\d+)', ([kfunc, , id]) => ({
    code: BPF_JMP | BPF_CALL,
    src: kfunc ? bpf_pseudo_call.BPF_PSEUDO_KFUNC_CALL : 0,
    imm: +id,
  })),
  form('call (\\d+)', ([id]) => ({ code: BPF_JMP | BPF_CALL, imm: +id })),
  form(
    'call L',
    ([to]) => helperCall(to) ?? { code: BPF_JMP | BPF_CALL, src: bpf_pseudo_call.BPF_PSEUDO_CALL, label: to },
  ),
  form('r0 = \\*\\(T \\*\\)skb\\[N\\]', ([, width, imm]) => ({
    code: BPF_LD | BPF_ABS | size(width),
    imm: number32(imm),
  })),
  form('r0 = \\*\\(T \\*\\)skb\\[R \\+ N\\]', ([, width, , src, imm]) => ({
    code: BPF_LD | BPF_IND | size(width),
    src: +src,
    imm: number32(imm),
  })),
  form('R = \\*\\(T \\*\\)M', ([, dst, sign, width, src, off]) => ({
    code: BPF_LDX | (sign === 's' ? BPF_MEMSX : BPF_MEM) | size(width),
    dst: +dst,
    src: +src,
    off: offset(off),
  })),
  form('\\*\\(T \\*\\)M = (?:R|N)', ([, width, dst, off, , src, imm]) => ({
    code: (src ? BPF_STX : BPF_ST) | BPF_MEM | size(width),
    dst: +dst,
    src: src ? +src : 0,
    off: offset(off),
    imm: src ? 0 : number32(imm),
  })),
  form('lock \\*\\(T \\*\\)M (\\S+) R', ([, width, dst, off, sign, , src]) => {
    const op = alu.get(sign);
    return op === undefined || !ATOMIC_NAMES.has(op) ? undefined : atomic({ width, dst, off, src, imm: op });
  }),
  form('R = atomic(?:64)?_fetch_(\\w+)\\(\\(T \\*\\)M, R\\)', ([, , name, , width, dst, off, , src]) => {
    const op = atomics.get(name);
    return op === undefined ? undefined : atomic({ width, dst, off, src, imm: op | BPF_FETCH });
  }),
  form('R = atomic(?:64)?_xchg\\(\\(T \\*\\)M, R\\)', ([, , , width, dst, off, , src]) =>
    atomic({ width, dst, off, src, imm: BPF_XCHG }),
  ),
  form('r0 = atomic(?:64)?_cmpxchg\\(\\(T \\*\\)M, r0, R\\)', ([, width, dst, off, , src]) =>
    atomic({ width, dst, off, src, imm: BPF_CMPXCHG }),
  ),
  form('R = load_acquire\\(\\(T \\*\\)M\\)', ([, dst, , width, src, off]) =>
    atomic({ width, dst, off, src, imm: BPF_LOAD_ACQ }),
  ),
  form('store_release\\(\\(T \\*\\)M, R\\)', ([, width, dst, off, , src]) =>
    atomic({ width, dst, off, src, imm: BPF_STORE_REL }),
  ),
  form('R = addr_space_cast\\(R, N, N\\)', ([, dst, , src, to, from]) => ({
    code: BPF_ALU64 | BPF_MOV | BPF_X,
    dst: +dst,
    src: +src,
    off: BPF_ADDR_SPACE_CAST,
    imm: (number32(to) << 16) | number32(from),
  })),
  form('R = &\\(void __percpu \\*\\)\\(R\\)', ([, dst, , src]) => ({
    code: BPF_ALU64 | BPF_MOV | BPF_X,
    dst: +dst,
    src: +src,
    off: BPF_ADDR_PERCPU,
  })),
  form('R = (le|be|bswap)(16|32|64) R', ([, dst, kind, bits]) => ({
    code: BPF_END | (kind === 'bswap' ? BPF_ALU64 : BPF_ALU) | (kind === 'be' ? BPF_TO_BE : BPF_TO_LE),
    dst: +dst,
    imm: +bits,
  })),
  form('R = -R', ([letter, dst]) => ({ code: BPF_NEG | aluClass(letter), dst: +dst })),
  form('R = map\\[id:N\\](?:\\[0\\]\\+N)?', ([, dst, id, off]) => ({
    code: BPF_LD_IMM64,
    dst: +dst,
    src: off === undefined ? bpf_pseudo.BPF_PSEUDO_MAP_FD : bpf_pseudo.BPF_PSEUDO_MAP_VALUE,
    imm: number32(id),
    high: off === undefined ? 0 : number32(off),
  })),
  form('R = map\\[idx:N\\]\\+N', ([, dst, index, off]) => ({
    code: BPF_LD_IMM64,
    dst: +dst,
    src: bpf_pseudo.BPF_PSEUDO_MAP_IDX_VALUE,
    imm: number32(index),
    high: number32(off),
  })),
  form('R = subprog\\[L\\]', ([, dst, to]) => ({
    code: BPF_LD_IMM64,
    dst: +dst,
    src: bpf_pseudo.BPF_PSEUDO_FUNC,
    label: to,
  })),
  form('R = (-?\\w+) ll', ([, dst, value]) => wide(+dst, value)),
  form('R = \\(s(8|16|32)\\) ?R', ([letter, dst, bits, , src]) => ({
    code: BPF_MOV | BPF_X | aluClass(letter),
    dst: +dst,
    src: +src,
    off: +bits,
  })),
];

function form(text: string, build: (m: Match) => Draft | undefined): readonly [RegExp, typeof build] {
  const pattern = text
    .replaceAll('R', '(r|w)(10|11|[0-9])')
    .replaceAll('M', '\\(r(10|11|[0-9]) ?([+-] ?\\w+)\\)')
    .replaceAll('T', '(u|s)(8|16|32|64)')
    .replaceAll('N', '(-?\\d\\w*)')
    .replaceAll('L', '((?:pc)?[+-]\\d+|[A-Za-z_.]\\w*)');
  return [new RegExp(`^${pattern}$`), (m) => build(m)];
}

function aluClass(letter: string): number {
  return letter === 'w' ? BPF_ALU : BPF_ALU64;
}

function size(bits: string): number {
  return WIDTHS.get(bits) ?? BPF_W;
}

function offset(text: string): number {
  return number32(text.replace(/^\+? ?|(?<=-) /g, ''));
}

function number32(text: string): number {
  const negative = text.startsWith('-');
  const value = Number(negative ? text.slice(1) : text);
  return negative ? -value : value;
}

function wide(dst: number, text: string): Draft {
  const value = text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text);
  const high = Number(BigInt.asIntN(32, value >> 32n));
  return { code: BPF_LD_IMM64, dst, imm: Number(BigInt.asIntN(32, value)), high };
}

function atomic(m: { width: string; dst: string; off: string; src: string; imm: number }): Draft {
  return { code: BPF_STX | BPF_ATOMIC | size(m.width), dst: +m.dst, src: +m.src, off: offset(m.off), imm: m.imm };
}

function helperCall(name: string): Draft | undefined {
  const id = (bpf_func_id as Record<string, number | undefined>)[name.replace(/^bpf_/, 'BPF_FUNC_')];
  return name.startsWith('bpf_') && id !== undefined ? { code: BPF_JMP | BPF_CALL, imm: id } : undefined;
}

/** One line without comment, label and number to a draft. */
function parse(text: string): Draft | undefined {
  const [, opcode, rest] = /^(?:\(([0-9a-f]{2})\) )?(.*)$/.exec(text) ?? [];
  if (opcode === '18') {
    const [, dst, value] = /^r(\d+) = (-?0?x?[0-9a-fA-F]+)$/.exec(rest) ?? [];
    if (dst !== undefined) return wide(+dst, value);
  }
  for (const [pattern, build] of forms) {
    const match = pattern.exec(rest);
    const draft = match && build(match.slice(1));
    if (draft) return draft;
  }
  return undefined;
}

/**
 * Instructions from text in the words of the kernel (what `formatInsn` prints, with or without `(b7)` and an index
 * before it) or of LLVM. One a line; `name:` is a label, and jumps, calls and `subprog[]` may name one; `;` and `//`
 * begin a comment. A 64-bit constant is `r1 = 5 ll`, or stands behind `(18)`.
 * @throws {AssemblyError} for text that is none, a label that is not there, a number that does not fit
 */
export function assemble(text: string, endian: Endian = 'little'): Insns {
  const drafts: { draft: Draft; line: number; at: number }[] = [];
  const labels = new Map<string, number>();
  let slots = 0;
  for (const [index, raw] of text.split('\n').entries()) {
    let rest = raw
      .replace(/(;|\/\/).*/, '')
      .trim()
      .replaceAll(/\s+/g, ' ')
      .replace(/^\d+: ?/, '');
    for (let m: RegExpExecArray | null; (m = /^([A-Za-z_.]\w*): ?/.exec(rest)); ) {
      labels.set(m[1], slots);
      rest = rest.slice(m[0].length);
    }
    if (rest === '') continue;
    const draft = parse(rest);
    if (!draft) throw errSyntax(index + 1, rest);
    drafts.push({ draft, line: index + 1, at: slots });
    slots += isWide(draft.code) ? 2 : 1;
  }
  const list: Insn[] = [];
  for (const { draft, line, at } of drafts) {
    const distance = draft.label === undefined ? undefined : resolve(draft.label, labels, { at, line });
    list.push(finish(draft, distance, line));
    if (isWide(draft.code)) list.push({ code: 0, dst: 0, src: 0, off: 0, imm: draft.high ?? 0 });
  }
  return Insns.from(list, endian);
}

function resolve(label: string, labels: ReadonlyMap<string, number>, from: { at: number; line: number }): number {
  const relative = /^(?:pc)?([+-]\d+)$/.exec(label);
  if (relative) return Number(relative[1]);
  const target = labels.get(label);
  if (target === undefined) throw errLabel(from.line, label);
  return target - from.at - 1;
}

/** Whether the distance of a jump stands in `imm` and not in `off`. */
function isFar(code: number): boolean {
  return code === (BPF_JMP | BPF_CALL) || code === (BPF_JMP32 | BPF_JA) || isWide(code);
}

function finish(draft: Draft, distance: number | undefined, line: number): Insn {
  const { code, dst = 0, src = 0 } = draft;
  let { off = 0, imm = 0 } = draft;
  if (distance !== undefined) {
    if (isFar(code)) imm = distance;
    else off = distance;
  }
  if (!(off >= -0x8000 && off < 0x8000)) throw errRange(line, 'offset', off);
  if (!(imm >= -0x8000_0000 && imm <= 0xffff_ffff)) throw errRange(line, 'immediate', imm);
  return { code, dst, src, off, imm: imm | 0 };
}
