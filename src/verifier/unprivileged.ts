import { type Insns, isEnd, isWide, jumpTarget, subprogramTarget } from '../isa/index.ts';
import { bpf_map_type, bpf_pseudo_call, errno } from '../uapi/index.ts';
import type { VerifiedMap } from './options.ts';
import type { Privileges } from './privileges.ts';
import { invalid, type Refusal } from './refusal.ts';
import { isCall } from './subprograms.ts';

/** Subprograms, callbacks and kfuncs are for CAP_BPF. */
export function checkCallsAllowed(insns: Insns, { bpfCapable }: Privileges): Refusal | undefined {
  if (bpfCapable) return undefined;
  for (let i = 0; i < insns.length; i++) {
    const isKfunc = isCall(insns.code(i)) && insns.src(i) === bpf_pseudo_call.BPF_PSEUDO_KFUNC_CALL;
    if (!isKfunc && subprogramTarget(insns, i) === undefined) continue;
    const text = 'loading/calling other bpf or kernel functions are allowed for CAP_BPF and CAP_SYS_ADMIN';
    return { errno: errno.EPERM, text };
  }
  return undefined;
}

/** Arenas are for CAP_BPF and CAP_PERFMON. */
export function checkMapsAllowed(
  maps: readonly VerifiedMap[],
  { bpfCapable, allowPtrLeaks }: Privileges,
): Refusal | undefined {
  if (bpfCapable && allowPtrLeaks) return undefined;
  if (!maps.some(({ attr }) => attr.mapType === bpf_map_type.BPF_MAP_TYPE_ARENA)) return undefined;
  return { errno: errno.EPERM, text: 'CAP_BPF and CAP_PERFMON are required to use arena' };
}

/** An instruction on the way from the start, and which of its two ways was gone already. */
interface Standing {
  readonly insn: number;
  ways: number;
}

/** Loops are for CAP_BPF: for all others, no way from the start comes by an instruction twice. */
export function checkNoLoops(insns: Insns, { bpfCapable }: Privileges): Refusal | undefined {
  if (bpfCapable) return undefined;
  /** 0: not come to; 1: on the way from the start; 2: all that comes after it was looked at. */
  const seen = new Uint8Array(insns.length);
  const way: Standing[] = [{ insn: 0, ways: 0 }];
  seen[0] = 1;
  for (let at = way.at(-1); at; at = way.at(-1)) {
    const next = waysFrom(insns, at.insn)[at.ways++];
    if (next === undefined) {
      seen[at.insn] = 2;
      way.pop();
    } else if (seen[next] === 1) return invalid(`back-edge from insn ${at.insn} to ${next}`);
    else if (seen[next] === 0) {
      seen[next] = 1;
      way.push({ insn: next, ways: 0 });
    }
  }
  return undefined;
}

/** Where an instruction leads, the way straight on first. */
function waysFrom(insns: Insns, insn: number): readonly number[] {
  const code = insns.code(insn);
  const target = jumpTarget(insns, insn);
  const ways: number[] = [];
  if (!isEnd(code)) ways.push(insn + (isWide(code) ? 2 : 1));
  if (target !== undefined) ways.push(target);
  return ways.filter((next) => next < insns.length);
}
