import { bpf_func_id } from '../../uapi/index.ts';
import type { Refusal } from '../refusal.ts';
import type { Walk } from '../walk/walk.ts';
import { releaseDynptr } from './dynptr.ts';
import type { HelperCall } from './helper-call.ts';
import { isNullRow } from './null.ts';
import { handOver, releaseReference } from './references.ts';

/** What an argument stands for is given back. */
export function releaseArgument(walk: Walk, call: HelperCall): Refusal | undefined {
  if (call.releases === 0) return undefined;
  if (isReleased(walk, call)) return undefined;
  return walk.invalid(`func ${call.name}#${call.id} reference has not been acquired before`);
}

function isReleased(walk: Walk, { id, prototype, releases, reference }: HelperCall): boolean {
  if (prototype.args[releases - 1].kind === 'dynptr') return releaseDynptr(walk, releases);
  if (reference === 0) return isNullRow(walk.w, walk.reg(releases));
  return id === bpf_func_id.BPF_FUNC_kptr_xchg ? handOver(walk, reference) : releaseReference(walk, reference);
}
