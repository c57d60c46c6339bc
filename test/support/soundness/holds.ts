import {
  AUX,
  FRAME,
  ID,
  MASK,
  OFF,
  ROW,
  S32_MAX,
  S32_MIN,
  SMAX,
  SMIN,
  TYPE,
  U32_MAX,
  U32_MIN,
  UMAX,
  UMIN,
  VALUE,
} from '../../../src/verifier/domain/row.ts';
import { read64, readS64 } from '../../../src/verifier/domain/words.ts';
import {
  baseType,
  CONST_PTR_TO_MAP,
  mayBeNull,
  NOT_INIT,
  PTR_TO_ARENA,
  PTR_TO_CTX,
  PTR_TO_MAP_KEY,
  PTR_TO_MAP_VALUE,
  PTR_TO_MEM,
  PTR_TO_PACKET,
  PTR_TO_PACKET_END,
  PTR_TO_PACKET_META,
  PTR_TO_STACK,
  PTR_UNTRUSTED,
  regTypeName,
  SCALAR_VALUE,
} from '../../../src/verifier/state/reg-type.ts';

/** Where things are in a run: what the pointers that a walk believes in lead to. */
export interface Places {
  readonly context: bigint;
  /** R10 of each frame, as the belief counts them. */
  readonly frames: readonly bigint[];
  /** Beginnings of map values, keys and other memory that were handed to the program. */
  readonly bases: ReadonlySet<bigint>;
  readonly packet: { readonly data: bigint; readonly end: bigint; readonly meta: bigint } | undefined;
}

const REGISTERS = 11;
const ADD_CONST32 = 1 << 30;
const ADD_CONST = (1 << 31) | ADD_CONST32;

/**
 * Compares what a run has in its registers with what a walk believed of them.
 * @param numbers whether numbers are compared too, or pointers alone
 * @returns what is not as believed; undefined where all is
 */
export function differs(
  { rows, live }: { readonly rows: Int32Array; readonly live: number },
  values: BigUint64Array,
  { places, numbers }: { readonly places: Places; readonly numbers: boolean },
): string | undefined {
  const same = new Map<number, bigint>();
  for (let register = 0; register < REGISTERS; register++) {
    if (!(live & (1 << register))) continue;
    const row = register * ROW;
    const value = values[register];
    const wrong = rowDiffers(rows, row, { value, places, numbers });
    if (wrong) return `R${register}=0x${value.toString(16)} ${wrong}`;
    if (rows[row + TYPE] !== SCALAR_VALUE || rows[row + ID] === 0 || !numbers) continue;
    // Rows of one id hold the same number but for what was added.
    const id = rows[row + ID] & ~ADD_CONST;
    const added = rows[row + ID] & ADD_CONST ? rows[row + OFF] : 0;
    const number = BigInt.asUintN(rows[row + ID] & ADD_CONST32 ? 32 : 64, value - BigInt(added));
    const known = same.get(id);
    if (known !== undefined && known !== number)
      return `R${register}=0x${value.toString(16)} is not linked with id ${id}`;
    same.set(id, number);
  }
  return undefined;
}

interface Comparing {
  readonly value: bigint;
  readonly places: Places;
  readonly numbers: boolean;
}

function rowDiffers(w: Int32Array, r: number, { value, places, numbers }: Comparing): string | undefined {
  const type = w[r + TYPE];
  if (type === NOT_INIT) return undefined;
  if (type === SCALAR_VALUE) return numbers ? numberDiffers(w, r, value) : undefined;
  if (value === 0n) return mayBeZero(type) ? undefined : `is null, not ${regTypeName(type)}`;
  const at = (base: bigint) => numberDiffers(w, r, BigInt.asUintN(64, value - base - BigInt(w[r + OFF])));
  const packet = places.packet;
  const wrong = (text: string | undefined) => text && `${regTypeName(type)} ${text}`;
  switch (baseType(type)) {
    case PTR_TO_STACK:
      return wrong(at(places.frames[w[r + FRAME]]));
    case PTR_TO_CTX:
      return wrong(at(places.context));
    case PTR_TO_MAP_VALUE:
    case PTR_TO_MAP_KEY:
    case PTR_TO_MEM:
      for (const base of places.bases) if (at(base) === undefined) return undefined;
      return wrong(`is at none of ${places.bases.size} places`);
    case PTR_TO_PACKET:
    case PTR_TO_PACKET_META: {
      if (!packet) return undefined;
      const begin = baseType(type) === PTR_TO_PACKET ? packet.data : packet.meta;
      const off = wrong(w[r + ID] === 0 ? at(begin) : undefined);
      if (off) return off;
      // As many bytes are there as were found to be.
      const start = value - BigInt(w[r + OFF]);
      const end = baseType(type) === PTR_TO_PACKET ? packet.end : packet.data;
      return w[r + AUX] > 0 && start + BigInt(w[r + AUX]) > end ? wrong(`has no ${w[r + AUX]} bytes`) : undefined;
    }
    case PTR_TO_PACKET_END:
      return packet && value !== packet.end ? wrong('is not the end') : undefined;
    case CONST_PTR_TO_MAP:
      return w[r + OFF] === 0 ? undefined : wrong('is moved');
    default:
      return undefined;
  }
}

/** Pointers that may be 0: those that say so, those that nobody trusts, and offsets in an arena. */
function mayBeZero(type: number): boolean {
  return mayBeNull(type) || (type & PTR_UNTRUSTED) !== 0 || baseType(type) === PTR_TO_ARENA;
}

/** Which of the ways in which a number is known rules it out. */
function numberDiffers(w: Int32Array, r: number, value: bigint): string | undefined {
  const [low, high] = [Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n))];
  if (((low ^ w[r + VALUE]) & ~w[r + MASK]) !== 0 || ((high ^ w[r + VALUE + 1]) & ~w[r + MASK + 1]) !== 0) {
    return `bits 0x${read64(w, r + VALUE).toString(16)}, open 0x${read64(w, r + MASK).toString(16)}`;
  }
  if (value < read64(w, r + UMIN) || value > read64(w, r + UMAX)) {
    return `u64 ${read64(w, r + UMIN)}..${read64(w, r + UMAX)}`;
  }
  const signed = BigInt.asIntN(64, value);
  if (signed < readS64(w, r + SMIN) || signed > readS64(w, r + SMAX)) {
    return `s64 ${readS64(w, r + SMIN)}..${readS64(w, r + SMAX)}`;
  }
  // Pointers keep no ranges of their low half.
  if (w[r + TYPE] !== SCALAR_VALUE) return undefined;
  if (low < w[r + S32_MIN] || low > w[r + S32_MAX]) return `s32 ${w[r + S32_MIN]}..${w[r + S32_MAX]}`;
  if (low >>> 0 < w[r + U32_MIN] >>> 0 || low >>> 0 > w[r + U32_MAX] >>> 0) {
    return `u32 ${w[r + U32_MIN] >>> 0}..${w[r + U32_MAX] >>> 0}`;
  }
  return undefined;
}
