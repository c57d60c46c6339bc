import { alignUp } from '../../base/index.ts';
import { errno } from '../../uapi/index.ts';
import type { Memory, Region } from '../../vm/index.ts';
import { kernelAddress, kernelOffset } from '../../vm/index.ts';
import type { KernelLayout } from '../layout/layout.ts';
import { KernelStruct } from '../layout/struct.ts';
import type { Device } from './device.ts';
import { PacketMemory } from './packet-memory.ts';

/** Room before a packet. @see include/uapi/linux/bpf.h XDP_PACKET_HEADROOM */
export const XDP_PACKET_HEADROOM = 256;
/** Bytes of `struct xdp_frame`, which a driver puts in front of the packet's room. */
const XDP_FRAME_SIZE = 40;
const ETH_HLEN = 14;
/** Bytes of an emulated page, one packet buffer. */
const FRAME_SIZE = 4096;

/** Room behind a packet: `struct skb_shared_info` rounded up to a cache line. */
export function xdpTailroom(layout: KernelLayout): number {
  return alignUp(layout.sizeOf('skb_shared_info') ?? 320, 64);
}

/** How a packet buffer is made. */
export interface XdpOptions {
  readonly device: Device;
  /** Metadata and then the packet. */
  readonly data: Uint8Array;
  /** How many bytes of `data` are metadata; default 0. */
  readonly metaSize?: number;
  /** How many bytes of `data` go into the first buffer, if not as many as fit. */
  readonly linear?: number;
}

/** A packet as XDP programs get it: `struct xdp_buff`, its queue information, and one buffer of a page. */
export class XdpBuff {
  readonly kind = 'xdp';
  readonly packet: PacketMemory;
  readonly struct: KernelStruct;
  readonly device: Device;
  /** What did not fit into the first buffer: programs see it through helpers alone. */
  #frags: Uint8Array = new Uint8Array(0);
  #txq: Region | undefined;
  readonly #region: Region;
  readonly #tailroom: number;

