import {
  BPF_ADDR_SPACE_CAST,
  BPF_ALU,
  BPF_ALU64,
  BPF_CALL,
  BPF_JGE,
  BPF_JMP,
  BPF_MOV,
  BPF_X,
  type Insn,
} from '../../isa/index.ts';
import { bpf_func_id, bpf_pseudo_call } from '../../uapi/index.ts';
import type { TranslateRequest } from '../core/services.ts';
import type { KernelState } from '../core/state.ts';
import type { BpfMap } from '../maps/map.ts';
import { checkedDivision } from './division.ts';
import { alu64, aluReg, goto, jump, load } from './emit.ts';

const CALL = BPF_JMP | BPF_CALL;

/** What stands for a call of a helper or kfunc, or a cast, that needs none; undefined keeps it. */
export function inline(state: KernelState, { insns, facts }: TranslateRequest, i: number): readonly Insn[] | undefined {
  if (!facts.reached[i]) return undefined;
  const insn = insns.get(i);
  if (insn.code === (BPF_ALU64 | BPF_MOV | BPF_X)) {
    // To the kernel's side of an arena: the low half.
    if (insn.off !== BPF_ADDR_SPACE_CAST || insn.imm !== 1) return undefined;
    return [{ ...insn, code: BPF_ALU | BPF_MOV | BPF_X, off: 0, imm: 0 }];
  }
  if (insn.code !== CALL) return checkedDivision(insn);
  if (insn.src === bpf_pseudo_call.BPF_PSEUDO_KFUNC_CALL)
    return isCast(state, insn) ? [aluReg('mov', 0, 1)] : undefined;
  if (insn.src !== 0 || insn.imm !== bpf_func_id.BPF_FUNC_map_lookup_elem) return undefined;
  const map = facts.maps[facts.insns[i]?.map ?? -1];
  return map && lookup(map);
}

/** Kfuncs that only say what a pointer leads to. */
const CASTS: readonly string[] = ['bpf_cast_to_kern_ctx', 'bpf_rdonly_cast'];

function isCast(state: KernelState, { imm, off }: Insn): boolean {
  const btf = state.btf();
  return off === 0 && btf?.has(imm) === true && CASTS.includes(btf.nameOf(imm));
}

/** The place of a value of an array: the index that R2 points to is compared with the number of values. */
function lookup({ values, attr }: BpfMap): Insn[] | undefined {
  if (!values) return undefined;
  const { first, stride } = values;
  const shift = 31 - Math.clz32(stride);
  return [
    alu64('add', 1, first),
    load(4, 0, 2, 0),
    jump(BPF_JGE, 0, attr.maxEntries, 3),
    stride === 1 << shift ? alu64('lsh', 0, shift) : alu64('mul', 0, stride),
    aluReg('add', 0, 1),
    goto(1),
    alu64('mov', 0, 0),
  ];
}
