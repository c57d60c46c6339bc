import { type KernelFeature, lackOfFeature, lackOfHelper, type SinceRow } from '../catalog/index.ts';
import {
  BPF_ADD,
  BPF_ADDR_SPACE_CAST,
  BPF_ALU,
  BPF_ALU64,
  BPF_ATOMIC,
  BPF_CALL,
  BPF_DIV,
  BPF_END,
  BPF_JA,
  BPF_JCOND,
  BPF_JMP,
  BPF_JMP32,
  BPF_LD_IMM64,
  BPF_LDX,
  BPF_LOAD_ACQ,
  BPF_MEMSX,
  BPF_MOD,
  BPF_MOV,
  BPF_STORE_REL,
  BPF_STX,
  type Insns,
  insnClass,
  insnMode,
  insnOp,
} from '../isa/index.ts';
import { bpf_pseudo, bpf_pseudo_call } from '../uapi/index.ts';
import { invalid, type Refusal } from './refusal.ts';

/** What a kernel has to know for an instruction, and what one that does not know it says. */
interface NeededFeature {
  readonly feature: KernelFeature;
  readonly refusal: string;
}

const WIDE_FEATURES: ReadonlyMap<number, KernelFeature> = new Map([
  [bpf_pseudo.BPF_PSEUDO_MAP_VALUE, 'global_data'],
  [bpf_pseudo.BPF_PSEUDO_BTF_ID, 'kernel_variables'],
  [bpf_pseudo.BPF_PSEUDO_FUNC, 'callbacks'],
  [bpf_pseudo.BPF_PSEUDO_MAP_IDX, 'map_indexes'],
  [bpf_pseudo.BPF_PSEUDO_MAP_IDX_VALUE, 'map_indexes'],
]);

/** What the instruction needs of a kernel that not every kernel since Linux 5.2 has; helpers apart. */
function neededBy(insns: Insns, i: number): NeededFeature | undefined {
  const code = insns.code(i);
  switch (insnClass(code)) {
    case BPF_JMP:
    case BPF_JMP32:
      return neededByJump(insns, i);
    case BPF_ALU:
    case BPF_ALU64:
      return neededByArithmetic(insns, i);
    case BPF_LDX:
      return insnMode(code) === BPF_MEMSX ? { feature: 'cpu_v4', refusal: 'BPF_LDX uses reserved fields' } : undefined;
    case BPF_STX:
      return insnMode(code) === BPF_ATOMIC ? neededByAtomic(insns.imm(i)) : undefined;
  }
  const feature = code === BPF_LD_IMM64 ? WIDE_FEATURES.get(insns.src(i)) : undefined;
  return feature && { feature, refusal: 'unrecognized bpf_ld_imm64 insn' };
}

function neededByJump(insns: Insns, i: number): NeededFeature | undefined {
  const code = insns.code(i);
  if (code === (BPF_JMP32 | BPF_JA)) return { feature: 'cpu_v4', refusal: unknownOpcode(code) };
  if (insnOp(code) === BPF_JCOND) return { feature: 'may_goto', refusal: unknownOpcode(code) };
  if (code === (BPF_JMP | BPF_CALL) && insns.src(i) === bpf_pseudo_call.BPF_PSEUDO_KFUNC_CALL) {
    return { feature: 'kfuncs', refusal: 'BPF_CALL uses reserved fields' };
  }
  return undefined;
}

function neededByArithmetic(insns: Insns, i: number): NeededFeature | undefined {
  const code = insns.code(i);
  switch (insnOp(code)) {
    case BPF_MOV:
      if (insns.off(i) === 0) return undefined;
      return {
        feature: insns.off(i) === BPF_ADDR_SPACE_CAST ? 'address_spaces' : 'cpu_v4',
        refusal: 'BPF_MOV uses reserved fields',
      };
    case BPF_DIV:
    case BPF_MOD:
      return insns.off(i) === 0 ? undefined : { feature: 'cpu_v4', refusal: 'BPF_ALU uses reserved fields' };
    case BPF_END:
      return insnClass(code) === BPF_ALU64 ? { feature: 'cpu_v4', refusal: unknownOpcode(code) } : undefined;
    default:
      return undefined;
  }
}

function neededByAtomic(op: number): NeededFeature | undefined {
  if (op === BPF_LOAD_ACQ || op === BPF_STORE_REL) {
    return { feature: 'load_acquire', refusal: `BPF_ATOMIC uses invalid atomic opcode ${op.toString(16)}` };
  }
  return op === BPF_ADD ? undefined : { feature: 'atomics', refusal: 'BPF_STX uses reserved fields' };
}

const unknownOpcode = (code: number) => `unknown opcode ${code.toString(16).padStart(2, '0')}`;

/** The first instruction that a kernel of that version does not know, as that kernel refuses it. */
export function checkInsnVersions(version: string, insns: Insns): Refusal | undefined {
  // No instruction came later.
  if (!lackOfFeature(version, 'load_acquire')) return undefined;
  for (const { index, feature, refusal } of needs(insns)) {
    if (lackOfFeature(version, feature)) return invalid(refusal, index);
  }
  return undefined;
}

/** The first call that a run may come by of a helper that a kernel of that version does not have. */
export function checkHelperVersions(version: string, insns: Insns, reached: Uint8Array): Refusal | undefined {
  for (let i = 0; i < insns.length; i++) {
    if (!reached[i] || insns.code(i) !== (BPF_JMP | BPF_CALL) || insns.src(i) !== 0) continue;
    if (lackOfHelper(version, insns.imm(i))) return unknownHelper(insns.imm(i), i);
  }
  return undefined;
}

/** A call of what is no helper, or none of that version. */
export function unknownHelper(helper: number, i: number): Refusal {
  return invalid(`invalid func unknown#${helper}`, i);
}

/** Features that a kernel lacks whose instructions the program has; it may never come by them. */
export function lackingInsns(version: string, insns: Insns): SinceRow[] {
  const features = new Set([...needs(insns)].map(({ feature }) => feature));
  return [...features].flatMap((feature) => lackOfFeature(version, feature) ?? []);
}

function* needs(insns: Insns): Generator<NeededFeature & { readonly index: number }> {
  for (let index = 0; index < insns.length; index++) {
    const needed = neededBy(insns, index);
    if (needed) yield { ...needed, index };
    if (insns.code(index) === BPF_LD_IMM64) index++;
  }
}
