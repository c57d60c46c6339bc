import { alignUp } from '../../base/index.ts';
import { errno } from '../../uapi/index.ts';
import type { Memory, Region } from '../../vm/index.ts';
import { kernelAddress, kernelOffset } from '../../vm/index.ts';
import type { KernelLayout } from '../layout/layout.ts';
import { KernelStruct } from '../layout/struct.ts';
import type { Device } from './device.ts';
import { PacketMemory } from './packet-memory.ts';

/** Bytes of an Ethernet header. */
export const ETH_HLEN = 14;
/** Largest packet that head and tail may make. */
const SKB_MAX_ALLOC = 65_535;
/** Room that a header may grow into without a new buffer. */
const GROW_ROOM = 256;

/** How a packet is made. */
export interface SkbOptions {
  readonly device: Device;
  /** From the Ethernet header on. */
  readonly data: Uint8Array;
  /** Room before it. */
  readonly headroom: number;
  /** Room behind it, without the shared info. */
  readonly tailroom?: number;
}

/** A packet as the network stack holds it: `struct sk_buff`, its buffer and `struct skb_shared_info` behind that. */
export class SkBuff {
  readonly kind = 'skb';
  readonly device: Device;
  readonly struct: KernelStruct;
  packet: PacketMemory;
  readonly #region: Region;
  readonly #layout: KernelLayout;
  readonly #infoSize: number;
  /** Objects that live as long as the packet: its socket. */
  readonly #owned: Region[] = [];

