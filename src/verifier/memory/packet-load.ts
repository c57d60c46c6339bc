import { BPF_IND, insnMode } from '../../isa/index.ts';
import { bpf_prog_type } from '../../uapi/index.ts';
import { SUBREG } from '../domain/row.ts';
import type { Refusal } from '../refusal.ts';
import { PTR_TO_CTX } from '../state/reg-type.ts';
import { defer } from '../walk/defer.ts';
import { returnToCaller } from '../walk/exit.ts';
import { clobberRegisters } from '../walk/frames.ts';
import { checkLeaks } from '../walk/leaks.ts';
import { setImmediate, setUnknown } from '../walk/set-row.ts';
import type { Walk } from '../walk/walk.ts';
import { checkUnmoved } from './place.ts';

/** The register that such a load takes the packet from. */
const PACKET_REGISTER = 6;

const WITH_PACKET: readonly number[] = [
  bpf_prog_type.BPF_PROG_TYPE_SOCKET_FILTER,
  bpf_prog_type.BPF_PROG_TYPE_SCHED_CLS,
  bpf_prog_type.BPF_PROG_TYPE_SCHED_ACT,
];

/** BPF_LD_ABS and BPF_LD_IND: a load from the packet that ends the program where there is nothing. */
export function walkPacketLoad(walk: Walk): Refusal | undefined {
  const { insns, insn, w } = walk;
  if (!WITH_PACKET.includes(walk.options.progType)) {
    return walk.invalid('BPF_LD_[ABS|IND] instructions not allowed for this program type');
  }
  const refusal = walk.checkRead(PACKET_REGISTER) ?? checkLeaks(walk, 'BPF_LD_[ABS|IND]', true);
  if (refusal) return refusal;
  if (walk.typeOf(PACKET_REGISTER) !== PTR_TO_CTX) {
    return walk.invalid('at the time of BPF_LD_ABS|IND R6 != pointer to skb');
  }
  const indirect = insnMode(insns.code(insn)) === BPF_IND;
  const wrong = (indirect ? walk.checkRead(insns.src(insn)) : undefined) ?? checkUnmoved(walk, PACKET_REGISTER);
  if (wrong) return wrong;
  clobberRegisters(walk);
  const result = walk.reg(0);
  setUnknown(w, result);
  w[result + SUBREG] = insn + 1;
  return walk.state.current === 0 ? undefined : returnZero(walk);
}

/** Where there is nothing in the packet, a subprogram returns 0 to its caller. */
function returnZero(walk: Walk): Refusal | undefined {
  const refusal = defer(walk, walk.insn + 1);
  if (refusal) return refusal;
  setImmediate(walk.w, walk.reg(0), 0);
  return returnToCaller(walk);
}
