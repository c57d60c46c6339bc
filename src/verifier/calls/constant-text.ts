import { bpf_flags, bpf_map_type } from '../../uapi/index.ts';
import { isKnown } from '../domain/bounds.ts';
import { AUX, OFF, VALUE } from '../domain/row.ts';
import { checkHelperMemory } from '../memory/helper-memory.ts';
import type { VerifiedMap } from '../options.ts';
import type { Refusal } from '../refusal.ts';
import { PTR_TO_MAP_VALUE } from '../state/reg-type.ts';
import type { Walk } from '../walk/walk.ts';

/** Text that nobody can change any more, ended by a zero. */
export function checkConstantText(walk: Walk, register: number): Refusal | undefined {
  const { w } = walk;
  const row = walk.reg(register);
  if (walk.baseTypeOf(register) !== PTR_TO_MAP_VALUE) return undefined;
  const view = walk.mapViews[w[row + AUX]];
  const readOnly = ((view.attr.mapFlags ?? 0) & bpf_flags.BPF_F_RDONLY_PROG) !== 0;
  if (!readOnly || !view.frozen) return walk.denied(`R${register} does not point to a readonly map'`);
  if (!isKnown(w, row)) return walk.denied(`R${register} is not a constant address'`);
  if (view.attr.mapType !== bpf_map_type.BPF_MAP_TYPE_ARRAY) {
    return walk.denied('no direct value access support for this map type');
  }
  const at = w[row + OFF] + w[row + VALUE];
  const size = view.attr.valueSize - at;
  const checked = checkHelperMemory(walk, { register, size, write: false, zeroAllowed: false });
  if (typeof checked !== 'number') return checked;
  return constantText(walk, row) === undefined ? walk.invalid('string is not zero-terminated') : undefined;
}

/** The text that a pointer into a read-only map leads to; undefined where it does not end. */
export function constantText(walk: Walk, row: number): Uint8Array | undefined {
  const { w, program } = walk;
  const map: VerifiedMap | undefined = program.maps[w[row + AUX]];
  const start = w[row + OFF] + w[row + VALUE];
  if (!map) return undefined;
  const bytes: number[] = [];
  for (let at = start; at < map.attr.valueSize; at++) {
    const byte = walk.options.constantAt?.(map, at, 1);
    if (byte === undefined) return undefined;
    if (byte === 0n) return Uint8Array.from(bytes);
    bytes.push(Number(byte));
  }
  return undefined;
}
