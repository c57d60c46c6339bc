import { isComposite } from '../../btf/index.ts';
import type { HelperUser } from '../../catalog/index.ts';
import { bpf_prog_flags, bpf_prog_type } from '../../uapi/index.ts';
import type { VerifiedTarget, VerifyOptions } from '../options.ts';

const users = new WeakMap<VerifyOptions, HelperUser>();

/** What the program is, as far as helpers depend on it. */
export function helperUser({ options }: { readonly options: VerifyOptions }): HelperUser {
  let user = users.get(options);
  if (!user) users.set(options, (user = userOf(options)));
  return user;
}

function userOf(options: VerifyOptions): HelperUser {
  const { progType, expectedAttachType, attachTarget, flags, profile, capabilities } = options;
  const sleepable = (flags & bpf_prog_flags.BPF_F_SLEEPABLE) !== 0;
  const replaced = progType === bpf_prog_type.BPF_PROG_TYPE_EXT ? attachTarget?.program : undefined;
  return {
    progType: replaced?.progType ?? progType,
    expectedAttachType: replaced?.expectedAttachType ?? expectedAttachType,
    target: attachTarget ? targetName(attachTarget, expectedAttachType) : '',
    sleepable,
    profile,
    capabilities,
  };
}

/** The function, or the structure and its member that `member` (the attach type of `struct_ops`) says. */
function targetName({ btf, typeId }: VerifiedTarget, member: number): string {
  const type = btf.has(typeId) ? btf.typeById(typeId) : undefined;
  if (!type) return '';
  if (isComposite(type)) return `${type.name}.${type.members[member]?.name ?? ''}`;
  return btf.nameOf(typeId);
}
