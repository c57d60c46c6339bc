import { isKnown } from '../domain/bounds.ts';
import { AUX, AUX2, FRAME, ID, OFF, PRECISE, REF, TYPE, VALUE } from '../domain/row.ts';
import { readS64 } from '../domain/words.ts';
import type { BtfTable } from '../state/btf-table.ts';
import {
  baseType,
  CONST_PTR_TO_DYNPTR,
  CONST_PTR_TO_MAP,
  isPacketPointer,
  NON_OWN_REF,
  NOT_INIT,
  PTR_TO_ARENA,
  PTR_TO_BTF_ID,
  PTR_TO_MAP_KEY,
  PTR_TO_MAP_VALUE,
  PTR_TO_MEM,
  PTR_TO_STACK,
  regTypeName,
  SCALAR_VALUE,
} from '../state/reg-type.ts';
import { ADD_CONST } from '../walk/linked.ts';
import { boundsText, knownScalar, numberText, unsignedText } from './bounds.ts';
import { dynptrName } from './dynptr.ts';

/** What a map is like, as far as logs say it. */
export interface LoggedMap {
  readonly attr: { readonly keySize: number; readonly valueSize: number; readonly mapName?: string };
  readonly isInner: boolean;
}

/** What the numbers in rows stand for. */
export interface RowNames {
  /** By `AUX` of maps and their values. */
  readonly mapViews: readonly LoggedMap[];
  readonly btfs: BtfTable;
}

/** What a register holds, e.g. `scalar(smin=0,smax=umax=255,var_off=(0x0; 0xff))`; `frame` is the one that it is of. */
export function registerText(names: RowNames, w: Int32Array, { row, frame }: { row: number; frame: number }): string {
  const type = w[row + TYPE];
  if (type === NOT_INIT) return '';
  const precise = w[row + PRECISE] && type === SCALAR_VALUE ? 'P' : '';
  const known = knownScalar(w, row);
  if (known !== undefined) return `${precise}${numberText(known)}`;
  const base = baseType(type);
  if (base === PTR_TO_STACK) return stackPointerText(w, row, frame);
  if (base === PTR_TO_ARENA) return 'arena';
  const name = `${precise}${regTypeName(type)}${base === PTR_TO_BTF_ID ? typeName(names, w, row) : ''}`;
  return `${name}(${parts(names, w, row).join(',')})`;
}

/** A name that cannot be said is a mistake of nobody: programs may name types without one. */
function typeName({ btfs }: RowNames, w: Int32Array, row: number): string {
  return btfs.at(w[row + AUX2]).nameOf(w[row + AUX]);
}

function stackPointerText(w: Int32Array, row: number, frame: number): string {
  const where = w[row + FRAME] === frame ? 'fp' : `fp[${w[row + FRAME]}]`;
  if (isKnown(w, row)) return `${where}${numberText(BigInt(w[row + OFF]) + readS64(w, row + VALUE))}`;
  const off = w[row + OFF] === 0 ? [] : [`off=${numberText(BigInt(w[row + OFF]))}`];
  return `${where}(${[...identity(w, row), ...off, ...boundsText(w, row)].join(',')})`;
}

function identity(w: Int32Array, row: number): string[] {
  const type = w[row + TYPE];
  const id = w[row + ID] & ~ADD_CONST;
  const sum = w[row + ID] & ADD_CONST ? signedText(w[row + OFF]) : '';
  const list = id === 0 ? [] : [`id=${id}${sum}`];
  if (w[row + REF] !== 0) list.push(`ref_obj_id=${w[row + REF]}`);
  if (type & NON_OWN_REF) list.push('non_own_ref');
  return list;
}

const signedText = (value: number) => (value < 0 ? String(value) : `+${value}`);

function parts(names: RowNames, w: Int32Array, row: number): string[] {
  const type = w[row + TYPE];
  const base = baseType(type);
  const list = identity(w, row);
  if (base === SCALAR_VALUE) return [...list, ...boundsText(w, row)];
  if (base === CONST_PTR_TO_DYNPTR) list.push(`type=${dynptrName(w[row + AUX])}`);
  if (base === CONST_PTR_TO_MAP || base === PTR_TO_MAP_KEY || base === PTR_TO_MAP_VALUE) {
    list.push(...mapParts(names.mapViews[w[row + AUX]]));
  }
  const off = w[row + OFF];
  if (off !== 0) list.push(`off=${numberText(BigInt(off))}`);
  if (base === PTR_TO_MEM && w[row + AUX] !== 0) list.push(`sz=${unsignedText(BigInt(w[row + AUX] >>> 0))}`);
  if (isPacketPointer(type)) list.push(`r=${unsignedText(BigInt(w[row + AUX]))}`);
  if (!isKnown(w, row)) return [...list, ...boundsText(w, row)];
  const value = readS64(w, row + VALUE);
  return value === 0n ? list : [...list, `imm=${numberText(value)}`];
}

function mapParts({ attr, isInner }: LoggedMap): string[] {
  const name = isInner || !attr.mapName ? [] : [`map=${attr.mapName}`];
  return [...name, `ks=${attr.keySize}`, `vs=${attr.valueSize}`];
}
