import { type BtfComposite, resolveType } from '../../btf/index.ts';
import { operationRule } from '../../catalog/index.ts';
import { bpf_prog_flags, errno } from '../../uapi/index.ts';
import type { VerifyOptions } from '../options.ts';
import { invalid, type Refusal } from '../refusal.ts';

/** Whether the program may stand for the member of the struct of operations that its attach type counts to. */
export function checkStructOps(options: VerifyOptions): Refusal | undefined {
  const { attachTarget, attachTypeId, expectedAttachType } = options;
  if (!options.gplCompatible) return invalid('struct ops programs must have a GPL compatible license');
  const struct =
    attachTypeId && attachTarget?.btf.has(attachTypeId) ? attachTarget.btf.typeById(attachTypeId) : undefined;
  if (!attachTypeId || !attachTarget) return { errno: errno.ENOTSUPP, text: '' };
  if (struct?.kind !== 'STRUCT' || !attachTarget.btf.findByName(`bpf_struct_ops_${struct.name}`, 'STRUCT')) {
    return { errno: errno.ENOTSUPP, text: `attach_btf_id ${attachTypeId} is not a supported struct` };
  }
  if (expectedAttachType >= struct.members.length) {
    return invalid(`attach to invalid member idx ${expectedAttachType} of struct ${struct.name}`);
  }
  return checkMember(options, struct);
}

function checkMember({ attachTarget, expectedAttachType, flags }: VerifyOptions, struct: BtfComposite) {
  const btf = attachTarget!.btf;
  const member = struct.members[expectedAttachType];
  const pointer = resolveType(btf, member.type);
  if (pointer.kind !== 'PTR' || resolveType(btf, pointer.type).kind !== 'FUNC_PROTO') {
    return invalid(`attach to invalid member ${member.name}(@idx ${expectedAttachType}) of struct ${struct.name}`);
  }
  const { supported, sleepable } = operationRule(struct.name, member.name);
  const text = `attach to unsupported member ${member.name} of struct ${struct.name}`;
  if (!supported) return { errno: errno.ENOTSUPP, text };
  return !sleepable && flags & bpf_prog_flags.BPF_F_SLEEPABLE ? invalid(text) : undefined;
}
