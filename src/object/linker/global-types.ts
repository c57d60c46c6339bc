import type { Btf, BtfId } from '../../btf/index.ts';
import { BTF_KIND, LINKAGE_STATIC } from '../../btf/index.ts';

/** The VAR or FUNC of a global, in the BTF of its object. */
export interface GlobalType {
  readonly id: BtfId;
  /** The DATASEC that lists it; 0 for none. */
  readonly datasec: BtfId;
  /** Another type that is meant as well: one cannot tell. */
  readonly rival: BtfId | undefined;
}

/** Whether the type is a VAR or FUNC that other files may see. */
export function isNonStatic(btf: Btf, id: BtfId): boolean {
  const kind = btf.kindOf(id);
  if (kind === BTF_KIND.VAR) return btf.words[btf.index[id] + 3] !== LINKAGE_STATIC;
  return kind === BTF_KIND.FUNC && btf.vlenOf(id) !== LINKAGE_STATIC;
}

/** What an object's BTF says of its globals and externs, by name. */
export function globalTypes(btf: Btf): Map<string, GlobalType> {
  const found = new Map<string, GlobalType>();
  // Functions, and variables that no DATASEC has listed so far.
  const free = new Map<string, BtfId>();
  for (let id = 1; id < btf.typeCount; id++) {
    if (isNonStatic(btf, id)) free.set(btf.nameOf(id), id);
    else if (btf.kindOf(id) === BTF_KIND.DATASEC) {
      for (const member of membersOf(btf, id)) {
        const name = btf.nameOf(member);
        if (found.has(name) || isStatic(btf, member)) continue;
        const other = free.get(name);
        found.set(name, { id: member, datasec: id, rival: other === member ? undefined : other });
      }
    }
  }
  for (const [name, id] of free) if (!found.has(name)) found.set(name, { id, datasec: 0, rival: undefined });
  return found;
}

function isStatic(btf: Btf, id: BtfId): boolean {
  const kind = btf.kindOf(id);
  return (kind === BTF_KIND.VAR || kind === BTF_KIND.FUNC) && !isNonStatic(btf, id);
}

function membersOf(btf: Btf, datasec: BtfId): BtfId[] {
  const at = btf.index[datasec] + 3;
  return Array.from({ length: btf.vlenOf(datasec) }, (_, i) => btf.words[at + 3 * i]);
}
