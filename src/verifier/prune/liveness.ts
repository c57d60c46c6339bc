import {
  BPF_ABS,
  BPF_ATOMIC,
  BPF_CALL,
  BPF_CMPXCHG,
  BPF_EXIT,
  BPF_FETCH,
  BPF_IND,
  BPF_JCOND,
  BPF_JMP,
  BPF_LD,
  BPF_LDX,
  BPF_LOAD_ACQ,
  BPF_MOV,
  BPF_ST,
  BPF_STORE_REL,
  BPF_STX,
  BPF_X,
  type Insns,
  insnClass,
  insnMode,
  insnOp,
  insnSource,
  isAlu,
  isEnd,
  isGoto,
  isWide,
  jumpTarget,
} from '../../isa/index.ts';

const CLOBBERED = 0b11_1111;
const ARGUMENTS = 0b11_1110;
const FRAME_POINTER = 1 << 10;

/**
 * By instruction: the registers whose value before it may still be read, a bit each, within its subprogram.
 * @param argumentsOf how many registers the call there reads
 */
export function liveRegisters(insns: Insns, argumentsOf: (insn: number) => number): Uint16Array {
  const live = new Uint16Array(insns.length);
  const uses = new Uint16Array(insns.length);
  const defines = new Uint16Array(insns.length);
  for (let i = 0; i < insns.length; i += isWide(insns.code(i)) ? 2 : 1) {
    const { use, define } = accessed(insns, i, argumentsOf);
    uses[i] = use;
    defines[i] = define;
  }
  for (let changed = true; changed; ) {
    changed = false;
    for (let i = insns.length - 1; i >= 0; i--) {
      const after = liveAfter(insns, live, i);
      const before = (after & ~defines[i]) | uses[i] | FRAME_POINTER;
      if (before === live[i]) continue;
      live[i] = before;
      changed = true;
    }
  }
  return live;
}

function liveAfter(insns: Insns, live: Uint16Array, i: number): number {
  const target = jumpTarget(insns, i);
  const jumped = target === undefined ? 0 : live[target];
  if (isEnd(insns.code(i))) return jumped;
  const next = i + (isWide(insns.code(i)) ? 2 : 1);
  return jumped | (next < insns.length ? live[next] : 0);
}

interface Accessed {
  readonly use: number;
  readonly define: number;
}

function accessed(insns: Insns, i: number, argumentsOf: (insn: number) => number): Accessed {
  const code = insns.code(i);
  const [dst, src] = [1 << insns.dst(i), 1 << insns.src(i)];
  const source = insnSource(code) === BPF_X ? src : 0;
  if (isAlu(code)) {
    if (insnOp(code) === BPF_MOV) return { use: source, define: dst };
    return { use: dst | source, define: dst };
  }
  switch (insnClass(code)) {
    case BPF_LD:
      if (insnMode(code) === BPF_IND) return { use: src | (1 << 6), define: CLOBBERED };
      return insnMode(code) === BPF_ABS ? { use: 1 << 6, define: CLOBBERED } : { use: 0, define: dst };
    case BPF_LDX:
      return { use: src, define: dst };
    case BPF_ST:
      return { use: dst, define: 0 };
    case BPF_STX:
      return insnMode(code) === BPF_ATOMIC ? atomic(insns.imm(i), dst, src) : { use: dst | src, define: 0 };
  }
  if (code === (BPF_JMP | BPF_EXIT)) return { use: 1, define: 0 };
  if (code === (BPF_JMP | BPF_CALL)) {
    return { use: ((2 << argumentsOf(i)) - 1) & ARGUMENTS, define: CLOBBERED };
  }
  if (isGoto(code) || insnOp(code) === BPF_JCOND) return { use: 0, define: 0 };
  return { use: dst | source, define: 0 };
}

function atomic(op: number, dst: number, src: number): Accessed {
  switch (op) {
    case BPF_CMPXCHG:
      return { use: 1 | dst | src, define: 1 };
    case BPF_LOAD_ACQ:
      return { use: src, define: dst };
    case BPF_STORE_REL:
      return { use: dst | src, define: 0 };
    default:
      return { use: dst | src, define: op & BPF_FETCH ? src : 0 };
  }
}
