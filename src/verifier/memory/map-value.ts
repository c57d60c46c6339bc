import { bpf_flags } from '../../uapi/index.ts';
import { isKnown } from '../domain/bounds.ts';
import { AUX, OFF, VALUE } from '../domain/row.ts';
import type { VerifiedMap } from '../options.ts';
import type { Refusal } from '../refusal.ts';
import { mapFields } from '../types/field-table.ts';
import type { TypedField } from '../types/value-fields.ts';
import { setKnown } from '../walk/set-row.ts';
import type { MapView, Walk } from '../walk/walk.ts';
import type { Access } from './access-kind.ts';
import { accessKptr } from './kptr.ts';
import { loadUnknown } from './load-result.ts';
import { leastAdded, mostAddedUnsigned } from './place.ts';
import { checkRegion } from './region.ts';

/** Bytes of a map's value that are accessed. */
export interface ValueBytes {
  readonly register: number;
  readonly off: number;
  readonly size: number;
  readonly write: boolean;
  readonly zeroAllowed?: boolean;
}

/** A load or store of a map's value. */
export function accessMapValue(walk: Walk, access: Access): Refusal | undefined {
  const { w } = walk;
  const row = walk.reg(access.register);
  const refusal = checkMapFlags(walk, access) ?? checkMapBytes(walk, access, true);
  if (refusal) return refusal;
  const view = walk.mapViews[w[row + AUX]];
  const at = isKnown(w, row) ? w[row + OFF] + access.off + w[row + VALUE] : undefined;
  const kptr = at === undefined ? undefined : mapFields(walk, view).find((f) => f.kptr && f.offset === at);
  if (kptr) return accessKptr(walk, access, { field: kptr, btf: walk.options.btfById(view.btfId) });
  if (access.into === undefined) return undefined;
  const constant = at === undefined ? undefined : constantAt(walk, access, at);
  if (constant === undefined) loadUnknown(walk, access);
  else {
    const wide = access.signed ? BigInt.asIntN(8 * access.size, constant) : constant;
    const [low, high] = [Number(BigInt.asIntN(32, wide)), Number(BigInt.asIntN(32, wide >> 32n))];
    setKnown(w, walk.reg(access.into), { low, high });
  }
  return undefined;
}

/** Whether programs may read, or write, values of the map at all. */
export function checkMapFlags(walk: Walk, { register, off, size, write }: ValueBytes): Refusal | undefined {
  const { w } = walk;
  const row = walk.reg(register);
  const { attr } = walk.mapViews[w[row + AUX]];
  const flags = attr.mapFlags ?? 0;
  const where = `value_size=${attr.valueSize} off=${w[row + OFF] + off} size=${size}`;
  if (write && flags & bpf_flags.BPF_F_RDONLY_PROG) return walk.denied(`write into map forbidden, ${where}`);
  if (!write && flags & bpf_flags.BPF_F_WRONLY_PROG) return walk.denied(`read from map forbidden, ${where}`);
  return undefined;
}

/** Whether the bytes are the value's, and none of them is a field that only the kernel touches. */
export function checkMapBytes(walk: Walk, bytes: ValueBytes, direct: boolean): Refusal | undefined {
  const { w } = walk;
  const { register, off, size } = bytes;
  const row = walk.reg(register);
  const view = walk.mapViews[w[row + AUX]];
  const refusal = checkRegion(walk, { ...bytes, limit: view.attr.valueSize });
  if (refusal || view.fields.length === 0) return refusal;
  const start = w[row + OFF] + off;
  const [first, end] = [start + leastAdded(w, row), start + mostAddedUnsigned(w, row) + size];
  for (const field of mapFields(walk, view)) {
    if (first >= field.offset + field.size || field.offset >= end) continue;
    const wrong = direct ? checkField(walk, { field, row, start, size }) : indirect(field);
    if (wrong) return walk.denied(wrong);
  }
  return undefined;
}

function indirect(field: TypedField): string {
  if (field.kptr) return `${fieldName(field)} cannot be accessed indirectly by helper`;
  return `${fieldName(field)} cannot be accessed directly by load/store`;
}

interface FieldAccess {
  readonly field: TypedField;
  /** The pointer's row. */
  readonly row: number;
  /** Bytes of the value before the access, but for what was added to the pointer. */
  readonly start: number;
  readonly size: number;
}

function checkField({ w }: Walk, { field, row, start, size }: FieldAccess): string | undefined {
  const name = fieldName(field);
  if (!field.kptr) return `${name} cannot be accessed directly by load/store`;
  if (!isKnown(w, row)) return `${name} access cannot have variable offset`;
  const at = start + w[row + VALUE];
  if (at !== field.offset) return `${name} access misaligned expected=${field.offset} off=${at}`;
  return size === 8 ? undefined : `${name} access size must be BPF_DW`;
}

/** How messages call the field. */
export function fieldName({ kind, kptr }: TypedField): string {
  if (kptr) return kptr.tag === 'kptr_untrusted' ? 'kptr' : kptr.tag;
  return kind === 'workqueue' ? 'bpf_wq' : `bpf_${kind}`;
}

function constantAt(walk: Walk, { register, size }: Access, at: number): bigint | undefined {
  const index = walk.w[walk.reg(register) + AUX];
  const map: VerifiedMap | undefined = walk.program.maps[index];
  if (!map || !isFixed(walk.mapViews[index])) return undefined;
  return walk.options.constantAt?.(map, at, size);
}

function isFixed({ attr, frozen, isInner }: MapView): boolean {
  return !isInner && frozen && ((attr.mapFlags ?? 0) & bpf_flags.BPF_F_RDONLY_PROG) !== 0;
}