  constructor(memory: Memory, layout: KernelLayout, { device, data, headroom, tailroom = 0 }: SkbOptions) {
    this.#layout = layout;
    this.device = device;
    this.#infoSize = alignUp(layout.sizeOf('skb_shared_info') ?? 320, 64);
    this.packet = this.#room(memory, headroom + data.length + tailroom);
    this.#region = memory.alloc(layout.sizeOf('sk_buff') ?? 256, { kind: 'context', name: 'sk_buff' });
    this.struct = new KernelStruct(memory, layout, this.#region.offset);
    memory.bytes().set(data, this.packet.start + headroom);
    this.struct.set64('sk_buff.head', kernelAddress(this.packet.start));
    this.struct.set('sk_buff.end', this.packet.size - this.#infoSize);
    this.#place(this.packet.start + headroom, data.length);
    this.struct.set('sk_buff.mac_header', 0xffff);
    this.struct.set('sk_buff.transport_header', 0xffff);
    this.struct.set64('sk_buff.dev', device.struct.address);
    this.struct.set('sk_buff.truesize', this.packet.size + (layout.sizeOf('sk_buff') ?? 0));
  }

  get memory(): Memory {
    return this.struct.memory;
  }

  get context(): bigint {
    return this.struct.address;
  }

  /** Offset of the memory where the data begin. */
  get data(): number {
    return kernelOffset(this.struct.u64('sk_buff.data'));
  }

  get length(): number {
    return this.struct.u32('sk_buff.len');
  }

  get headroom(): number {
    return this.data - this.packet.start;
  }

  get tailroom(): number {
    return this.packet.start + this.packet.size - this.#infoSize - (this.data + this.length);
  }

  /** The packet's protocol as the CPU reads it from network order. */
  get protocol(): number {
    const value = this.struct.u32('sk_buff.protocol');
    return this.#layout.btf.endian === 'little' ? ((value & 0xff) << 8) | (value >> 8) : value;
  }

  set protocol(value: number) {
    const stored = this.#layout.btf.endian === 'little' ? ((value & 0xff) << 8) | (value >> 8) : value;
    this.struct.set('sk_buff.protocol', stored);
  }

  /** `struct skb_shared_info` behind the buffer. */
  get sharedInfo(): KernelStruct {
    return new KernelStruct(this.memory, this.#layout, this.packet.start + this.packet.size - this.#infoSize);
  }

  /** The data as a view, good until the memory grows. */
  bytes(): Uint8Array {
    return this.memory.bytes().subarray(this.data, this.data + this.length);
  }

  /** Copies bytes of the packet out; undefined where they are not there. */
  load(offset: number, length: number): Uint8Array | undefined {
    if (offset + length > this.length || this.data + offset < this.packet.start) return undefined;
    return this.memory.bytes().slice(this.data + offset, this.data + offset + length);
  }

  /** Overwrites bytes of the packet. @returns whether they are there */
  store(offset: number, bytes: Uint8Array): boolean {
    if (offset < 0 || offset + bytes.length > this.length) return false;
    this.memory.bytes().set(bytes, this.data + offset);
    return true;
  }

  /** The offset of a header in the packet: `mac`, `network` or `transport`, from where the data begin. */
  headerOffset(header: 'mac' | 'network' | 'transport'): number {
    return this.struct.u32(`sk_buff.${header}_header`) - this.headroom;
  }

  /** @param offset from where the data begin */
  setHeader(header: 'mac' | 'network' | 'transport', offset: number): void {
    this.struct.set(`sk_buff.${header}_header`, this.headroom + offset);
  }

  hasMacHeader(): boolean {
    return this.struct.u32('sk_buff.mac_header') !== 0xffff;
  }

  /** Lets the data begin `length` bytes later. */
  pull(length: number): void {
    this.#place(this.data + length, this.length - length);
  }

  /** Lets the data begin `length` bytes earlier; there is room. */
  push(length: number): void {
    this.#place(this.data - length, this.length + length);
  }

  /** Makes room for `head` more bytes before and `tail` behind; takes a bigger buffer where it must. */
  expand(head: number, tail: number): void {
    if (head <= this.headroom && tail <= this.tailroom) return;
    const { headroom, tailroom, length } = this;
    const moreHead = head <= headroom ? 0 : alignUp(head - headroom, GROW_ROOM);
    const moreTail = tail <= tailroom ? 0 : alignUp(tail - tailroom, GROW_ROOM);
    const old = this.packet;
    const from = old.start;
    const copy = this.memory.bytes().slice(from, from + headroom + length);
    const info = this.memory.bytes().slice(this.sharedInfo.offset, this.sharedInfo.offset + this.#infoSize);
    this.packet = this.#room(this.memory, headroom + moreHead + length + tailroom + moreTail);
    this.memory.bytes().set(copy, this.packet.start + moreHead);
    this.struct.set64('sk_buff.head', kernelAddress(this.packet.start));
    this.struct.set('sk_buff.end', this.packet.size - this.#infoSize);
    this.memory.bytes().set(info, this.sharedInfo.offset);
    for (const header of ['mac', 'network', 'transport'] as const) {
      const at = this.struct.u32(`sk_buff.${header}_header`);
      if (at !== 0xffff) this.struct.set(`sk_buff.${header}_header`, at + moreHead);
    }
    this.#place(this.packet.start + moreHead + headroom, length);
    old.free();
  }

  /** Puts `length` zero bytes in at `offset` of the data, before which the bytes move up. */
  insert(offset: number, length: number): number {
    if (this.length + length > SKB_MAX_ALLOC) return -errno.ENOMEM;
    this.expand(length, 0);
    this.push(length);
    const bytes = this.memory.bytes();
    bytes.copyWithin(this.data, this.data + length, this.data + length + offset);
    bytes.fill(0, this.data + offset, this.data + offset + length);
    return 0;
  }

  /** Takes `length` bytes out at `offset` of the data; those before move down. */
  remove(offset: number, length: number): number {
    if (offset + length > this.length) return -errno.EFAULT;
    this.memory.bytes().copyWithin(this.data + length, this.data, this.data + offset);
    this.pull(length);
    return 0;
  }

  /** Makes the data `length` bytes long; what comes in is zero. */
  resize(length: number): void {
    const have = this.length;
    if (length > have) {
      this.expand(0, length - have);
      this.memory.bytes().fill(0, this.data + have, this.data + length);
    }
    this.#place(this.data, length);
  }

  /** Writes where data and metadata end for programs that read the packet directly (bpf_compute_data_pointers). */
  computeDataPointers(metaSize = 0): void {
    const { struct } = this;
    struct.set64('sk_buff.cb+bpf_skb_data_end.data_meta', kernelAddress(this.data - metaSize));
    struct.set64('sk_buff.cb+bpf_skb_data_end.data_end', kernelAddress(this.data + this.length));
    this.packet.show(this.data - metaSize, this.data + this.length);
  }

  /** Frees the region with the packet. */
  own(region: Region): void {
    this.#owned.push(region);
  }

  free(): void {
    for (const region of this.#owned) this.memory.free(region);
    this.memory.free(this.#region);
    this.packet.free();
  }

  #room(memory: Memory, size: number): PacketMemory {
    return new PacketMemory(memory, alignUp(size, 64) + this.#infoSize, this.#infoSize);
  }

  #place(data: number, length: number): void {
    const { struct } = this;
    struct.set64('sk_buff.data', kernelAddress(data));
    struct.set('sk_buff.len', length);
    struct.set('sk_buff.tail', data + length - this.packet.start);
    this.packet.show(data, data + length);
  }
}
