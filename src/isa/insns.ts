import type { Endian } from '../base/index.ts';
import { invariant } from '../base/index.ts';

/** Bytes of one instruction slot; a wide instruction (`ldimm64`) takes two slots. */
export const INSN_SIZE = 8;

/** One decoded slot: `struct bpf_insn` (include/uapi/linux/bpf.h, v6.12). */
export interface Insn {
  /** Operation, class and mode: 8 bits. */
  readonly code: number;
  readonly dst: number;
  readonly src: number;
  /** Signed 16 bits. */
  readonly off: number;
  /** Signed 32 bits. */
  readonly imm: number;
}

/**
 * A run of instruction slots, kept flat in the bytes that the kernel would see (8 a slot, in the byte order of the
 * machine that they are for). Indexes count slots. Accessors are unchecked: stay inside `length`.
 */
export class Insns {
  /** The slots' bytes; shared, not copied. */
  readonly bytes: Uint8Array;
  readonly endian: Endian;
  /** Number of slots. */
  readonly length: number;
  readonly #view: DataView;
  readonly #little: boolean;

  /** @param bytes a multiple of 8 bytes; held, not copied */
  constructor(bytes: Uint8Array, endian: Endian) {
    invariant(bytes.length % INSN_SIZE === 0, `instruction bytes are a multiple of 8, not ${bytes.length}`);
    this.bytes = bytes;
    this.endian = endian;
    this.length = bytes.length / INSN_SIZE;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#little = endian === 'little';
  }

  static alloc(length: number, endian: Endian): Insns {
    return new Insns(new Uint8Array(length * INSN_SIZE), endian);
  }

  static from(list: readonly Insn[], endian: Endian): Insns {
    const insns = Insns.alloc(list.length, endian);
    for (let i = 0; i < list.length; i++) insns.set(i, list[i]);
    return insns;
  }

  code(i: number): number {
    return this.bytes[i * INSN_SIZE];
  }

  dst(i: number): number {
    const regs = this.bytes[i * INSN_SIZE + 1];
    return this.#little ? regs & 15 : regs >> 4;
  }

  src(i: number): number {
    const regs = this.bytes[i * INSN_SIZE + 1];
    return this.#little ? regs >> 4 : regs & 15;
  }

  off(i: number): number {
    return this.#view.getInt16(i * INSN_SIZE + 2, this.#little);
  }

  imm(i: number): number {
    return this.#view.getInt32(i * INSN_SIZE + 4, this.#little);
  }

  /** The 64-bit immediate of the wide instruction at `i`, unsigned. */
  imm64(i: number): bigint {
    return BigInt(this.imm(i) >>> 0) | (BigInt(this.imm(i + 1) >>> 0) << 32n);
  }

  get(i: number): Insn {
    return { code: this.code(i), dst: this.dst(i), src: this.src(i), off: this.off(i), imm: this.imm(i) };
  }

  set(i: number, insn: Insn): void {
    this.setCode(i, insn.code);
    this.setRegs(i, insn.dst, insn.src);
    this.setOff(i, insn.off);
    this.setImm(i, insn.imm);
  }

  setCode(i: number, code: number): void {
    this.bytes[i * INSN_SIZE] = code;
  }

  setRegs(i: number, dst: number, src: number): void {
    this.bytes[i * INSN_SIZE + 1] = this.#little ? (dst & 15) | (src << 4) : (src & 15) | (dst << 4);
  }

  setOff(i: number, off: number): void {
    this.#view.setInt16(i * INSN_SIZE + 2, off, this.#little);
  }

  setImm(i: number, imm: number): void {
    this.#view.setInt32(i * INSN_SIZE + 4, imm, this.#little);
  }

  setImm64(i: number, imm: bigint): void {
    this.setImm(i, Number(BigInt.asIntN(32, imm)));
    this.setImm(i + 1, Number(BigInt.asIntN(32, imm >> 32n)));
  }

  /** A copy of slots `start` to `end` (exclusive). */
  slice(start = 0, end = this.length): Insns {
    // Not `bytes.slice`: where the bytes are a Buffer, that would share them.
    return new Insns(new Uint8Array(this.bytes.subarray(start * INSN_SIZE, end * INSN_SIZE)), this.endian);
  }

  /** A new run: this one and then the other; both of one byte order. */
  concat(other: Insns): Insns {
    invariant(this.endian === other.endian, 'instructions of one byte order');
    const bytes = new Uint8Array(this.bytes.length + other.bytes.length);
    bytes.set(this.bytes);
    bytes.set(other.bytes, this.bytes.length);
    return new Insns(bytes, this.endian);
  }
}
