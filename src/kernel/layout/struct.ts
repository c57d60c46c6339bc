import type { Memory } from '../../vm/index.ts';
import { kernelAddress } from '../../vm/index.ts';
import type { FieldPlace, KernelLayout } from './layout.ts';

/** One kernel struct in the linear memory, read and written by the names of its members. */
export class KernelStruct {
  readonly memory: Memory;
  readonly layout: KernelLayout;
  /** Offset of the struct in the memory. */
  readonly offset: number;
  readonly #little: boolean;

  constructor(memory: Memory, layout: KernelLayout, offset: number) {
    this.memory = memory;
    this.layout = layout;
    this.offset = offset;
    this.#little = layout.btf.endian === 'little';
  }

  get address(): bigint {
    return kernelAddress(this.offset);
  }

  /** Offset in the memory of a member. */
  at(path: string): number {
    return this.offset + this.layout.offset(path);
  }

  /** A member of 1, 2 or 4 bytes, or a bitfield, unsigned. */
  u32(path: string): number {
    return this.readPlace(this.layout.place(path));
  }

  /** A member of 8 bytes, unsigned. */
  u64(path: string): bigint {
    return this.memory.view().getBigUint64(this.at(path), this.#little);
  }

  set(path: string, value: number): void {
    this.writePlace(this.layout.place(path), value);
  }

  set64(path: string, value: bigint): void {
    this.memory.view().setBigUint64(this.at(path), BigInt.asUintN(64, value), this.#little);
  }

  /** Sets a member where this kernel has it. */
  setIfThere(path: string, value: number | bigint): void {
    const place = this.layout.find(path);
    if (place?.size === 8) this.set64(path, BigInt(value));
    else if (place) this.writePlace(place, Number(value));
  }

  /** The bytes of a member, as a view that is good until the memory grows. */
  bytes(path: string): Uint8Array {
    const { offset, size } = this.layout.place(path);
    return this.memory.bytes().subarray(this.offset + offset, this.offset + offset + size);
  }

  readPlace({ offset, size, bits }: FieldPlace): number {
    const view = this.memory.view();
    const at = this.offset + offset;
    if (bits) return (view.getUint8(at) >> bits.shift) & ((1 << bits.count) - 1);
    if (size === 1) return view.getUint8(at);
    return size === 2 ? view.getUint16(at, this.#little) : view.getUint32(at, this.#little);
  }

  writePlace({ offset, size, bits }: FieldPlace, value: number): void {
    const view = this.memory.view();
    const at = this.offset + offset;
    if (bits) {
      const mask = ((1 << bits.count) - 1) << bits.shift;
      view.setUint8(at, (view.getUint8(at) & ~mask) | ((value << bits.shift) & mask));
    } else if (size === 1) view.setUint8(at, value);
    else if (size === 2) view.setUint16(at, value, this.#little);
    else view.setUint32(at, value, this.#little);
  }
}
