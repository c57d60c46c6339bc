import { type Btf, type BtfId, resolveType } from '../../btf/index.ts';
import { AUX, AUX2, REF, TYPE } from '../domain/row.ts';
import {
  baseType,
  MEM_ALLOC,
  MEM_PERCPU,
  MEM_RCU,
  MEM_USER,
  mayBeNull,
  NON_OWN_REF,
  PTR_MAYBE_NULL,
  PTR_TO_BTF_ID,
  PTR_TO_SOCK_COMMON,
  PTR_TO_SOCKET,
  PTR_TO_TCP_SOCK,
  PTR_TRUSTED,
  PTR_UNTRUSTED,
} from '../state/reg-type.ts';
import type { Walk } from '../walk/walk.ts';

const TRUSTED_FLAGS = MEM_ALLOC | PTR_TRUSTED | NON_OWN_REF;
const FLAGS = ~0xff;

/** Whether the object is sure to live: it is held, or somebody vouches for it. */
export function isTrusted({ w }: Walk, row: number): boolean {
  if (w[row + REF] !== 0) return true;
  const type = w[row + TYPE];
  const flags = type & FLAGS;
  const base = baseType(type);
  const unsafe = (flags & ~TRUSTED_FLAGS) !== 0;
  if (base === PTR_TO_SOCKET || base === PTR_TO_SOCK_COMMON || base === PTR_TO_TCP_SOCK) return !unsafe;
  return (flags & TRUSTED_FLAGS) !== 0 && !unsafe;
}

export function isRcu({ w }: Walk, row: number): boolean {
  return (w[row + TYPE] & MEM_RCU) !== 0;
}

/** Whether objects that RCU protects stay alive here. */
export function inRcuSection({ state }: Walk): boolean {
  const { rcuLocks, locks, sleepable } = state.shared;
  return rcuLocks > 0 || locks > 0 || !sleepable;
}

export interface LoadedPointer {
  /** Row of the pointer that it was loaded by. */
  readonly row: number;
  /** Of the loaded pointer: its type, what its place says of it, and the name of the member. */
  readonly typeId: BtfId;
  readonly flags: number;
  readonly member: string;
}

/** The flags of a pointer that was loaded from an object: trust is not inherited, but where the kernel says so. */
export function flagsOfLoaded(walk: Walk, { row, typeId, flags, member }: LoadedPointer): number {
  const { w } = walk;
  const type = w[row + TYPE];
  if (type & PTR_UNTRUSTED) return PTR_UNTRUSTED;
  if (!isTrusted(walk, row) && !isRcu(walk, row)) return withoutTrust(flags);
  const says = (list: string) => vouches(walk, row, { list, member, typeId });
  if (says('__safe_trusted')) return flags | PTR_TRUSTED;
  if (says('__safe_trusted_or_null')) return flags | PTR_TRUSTED | PTR_MAYBE_NULL;
  if (!inRcuSection(walk) || mayBeNull(type)) return PTR_UNTRUSTED;
  if (says('__safe_rcu')) return flags | MEM_RCU;
  if (says('__safe_rcu_or_null')) return (flags | MEM_RCU | PTR_MAYBE_NULL) & ~PTR_UNTRUSTED;
  if (flags & MEM_RCU) return flags | MEM_RCU | PTR_MAYBE_NULL;
  return flags & (MEM_PERCPU | MEM_USER) ? flags : withoutTrust(flags);
}

function withoutTrust(flags: number): number {
  return flags & ~(TRUSTED_FLAGS | MEM_RCU);
}

/** Whether a list of the kernel (a struct made for the purpose) has the member, with that type. */
function vouches(
  { w, btfs }: Walk,
  row: number,
  { list, member, typeId }: { list: string; member: string; typeId: BtfId },
): boolean {
  if (baseType(w[row + TYPE]) !== PTR_TO_BTF_ID) return false;
  const btf: Btf = btfs.at(w[row + AUX2]);
  const struct = btf.typeById(w[row + AUX]);
  if (struct.name === '' || (struct.kind !== 'STRUCT' && struct.kind !== 'UNION')) return false;
  const safe = btf.findByName(`${struct.name}${list}`, struct.kind);
  const found = safe?.members.find(({ name }) => name === member);
  if (!found) return false;
  const pointer = resolveType(btf, found.type);
  return pointer.kind === 'PTR' && resolveType(btf, pointer.type).id === typeId;
}
