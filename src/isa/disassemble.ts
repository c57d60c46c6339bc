import { bpf_func_id, bpf_pseudo, bpf_pseudo_call } from '../uapi/index.ts';
import { insnClass, insnMode, insnOp, insnSize, insnSource } from './decode.ts';
import type { Insns } from './insns.ts';
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
  BPF_NOSPEC,
  BPF_PROBE_MEM,
  BPF_PROBE_MEM32,
  BPF_PROBE_MEMSX,
  BPF_ST,
  BPF_STORE_REL,
  BPF_STX,
  BPF_TO_BE,
  BPF_X,
  BPF_XCHG,
} from './opcodes.ts';
import { ALU_SIGNS, ATOMIC_NAMES, JUMP_SIGNS } from './signs.ts';

/** Where the names in an instruction's text come from; each may leave the choice to the disassembler. */
export interface InsnNames {
  /** What follows `call ` for a helper or kfunc (before its `#number`), and `call pc` for a subprogram. */
  call?(insns: Insns, i: number): string | undefined;
  /** What an `ldimm64` loads. */
  imm64?(insns: Insns, i: number): string | undefined;
}

const helperNames = new Map<number, string>(
  Object.entries(bpf_func_id).map(([name, id]) => [id, name.replace('BPF_FUNC_', 'bpf_')]),
);

/**
 * An instruction in the words of the kernel's log and of `bpftool prog dump xlated`: `(b7) r0 = 0`. A wide one stands
 * for both its slots. Loads and stores
 * of the modes that only a translated program has are shown as what they were before; an arena's atomics are `BUG_`, as
 * they are in the kernel's dumps.
 */
export function formatInsn(insns: Insns, i: number, names: InsnNames = {}): string {
  const text = body(insns, i, names) ?? `BUG_${hex2(insns.code(i))}`;
  return text.startsWith('BUG_') ? text : `(${hex2(insns.code(i))}) ${text}`;
}

function body(insns: Insns, i: number, names: InsnNames): string | undefined {
  switch (insnClass(insns.code(i))) {
    case BPF_ALU:
    case BPF_ALU64:
      return formatAlu(insns, i);
    case BPF_STX:
      return formatStx(insns, i);
    case BPF_ST:
      return formatSt(insns, i);
    case BPF_LDX:
      return formatLdx(insns, i);
    case BPF_LD:
      return formatLd(insns, i, names);
    default:
      return formatJump(insns, i, names);
  }
}

function formatAlu(insns: Insns, i: number): string | undefined {
  const code = insns.code(i);
  const wide = insnClass(code) === BPF_ALU64;
  const op = insnOp(code);
  const off = insns.off(i);
  const letter = wide ? 'r' : 'w';
  const dst = `${letter}${insns.dst(i)}`;
  if (op === BPF_END) {
    const kind = wide ? 'bswap' : insnSource(code) === BPF_TO_BE ? 'be' : 'le';
    return `r${insns.dst(i)} = ${kind}${insns.imm(i)} r${insns.dst(i)}`;
  }
  if (op === BPF_NEG) return `${dst} = -${dst}`;
  if (insnSource(code) === BPF_X) {
    const src = `${letter}${insns.src(i)}`;
    if (op === BPF_MOV && wide && off === BPF_ADDR_SPACE_CAST) {
      const imm = insns.imm(i);
      return `${dst} = addr_space_cast(${src}, ${imm >>> 16}, ${imm & 0xffff})`;
    }
    if (op === BPF_MOV && wide && off === BPF_ADDR_PERCPU) return `${dst} = &(void __percpu *)(${src})`;
    return `${dst} ${aluSign(op, off)} ${moveCast(op, off)}${src}`;
  }
  return `${dst} ${aluSign(op, off)} ${insns.imm(i)}`;
}

function aluSign(op: number, off: number): string {
  return (off === 1 && ALU_SIGNS.signed.get(op)) || ALU_SIGNS.plain.get(op) || '';
}

function moveCast(op: number, off: number): string {
  return op === BPF_MOV && (off === 8 || off === 16 || off === 32) ? `(s${off})` : '';
}

function formatStx(insns: Insns, i: number): string | undefined {
  const code = insns.code(i);
  const place = memory(insns.dst(i), insns.off(i));
  const type = `u${widthBits(code)}`;
  const mode = insnMode(code);
  if (mode === BPF_MEM || mode === BPF_PROBE_MEM32) return `*(${type} *)${place} = r${insns.src(i)}`;
  if (mode !== BPF_ATOMIC) return undefined;
  const imm = insns.imm(i);
  const src = `r${insns.src(i)}`;
  if (imm === BPF_LOAD_ACQ) {
    return `r${insns.dst(i)} = load_acquire((${type} *)${memory(insns.src(i), insns.off(i))})`;
  }
  if (imm === BPF_STORE_REL) return `store_release((${type} *)${place}, ${src})`;
  const prefix = insnSize(code) === BPF_DW ? 'atomic64' : 'atomic';
  if (imm === BPF_CMPXCHG) return `r0 = ${prefix}_cmpxchg((${type} *)${place}, r0, ${src})`;
  if (imm === BPF_XCHG) return `${src} = ${prefix}_xchg((${type} *)${place}, ${src})`;
  const name = ATOMIC_NAMES.get(imm & ~BPF_FETCH);
  if (!name) return undefined;
  if (imm & BPF_FETCH) return `${src} = ${prefix}_fetch_${name}((${type} *)${place}, ${src})`;
  return `lock *(${type} *)${place} ${ALU_SIGNS.plain.get(imm)} ${src}`;
}

