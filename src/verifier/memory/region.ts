import { AUX, ID, OFF, TYPE } from '../domain/row.ts';
import type { Refusal } from '../refusal.ts';
import {
  baseType,
  PTR_TO_MAP_KEY,
  PTR_TO_MAP_VALUE,
  PTR_TO_PACKET,
  PTR_TO_PACKET_END,
  PTR_TO_PACKET_META,
} from '../state/reg-type.ts';
import type { Walk } from '../walk/walk.ts';
import { leastAdded, MAX_VARIABLE_OFFSET, mostAddedUnsigned, negativeIndex } from './place.ts';

/** Bytes of something that has a size. */
export interface Region {
  /** The register that holds the pointer. */
  readonly register: number;
  /** Bytes from the pointer, besides what was added to it. */
  readonly off: number;
  readonly size: number;
  /** Bytes of the whole. */
  readonly limit: number;
  readonly zeroAllowed?: boolean;
}

/** Whether all bytes lie in the whole, however far the pointer was moved. */
export function checkRegion(walk: Walk, region: Region): Refusal | undefined {
  const { w } = walk;
  const { register } = region;
  const row = walk.reg(register);
  const off = w[row + OFF] + region.off;
  const least = leastAdded(w, row);
  if (least < 0 && least + off < 0) return negativeIndex(walk, register);
  const below = checkBytes(walk, { ...region, off: off + least });
  if (below) return walk.denied(`${below}\nR${register} min value is outside of the allowed memory range`);
  const most = mostAddedUnsigned(w, row);
  if (most >= MAX_VARIABLE_OFFSET) {
    return walk.denied(`R${register} unbounded memory access, make sure to bounds check any such access`);
  }
  const above = checkBytes(walk, { ...region, off: off + most });
  if (above) return walk.denied(`${above}\nR${register} max value is outside of the allowed memory range`);
  return undefined;
}

/** @returns what is wrong, undefined where the bytes at `off` of the whole are all there */
export function checkBytes(
  walk: Walk,
  { register, off, size, limit, zeroAllowed = false }: Region,
): string | undefined {
  if (off >= 0 && (size > 0 || (size === 0 && zeroAllowed)) && off + size <= limit) return undefined;
  const { w } = walk;
  const row = walk.reg(register);
  switch (baseType(w[row + TYPE])) {
    case PTR_TO_MAP_KEY:
      return `invalid access to map key, key_size=${limit} off=${off} size=${size}`;
    case PTR_TO_MAP_VALUE:
      return `invalid access to map value, value_size=${limit} off=${off} size=${size}`;
    case PTR_TO_PACKET:
    case PTR_TO_PACKET_META:
    case PTR_TO_PACKET_END:
      return `invalid access to packet, off=${off} size=${size}, R${register}(id=${w[row + ID]},off=${off},r=${w[row + AUX]})`;
    default:
      return `invalid access to memory, mem_size=${limit} off=${off} size=${size}`;
  }
}
