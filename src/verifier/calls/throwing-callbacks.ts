import { BPF_CALL, BPF_JMP, isWide, subprogramTarget } from '../../isa/index.ts';
import { bpf_pseudo, bpf_pseudo_call } from '../../uapi/index.ts';
import { kfuncNameAt } from '../prune/call-kind.ts';
import { invalid, type Refusal } from '../refusal.ts';
import type { WalkedProgram } from '../walk/walk.ts';

/** Whether a callback throws, or something that it calls: nobody would catch it. The callback of exceptions is called by nobody else. */
export function checkThrowingCallbacks(program: WalkedProgram): Refusal | undefined {
  const { insns, options } = program;
  for (let insn = 0; insn < insns.length && options.exceptionCallback !== undefined; insn++) {
    if (insns.code(insn) !== (BPF_JMP | BPF_CALL)) continue;
    if (subprogramTarget(insns, insn) === options.exceptionCallback) {
      return invalid(`insn ${insn} cannot call exception cb directly`);
    }
  }
  for (const callback of callbacksOf(program)) {
    const seen = new Set<number>();
    const work = [callback];
    for (let sub: number | undefined; (sub = work.pop()) !== undefined; ) {
      if (seen.has(sub)) continue;
      seen.add(sub);
      const found = callsOf(program, sub);
      if (found.throws !== undefined) {
        return invalid(`bpf_throw kfunc (insn ${found.throws}) cannot be called from callback subprog ${callback}`);
      }
      work.push(...found.called);
    }
  }
  return undefined;
}

/** The functions that others than the program call, ascending. */
function callbacksOf({ options, insns, subprogramAt }: WalkedProgram): number[] {
  const callbacks = new Set<number>();
  for (let insn = 0; insn < insns.length; insn++) {
    if (!isWide(insns.code(insn))) continue;
    const target = subprogramAt.get(insn + 1 + insns.imm(insn));
    if (insns.src(insn) === bpf_pseudo.BPF_PSEUDO_FUNC && target !== undefined) callbacks.add(target);
    insn++;
  }
  const exception = options.exceptionCallback === undefined ? undefined : subprogramAt.get(options.exceptionCallback);
  if (exception !== undefined) callbacks.add(exception);
  return [...callbacks].sort((a, b) => a - b);
}

function callsOf({ options, insns, subprograms, subprogramAt }: WalkedProgram, sub: number) {
  const called: number[] = [];
  let throws: number | undefined;
  const end = subprograms[sub + 1] ?? insns.length;
  for (let insn = subprograms[sub]; insn < end; insn++) {
    if (insns.code(insn) !== (BPF_JMP | BPF_CALL)) continue;
    const isKfunc = insns.src(insn) === bpf_pseudo_call.BPF_PSEUDO_KFUNC_CALL;
    if (isKfunc && kfuncNameAt(options, insn) === 'bpf_throw') throws ??= insn;
    const target = subprogramTarget(insns, insn);
    const index = target === undefined ? undefined : subprogramAt.get(target);
    if (index !== undefined) called.push(index);
  }
  return { called, throws };
}
