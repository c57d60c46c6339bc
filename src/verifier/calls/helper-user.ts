import { isComposite } from '../../btf/index.ts';
import { type HelperPrototype, type HelperUser, helperPrototype } from '../../catalog/index.ts';
import { bpf_prog_flags, bpf_prog_type } from '../../uapi/index.ts';
import type { VerifiedTarget, VerifyOptions } from '../options.ts';

const users = new WeakMap<VerifyOptions, HelperUser>();

/** What the program is, as far as helpers depend on it. */
export function helperUser({ options }: { readonly options: VerifyOptions }): HelperUser {
  let user = users.get(options);
  if (!user) users.set(options, (user = userOf(options)));
  return user;
}

const prototypes = new WeakMap<VerifyOptions, (HelperPrototype | undefined)[]>();

/** How the program calls a helper (by number); undefined where it may not. */
export function prototypeFor(program: { readonly options: VerifyOptions }, id: number): HelperPrototype | undefined {
  let known = prototypes.get(program.options);
  if (!known) prototypes.set(program.options, (known = []));
  if (!(id in known)) known[id] = helperPrototype(id, helperUser(program));
  return known[id];
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
