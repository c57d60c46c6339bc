import { EbpftsError } from '../../base/index.ts';
import type { Btf } from '../../btf/index.ts';
import { resolveType } from '../../btf/index.ts';
import type { MapDef } from '../map-def.ts';
import { parseMapDef } from '../map-def.ts';
import type { TypeRef } from './type-match.ts';
import { compareTypes } from './type-match.ts';

/** The attributes that two definitions of a map must agree on, in libbpf's order; types are compared between them. */
const BEFORE_KEY = [['type', 'type']] as const;
const AFTER_VALUE = [
  ['max_entries', 'maxEntries'],
  ['map_flags', 'flags'],
  ['numa_node', 'numaNode'],
  ['pinning', 'pinning'],
] as const;

/**
 * Compares two definitions of a map, one of which may be extern: it is as complete as the other.
 * @param a, b VARs of `.maps`
 * @returns what differs, in libbpf's words; undefined where nothing does
 */
export function compareMaps(a: TypeRef, b: TypeRef): string | undefined {
  const defs: MapDef[] = [];
  for (const { btf, id } of [a, b]) {
    if (btf.typeById(id).kind !== 'VAR') return `invalid map definition type [${id}]`;
    const struct = resolveType(btf, btf.third(id));
    if (struct.kind !== 'STRUCT') return `invalid map definition: it is ${struct.kind}, not STRUCT`;
    try {
      defs.push(parseMapDef({ map: btf.nameOf(id), btf, strict: true, isInner: false }, struct));
    } catch (error) {
      if (!(error instanceof EbpftsError)) throw error;
      return `invalid map definition: ${error.message}`;
    }
  }
  return compareDefs({ btf: a.btf, def: defs[0] }, { btf: b.btf, def: defs[1] });
}

interface DefRef {
  readonly btf: Btf;
  readonly def: MapDef;
}

function compareDefs(a: DefRef, b: DefRef): string | undefined {
  const { inner } = a.def;
  const { inner: other } = b.def;
  const problem =
    compareAttributes(a, b, BEFORE_KEY) ??
    compareElement(a, b, 'key') ??
    compareElement(a, b, 'value') ??
    compareAttributes(a, b, AFTER_VALUE);
  if (problem !== undefined) return problem;
  if ((inner === undefined) !== (other === undefined)) return 'map inner map mismatch';
  if (inner === undefined || other === undefined) return undefined;
  const below = compareDefs({ btf: a.btf, def: inner }, { btf: b.btf, def: other });
  return below === undefined ? undefined : `inner ${below}`;
}

function compareAttributes(
  a: DefRef,
  b: DefRef,
  rows: readonly (readonly [string, 'type' | 'maxEntries' | 'flags' | 'numaNode' | 'pinning'])[],
): string | undefined {
  for (const [name, field] of rows) {
    if (a.def[field] !== b.def[field]) return `map ${name} mismatch: ${a.def[field]} and ${b.def[field]}`;
  }
  return undefined;
}

function compareElement(a: DefRef, b: DefRef, what: 'key' | 'value'): string | undefined {
  const sizes = [a, b].map(({ def }) => (what === 'key' ? def.keySize : def.valueSize));
  const types = [a, b].map(({ def }) => (what === 'key' ? def.keyTypeId : def.valueTypeId));
  if (sizes[0] !== sizes[1]) return `map ${what}_size mismatch: ${sizes[0]} and ${sizes[1]}`;
  if ((types[0] === 0) !== (types[1] === 0)) return `map ${what} type mismatch: only one has a type`;
  if (types[0] === 0) return undefined;
  const problem = compareTypes({ btf: a.btf, id: types[0] }, { btf: b.btf, id: types[1] });
  return problem === undefined ? undefined : `map ${what} type mismatch: ${problem}`;
}
