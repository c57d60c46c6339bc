import { BTF_KIND, infoVlen } from '../kinds.ts';
import { nameOf } from './names.ts';
import { isComposite, isOrdered } from './order.ts';
import type { CTables } from './tables.ts';

/** Passes after which what is not known yet counts as leading on: ids that refer to higher ids need one more each. */
const PASSES_MAX = 32;

/** Marks in `leads` the types that lead to a definition that was not given out yet: the others (most) need not be sorted. */
export function markLeading(t: CTables): void {
  let open = 0;
  let found = 0;
  for (let id = 1; id < t.typeCount; id++) {
    if (isOrdered(t, id)) continue;
    if (isDefinition(t, id)) {
      t.leads[id] = 1;
      found++;
    } else if (refers(t.kinds[id])) {
      t.ids[open] = id;
      open++;
    }
  }
  for (let pass = 0; pass < PASSES_MAX && found > 0; pass++) found = spread(t, open);
  if (found > 0) for (let i = 0; i < open; i++) t.leads[t.ids[i]] = 1;
}

/** Marks those of the first `open` ids that refer to a marked type. @returns how many */
function spread(t: CTables, open: number): number {
  let found = 0;
  for (let i = 0; i < open; i++) {
    const id = t.ids[i];
    if (t.leads[id] !== 0 || !leadsOn(t, id)) continue;
    t.leads[id] = 1;
    found++;
  }
  return found;
}

/** Whether a type refers to a marked one. */
function leadsOn(t: CTables, id: number): boolean {
  const at = t.index[id];
  const kind = t.kinds[id];
  if (isComposite(kind)) return elementLeads(t, at, 3);
  if (kind === BTF_KIND.ARRAY) return t.leads[t.words[at + 3]] !== 0;
  if (t.leads[t.words[at + 2]] !== 0) return true;
  return kind === BTF_KIND.FUNC_PROTO && elementLeads(t, at, 2);
}

function elementLeads(t: CTables, at: number, size: number): boolean {
  const end = at + 4 + size * infoVlen(t.words[at + 1]);
  for (let m = at + 4; m < end; m += size) if (t.leads[t.words[m]] !== 0) return true;
  return false;
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
function isDefinition(t: CTables, id: number): boolean {
  const kind = t.kinds[id];
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
      return nameOf(t, id) !== 0;
    default:
      return refers(kind);
  }
}
