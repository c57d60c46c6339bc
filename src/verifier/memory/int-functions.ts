import type { Btf, BtfFunc } from '../../btf/index.ts';
import { resolveType } from '../../btf/index.ts';
import { BPF_ABS, BPF_IND, BPF_LD, type Insns, insnClass, insnMode, isWide } from '../../isa/index.ts';
import { invalid, type Refusal } from '../refusal.ts';

export interface FunctionList {
  readonly insns: Insns;
  readonly btf: Btf | undefined;
  /** First instruction of each subprogram, ascending, and the function that it is. */
  readonly subprograms: readonly number[];
  readonly functions: readonly BtfFunc[] | undefined;
}

/** A load from a packet may return from its function: that has to be one that returns a number. */
export function checkPacketLoadFunctions({ insns, btf, subprograms, functions }: FunctionList): Refusal | undefined {
  if (!btf || !functions) return undefined;
  for (let i = 1; i < subprograms.length; i++) {
    const proto = functions[i] && btf.typeById(functions[i].type);
    if (proto?.kind !== 'FUNC_PROTO') continue;
    const { kind } = resolveType(btf, proto.returnType);
    if (kind === 'INT' || kind === 'ENUM' || kind === 'ENUM64') continue;
    if (loadsPacket(insns, subprograms[i], subprograms[i + 1] ?? insns.length)) {
      return invalid("LD_ABS is only allowed in functions that return 'int'.");
    }
  }
  return undefined;
}

function loadsPacket(insns: Insns, from: number, end: number): boolean {
  for (let i = from; i < end; i++) {
    const code = insns.code(i);
    if (isWide(code)) i++;
    else if (insnClass(code) === BPF_LD && (insnMode(code) === BPF_ABS || insnMode(code) === BPF_IND)) return true;
  }
  return false;
}