function formatSt(insns: Insns, i: number): string | undefined {
  const code = insns.code(i);
  const mode = insnMode(code);
  if (mode === BPF_MEM || mode === BPF_PROBE_MEM32) {
    return `*(u${widthBits(code)} *)${memory(insns.dst(i), insns.off(i))} = ${insns.imm(i)}`;
  }
  return mode === BPF_NOSPEC ? 'nospec' : `BUG_st_${hex2(code)}`;
}

function formatLdx(insns: Insns, i: number): string | undefined {
  const code = insns.code(i);
  const mode = insnMode(code);
  if (mode < BPF_PROBE_MEM || mode > BPF_PROBE_MEM32) return `BUG_ldx_${hex2(code)}`;
  const sign = mode === BPF_MEMSX || mode === BPF_PROBE_MEMSX ? 's' : 'u';
  return `r${insns.dst(i)} = *(${sign}${widthBits(code)} *)${memory(insns.src(i), insns.off(i))}`;
}

function formatLd(insns: Insns, i: number, names: InsnNames): string | undefined {
  const code = insns.code(i);
  const type = `u${widthBits(code)}`;
  switch (insnMode(code)) {
    case BPF_ABS:
      return `r0 = *(${type} *)skb[${insns.imm(i)}]`;
    case BPF_IND:
      return `r0 = *(${type} *)skb[r${insns.src(i)} + ${insns.imm(i)}]`;
  }
  if (code !== BPF_LD_IMM64) return `BUG_ld_${hex2(code)}`;
  const value = i + 1 < insns.length ? insns.imm64(i) : BigInt(insns.imm(i) >>> 0);
  return `r${insns.dst(i)} = ${names.imm64?.(insns, i) ?? `0x${value.toString(16)}`}`;
}

function formatJump(insns: Insns, i: number, names: InsnNames): string | undefined {
  const code = insns.code(i);
  const wide = insnClass(code) === BPF_JMP;
  const op = insnOp(code);
  const to = `pc${signed(insns.off(i))}`;
  switch (code) {
    case BPF_JMP | BPF_CALL:
      return formatCall(insns, i, names);
    case BPF_JMP | BPF_JA:
      return `goto ${to}`;
    case BPF_JMP | BPF_JCOND:
      return `may_goto ${to}`;
    case BPF_JMP32 | BPF_JA:
      return `gotol pc${signed(insns.imm(i))}`;
    case BPF_JMP | BPF_EXIT:
      return 'exit';
  }
  const letter = wide ? 'r' : 'w';
  const right = insnSource(code) === BPF_X ? `${letter}${insns.src(i)}` : `0x${(insns.imm(i) >>> 0).toString(16)}`;
  return `if ${letter}${insns.dst(i)} ${JUMP_SIGNS.get(op) ?? ''} ${right} goto ${to}`;
}

function formatCall(insns: Insns, i: number, names: InsnNames): string {
  const imm = insns.imm(i);
  const name = names.call?.(insns, i);
  switch (insns.src(i)) {
    case bpf_pseudo_call.BPF_PSEUDO_CALL:
      return `call pc${name ?? signed(imm)}`;
    case bpf_pseudo_call.BPF_PSEUDO_KFUNC_CALL:
      return `call ${name ?? 'kernel-function'}#${imm}`;
    default:
      return `call ${name ?? helperNames.get(imm) ?? 'unknown'}#${imm}`;
  }
}

/**
 * What an `ldimm64` loads, as `bpftool prog dump xlated` names it: there the immediate of a map reference is the map's
 * id. Undefined for plain numbers.
 */
export function xlatedImm64(insns: Insns, i: number): string | undefined {
  const imm = insns.imm(i);
  const second = insns.imm(i + 1);
  switch (insns.src(i)) {
    case bpf_pseudo.BPF_PSEUDO_MAP_FD:
      return `map[id:${imm}]`;
    case bpf_pseudo.BPF_PSEUDO_MAP_VALUE:
      return `map[id:${imm}][0]+${second}`;
    case bpf_pseudo.BPF_PSEUDO_MAP_IDX_VALUE:
      return `map[idx:${imm}]+${second}`;
    case bpf_pseudo.BPF_PSEUDO_FUNC:
      return `subprog[${signed(imm)}]`;
    default:
      return undefined;
  }
}

function memory(register: number, off: number): string {
  return `(r${register} ${signed(off)})`;
}

function signed(value: number): string {
  return value < 0 ? `${value}` : `+${value}`;
}

function widthBits(code: number): number {
  switch (insnSize(code)) {
    case BPF_B:
      return 8;
    case BPF_H:
      return 16;
    case BPF_DW:
      return 64;
    default:
      return 32;
  }
}

function hex2(code: number): string {
  return code.toString(16).padStart(2, '0');
}
