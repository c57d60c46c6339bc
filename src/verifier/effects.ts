import { helperPrototype, kfuncFlags } from '../catalog/index.ts';
import { BPF_CALL, BPF_JMP, subprogramTarget } from '../isa/index.ts';
import { bpf_pseudo_call } from '../uapi/index.ts';
import { helperUser } from './calls/helper-user.ts';
import { changesPacket, kfuncChangesPacket } from './calls/packet-helpers.ts';
import type { VerifyOptions } from './options.ts';
import { kfuncNameAt } from './prune/call-kind.ts';

/** What callers of a subprogram have to expect of it, and of all that it calls in turn. */
export interface Effects {
  /** The packet may lie elsewhere afterwards, or be shorter. */
  readonly changesPacket: boolean;
  readonly maySleep: boolean;
}

const NONE: Effects = { changesPacket: false, maySleep: false };

/** What is called wherever it stands counts, whether a path comes there or not. @returns by subprogram */
export function effectsOf(options: VerifyOptions, subprograms: readonly number[]): readonly Effects[] {
  const indexOf = new Map(subprograms.map((start, index) => [start, index]));
  const effects = subprograms.map(() => NONE);
  const callers = subprograms.map(() => new Set<number>());
  for (let sub = 0; sub < subprograms.length; sub++) {
    const end = subprograms[sub + 1] ?? options.insns.length;
    for (let insn = subprograms[sub]; insn < end; insn++) {
      const callee = indexOf.get(subprogramTarget(options.insns, insn) ?? -1);
      if (callee !== undefined) callers[callee].add(sub);
      else effects[sub] = both(effects[sub], effectsOfCall(options, insn));
    }
  }
  const work = [...subprograms.keys()];
  for (let sub: number | undefined; (sub = work.pop()) !== undefined; ) {
    for (const caller of callers[sub]) {
      const more = both(effects[caller], effects[sub]);
      if (more === effects[caller]) continue;
      effects[caller] = more;
      work.push(caller);
    }
  }
  return effects;
}

/** @returns `a` itself where `b` adds nothing */
function both(a: Effects, b: Effects): Effects {
  if ((a.changesPacket || !b.changesPacket) && (a.maySleep || !b.maySleep)) return a;
  return { changesPacket: a.changesPacket || b.changesPacket, maySleep: a.maySleep || b.maySleep };
}

function effectsOfCall(options: VerifyOptions, insn: number): Effects {
  const { insns } = options;
  if (insns.code(insn) !== (BPF_JMP | BPF_CALL)) return NONE;
  switch (insns.src(insn)) {
    case 0: {
      const id = insns.imm(insn);
      const maySleep = helperPrototype(id, helperUser({ options }))?.mightSleep === true;
      return { changesPacket: changesPacket(id), maySleep };
    }
    case bpf_pseudo_call.BPF_PSEUDO_KFUNC_CALL: {
      const name = kfuncNameAt(options, insn);
      const flags = kfuncFlags(name, options.attachTarget?.program ?? options);
      return { changesPacket: kfuncChangesPacket(name), maySleep: flags?.has('sleeps') === true };
    }
    default:
      return NONE;
  }
}