  constructor(memory: Memory, layout: KernelLayout, { device, data, metaSize = 0, linear: wanted }: XdpOptions) {
    this.device = device;
    this.#tailroom = xdpTailroom(layout);
    const rxq = device.rxq.address;
    this.packet = new PacketMemory(memory, FRAME_SIZE);
    this.#region = memory.alloc(layout.sizeOf('xdp_buff') ?? 64, { kind: 'context', name: 'xdp_buff' });
    this.struct = new KernelStruct(memory, layout, this.#region.offset);
    const begin = this.packet.start + XDP_PACKET_HEADROOM - metaSize;
    const linear = data.subarray(0, Math.min(wanted ?? data.length, XdpBuff.maxLinear(layout) + metaSize));
    this.#frags = data.slice(linear.length);
    memory.bytes().set(linear, begin);
    this.#set('data_hard_start', this.packet.start);
    this.#set('data_meta', begin);
    this.#set('data', begin + metaSize);
    this.#set('data_end', begin + linear.length);
    this.struct.set64('xdp_buff.rxq', rxq);
    this.struct.set('xdp_buff.frame_sz', FRAME_SIZE);
    this.#show();
  }

  /** Bytes of a packet that fit into the first buffer. */
  static maxLinear(layout: KernelLayout): number {
    return FRAME_SIZE - XDP_PACKET_HEADROOM - xdpTailroom(layout);
  }

  get context(): bigint {
    return this.struct.address;
  }

  /** Offsets of the memory. */
  get data(): number {
    return this.#get('data');
  }

  get dataEnd(): number {
    return this.#get('data_end');
  }

  get dataMeta(): number {
    return this.#get('data_meta');
  }

  /** Bytes of the packet in the first buffer. */
  get linearLength(): number {
    return this.dataEnd - this.data;
  }

  /** Bytes of the packet. */
  get length(): number {
    return this.linearLength + this.#frags.length;
  }

  /** Bytes of the metadata before it; 0 where the buffer has lost its metadata. */
  get metaSize(): number {
    return Math.max(0, this.data - this.dataMeta);
  }

  /** A copy of the packet, with its metadata or without. */
  bytes(withMeta = false): Uint8Array {
    const begin = withMeta ? Math.min(this.data, this.dataMeta) : this.data;
    const linear = this.packet.memory.bytes().slice(begin, this.dataEnd);
    if (this.#frags.length === 0) return linear;
    const all = new Uint8Array(linear.length + this.#frags.length);
    all.set(linear);
    all.set(this.#frags, linear.length);
    return all;
  }

  /** Copies bytes of the packet out; undefined where they are not there. */
  load(offset: number, length: number): Uint8Array | undefined {
    if (offset < 0 || offset + length > this.length) return undefined;
    if (offset + length <= this.linearLength) {
      return this.packet.memory.bytes().slice(this.data + offset, this.data + offset + length);
    }
    return this.bytes().slice(offset, offset + length);
  }

  /** Overwrites bytes of the packet. @returns whether they are there */
  store(offset: number, bytes: Uint8Array): boolean {
    if (offset < 0 || offset + bytes.length > this.length) return false;
    const linear = Math.max(0, Math.min(bytes.length, this.linearLength - offset));
    this.packet.memory.bytes().set(bytes.subarray(0, linear), this.data + offset);
    if (linear < bytes.length) this.#frags.set(bytes.subarray(linear), offset + linear - this.linearLength);
    return true;
  }

  /** bpf_xdp_adjust_head: moves the packet's begin by `by` bytes, its metadata with it. */
  adjustHead(by: number): number {
    const { data, dataEnd, dataMeta, metaSize } = this;
    const to = data + by;
    if (to < this.packet.start + XDP_FRAME_SIZE + metaSize || to > dataEnd - ETH_HLEN) return -errno.EINVAL;
    if (metaSize > 0) this.packet.memory.bytes().copyWithin(dataMeta + by, dataMeta, data);
    this.#set('data_meta', dataMeta + by);
    this.#set('data', to);
    this.#show();
    return 0;
  }

  /** bpf_xdp_adjust_tail: moves the packet's end by `by` bytes; what comes in is zero. */
  adjustTail(by: number): number {
    const { data, dataEnd } = this;
    if (this.#frags.length > 0) return this.#adjustFrags(by);
    const to = dataEnd + by;
    if (to > this.packet.start + FRAME_SIZE - this.#tailroom || to < data + ETH_HLEN) return -errno.EINVAL;
    if (by > 0) this.packet.memory.bytes().fill(0, dataEnd, to);
    this.#set('data_end', to);
    this.#show();
    return 0;
  }

  /** bpf_xdp_adjust_meta: moves the begin of the metadata by `by` bytes. */
  adjustMeta(by: number): number {
    const { data, dataMeta } = this;
    if (dataMeta > data) return -errno.ENOTSUPP;
    const to = dataMeta + by;
    if (to < this.packet.start + XDP_FRAME_SIZE || to > data) return -errno.EINVAL;
    if ((data - to) % 4 !== 0 || data - to > 255) return -errno.EACCES;
    this.#set('data_meta', to);
    this.#show();
    return 0;
  }

  /** The packet leaves by a device. */
  setTransmit(device: Device): void {
    const { memory } = this.packet;
    const layout = this.struct.layout;
    const options = { kind: 'object', name: 'xdp_txq_info', writable: false } as const;
    this.#txq ??= memory.alloc(layout.sizeOf('xdp_txq_info') ?? 8, options);
    const txq = new KernelStruct(memory, layout, this.#txq.offset);
    txq.set64('xdp_txq_info.dev', device.struct.address);
    this.struct.set64('xdp_buff.txq', txq.address);
  }

  free(): void {
    if (this.#txq) this.packet.memory.free(this.#txq);
    this.packet.memory.free(this.#region);
    this.packet.free();
  }

  /** The last buffer may grow to the end of its page. */
  #adjustFrags(by: number): number {
    const last = this.#frags.length % FRAME_SIZE || FRAME_SIZE;
    if (by > FRAME_SIZE - last) return -errno.EINVAL;
    if (by >= 0) {
      const grown = new Uint8Array(this.#frags.length + by);
      grown.set(this.#frags);
      this.#frags = grown;
      return 0;
    }
    if (this.length + by < ETH_HLEN) return -errno.EINVAL;
    const fromFrags = Math.min(-by, this.#frags.length);
    this.#frags = this.#frags.subarray(0, this.#frags.length - fromFrags);
    this.#set('data_end', this.dataEnd + by + fromFrags);
    this.#show();
    return 0;
  }

  #get(member: string): number {
    return kernelOffset(this.struct.u64(`xdp_buff.${member}`));
  }

  #set(member: string, offset: number): void {
    this.struct.set64(`xdp_buff.${member}`, kernelAddress(offset));
  }

  #show(): void {
    this.packet.show(Math.min(this.data, this.dataMeta), this.dataEnd);
  }
}
