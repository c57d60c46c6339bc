import {
  accessBytes,
  BPF_LDX,
  BPF_ST,
  BPF_STX,
  insnClass,
  type WrongAccess,
  type WrongValue,
} from '../../isa/index.ts';
import { AUX, OFF, SMAX, SMIN, TYPE, UMAX, UMIN } from '../domain/row.ts';
import { read64, readS64 } from '../domain/words.ts';
import { registerText } from '../log/register.ts';
import {
  baseType,
  isPacketPointer,
  NOT_INIT,
  PTR_TO_MAP_KEY,
  PTR_TO_MAP_VALUE,
  PTR_TO_MEM,
} from '../state/reg-type.ts';
import type { Walk } from '../walk/walk.ts';
import { reasonOf } from './reasons.table.ts';

const REGISTERS = 11;

/** The register that the verifier's words are about, and what it held. @returns undefined where they are about none */
export function wrongValue(walk: Walk, text: string): WrongValue | undefined {
  const { w } = walk;
  const groups = reasonOf(text).pattern.exec(text)?.groups;
  if (!groups) return undefined;
  const register = registerOf(walk, text, groups.reg);
  if (register === undefined) return undefined;
  const row = walk.reg(register);
  if (w[row + TYPE] === NOT_INIT) return undefined;
  const size = loadOrStore(walk) ? accessBytes(walk.insns.code(walk.insn)) : Number(groups.size ?? 0);
  return {
    register,
    text: registerText(walk, w, { row, frame: walk.state.current }),
    had: {
      signed: { min: readS64(w, row + SMIN), max: readS64(w, row + SMAX) },
      unsigned: { min: read64(w, row + UMIN), max: read64(w, row + UMAX) },
    },
    access: accessOf(walk, row, size),
  };
}

/** The register that is named, else the one by which a load or store reaches memory. */
function registerOf(walk: Walk, text: string, named: string | undefined): number | undefined {
  const behind = /\nR(\d+) (?:min|max) value is /.exec(text)?.[1];
  const name = named ?? behind;
  if (name !== undefined) return Number(name) < REGISTERS ? Number(name) : undefined;
  const { insns, insn } = walk;
  switch (loadOrStore(walk)) {
    case 'load':
      return insns.src(insn);
    case 'store':
      return insns.dst(insn);
    default:
      return undefined;
  }
}

function loadOrStore({ insns, insn }: Walk): 'load' | 'store' | undefined {
  const kind = insnClass(insns.code(insn));
  if (kind === BPF_LDX) return 'load';
  return kind === BPF_ST || kind === BPF_STX ? 'store' : undefined;
}

/** @returns undefined where the memory has no size, or the access does not leave it */
function accessOf(walk: Walk, row: number, size: number): WrongAccess | undefined {
  const { w, insns, insn } = walk;
  const available = bytesAt(walk, row);
  if (available === undefined || size === 0) return undefined;
  const constant = BigInt(w[row + OFF] + (loadOrStore(walk) ? insns.off(insn) : 0));
  // What was proven of a packet counts from behind the variable part.
  const added = isPacketPointer(w[row + TYPE])
    ? { min: 0n, max: 0n }
    : { min: readS64(w, row + SMIN), max: readS64(w, row + SMAX) };
  const last = BigInt(available - size);
  const begins = { min: constant + added.min, max: constant + added.max };
  if (begins.min >= 0n && begins.max <= last) return undefined;
  return { size, available, begins, needed: last < 0n ? undefined : { min: 0n, max: last } };
}

/** Bytes of the memory that a row leads to. @returns undefined where that has no size of its own */
function bytesAt({ w, mapViews }: Walk, row: number): number | undefined {
  const type = w[row + TYPE];
  if (isPacketPointer(type)) return Math.max(w[row + AUX], 0);
  switch (baseType(type)) {
    case PTR_TO_MAP_VALUE:
      return mapViews[w[row + AUX]].attr.valueSize;
    case PTR_TO_MAP_KEY:
      return mapViews[w[row + AUX]].attr.keySize;
    case PTR_TO_MEM:
      return w[row + AUX] >>> 0;
    default:
      return undefined;
  }
}
