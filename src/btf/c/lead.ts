import type { Btf } from '../btf.ts';
import { BTF_KIND, infoVlen } from '../kinds.ts';
import type { BtfId } from '../model.ts';

/** Passes after which what is not known yet counts as leading on: ids that refer to higher ids need one more each. */
const PASSES_MAX = 32;

/**
 * Which types lead to a definition that was not given out yet: the others (most) need not be sorted.
 * @param isDone whether a type and all that it needs were given out
 * @returns by id, 1 for those that lead on
 */
export function leadingTypes(btf: Btf, isDone: (id: BtfId) => boolean): Uint8Array {
  const leads = new Uint8Array(btf.typeCount);
  const open: BtfId[] = [];
  let found = 0;
  for (let id = 1; id < btf.typeCount; id++) {
    if (isDone(id)) continue;
    if (isDefinition(btf, id)) {
      leads[id] = 1;
      found++;
    } else if (refers(btf.kinds[id])) {
      open.push(id);
    }
  }
  const ids = Uint32Array.from(open);
  for (let pass = 0; found > 0; pass++) {
    if (pass === PASSES_MAX) {
      for (const id of ids) leads[id] = 1;
      break;
    }
    found = spread(btf, ids, leads);
  }
  return leads;
}

/** Marks those that refer to a marked type. @returns how many */
function spread({ words, index, kinds }: Btf, ids: Uint32Array, leads: Uint8Array): number {
  let found = 0;
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i];
    if (leads[id] !== 0) continue;
    const at = index[id];
    const kind = kinds[id];
    let marked = 0;
    if (kind === BTF_KIND.STRUCT || kind === BTF_KIND.UNION) {
      for (let m = at + 4, end = m + 3 * infoVlen(words[at + 1]); m < end; m += 3) marked |= leads[words[m]];
    } else if (kind === BTF_KIND.ARRAY) {
      marked = leads[words[at + 3]];
    } else {
      marked = leads[words[at + 2]];
      if (kind === BTF_KIND.FUNC_PROTO) {
        for (let m = at + 4, end = m + 2 * infoVlen(words[at + 1]); m < end; m += 2) marked |= leads[words[m]];
      }
    }
    if (marked === 0) continue;
    leads[id] = 1;
    found++;
  }
  return found;
}

/** Kinds without a definition of their own that may lead to one. */
function refers(kind: number): boolean {
  switch (kind) {
    case BTF_KIND.INT:
    case BTF_KIND.FLOAT:
    case BTF_KIND.FUNC:
    case BTF_KIND.VAR:
    case BTF_KIND.DATASEC:
    case BTF_KIND.DECL_TAG:
      return false;
    default:
      return true;
  }
}

/** Kinds that are defined; one that is not known is, so that the printer says so. */
function isDefinition({ words, index, kinds }: Btf, id: BtfId): boolean {
  const kind = kinds[id];
  switch (kind) {
    case BTF_KIND.PTR:
    case BTF_KIND.CONST:
    case BTF_KIND.VOLATILE:
    case BTF_KIND.RESTRICT:
    case BTF_KIND.TYPE_TAG:
    case BTF_KIND.ARRAY:
    case BTF_KIND.FUNC_PROTO:
      return false;
    case BTF_KIND.STRUCT:
    case BTF_KIND.UNION:
      return words[index[id]] !== 0;
    default:
      return refers(kind);
  }
}
