import { alignUp } from '../../base/index.ts';
import type { BpfMap } from './map.ts';

/** Copies a value into the linear memory, but for its special fields: those stay as they are there. */
export function writeValue(map: BpfMap, to: number, value: Uint8Array): void {
  const bytes = map.host.memory.bytes();
  let from = 0;
  for (const { offset, size } of map.spec.fields) {
    bytes.set(value.subarray(from, offset), to + from);
    from = offset + size;
  }
  bytes.set(from === 0 ? value : value.subarray(from), to + from);
}

/** A copy of the value at an offset; special fields read as zero. */
export function readValue(map: BpfMap, at: number, size: number): Uint8Array {
  const value = map.host.memory.bytes().slice(at, at + size);
  for (const field of map.spec.fields) value.fill(0, field.offset, field.offset + field.size);
  return value;
}

/** Special fields of a new value: nothing locked, nothing armed, nothing held. */
export function initFields(map: BpfMap, at: number): void {
  for (const { offset, size } of map.spec.fields) map.host.memory.bytes().fill(0, at + offset, at + offset + size);
}

/** A value goes away, or all of it but its lock is overwritten: what its special fields hold is given back. */
export function freeFields(map: BpfMap, at: number): void {
  for (const field of map.spec.fields) {
    if (field.kind !== 'spin_lock' && field.kind !== 'res_spin_lock') map.host.freeField(map, field, at + field.offset);
  }
}

/** A per-CPU element as bpf(2) gives it: each CPU's value, rounded up to 8. */
export function readPerCpu(map: BpfMap, element: number): Uint8Array {
  const stride = alignUp(map.attr.valueSize, 8);
  const all = map.host.memory.bytes().slice(element, element + stride * map.host.cpus);
  for (let at = 0; at < all.length; at += stride) {
    for (const field of map.spec.fields) all.fill(0, at + field.offset, at + field.offset + field.size);
  }
  return all;
}

/** Writes a per-CPU element as bpf(2) brings it. */
export function writeAllCpus(map: BpfMap, element: number, all: Uint8Array): void {
  const stride = alignUp(map.attr.valueSize, 8);
  for (let at = 0; at < all.length; at += stride) {
    writeValue(map, element + at, all.subarray(at, at + stride));
    freeFields(map, element + at);
  }
}
