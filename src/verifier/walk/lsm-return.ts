import { skipModifiersAndTypedefs } from '../../btf/index.ts';
import { kernelSwitches, lsmHook } from '../../catalog/index.ts';
import { bpf_attach_type } from '../../uapi/index.ts';
import type { VerifiedTarget, VerifyOptions } from '../options.ts';

/** What a program may return, both ends inclusive, and whether only the low half counts. */
export interface ReturnRange {
  readonly min: number;
  readonly max: number;
  readonly narrow?: boolean;
}

const MAX_ERRNO = 4095;

/** What a program on a hook of the security modules may return; undefined: anything. */
export function lsmReturns({ attachTarget, expectedAttachType, profile }: VerifyOptions): ReturnRange | undefined {
  const nothing = attachTarget !== undefined && returnsNothing(attachTarget);
  if (expectedAttachType === bpf_attach_type.BPF_LSM_CGROUP) return nothing ? { min: 1, max: 1 } : { min: 0, max: 1 };
  if (!attachTarget || nothing || !kernelSwitches(profile.version).lsm_returns) return undefined;
  const name = attachTarget.btf.nameOf(attachTarget.typeId);
  const max = lsmHook(name)?.boolean ? 1 : 0;
  return { min: max === 1 ? 0 : -MAX_ERRNO, max, narrow: true };
}

/** Whether the function that the program is attached to returns nothing. */
export function returnsNothing({ btf, typeId }: VerifiedTarget): boolean {
  const type = btf.typeById(typeId);
  if (type.kind !== 'FUNC') return false;
  const proto = btf.typeById(type.type);
  if (proto.kind !== 'FUNC_PROTO') return false;
  return skipModifiersAndTypedefs(btf, proto.returnType) === 0;
}
