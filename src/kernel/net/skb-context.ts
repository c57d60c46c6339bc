import type { ByteReader } from '../../base/index.ts';
import type { Errno } from '../../syscall/index.ts';
import { errno } from '../../uapi/index.ts';
import type { Device, DeviceTable } from './device.ts';
import type { SkBuff } from './sk-buff.ts';

/** Bytes of `struct __sk_buff`. */
export const SKB_CONTEXT_SIZE = 192;
const GSO_MAX_SEGS = 0xffff;
const GSO_LEGACY_MAX_SIZE = 65_536;

/** Where the fields of `struct __sk_buff` are. */
const field = {
  mark: 8,
  priority: 32,
  ingressIfindex: 36,
  ifindex: 40,
  cb: 48,
  cbEnd: 68,
  tstamp: 152,
  wireLen: 160,
  gsoSegs: 164,
  gsoSize: 176,
  hwtstamp: 184,
} as const;

/** Ranges that a caller must leave zero. */
const ZERO_RANGES: readonly (readonly [number, number])[] = [
  [0, field.mark],
  [12, field.priority],
  [44, field.cb],
  [field.cbEnd, field.tstamp],
  [168, field.gsoSize],
  [180, field.hwtstamp],
];

/** A context that a caller gave, checked. */
export interface SkbContext {
  readonly device: Device;
  /** Writes the fields into the packet. */
  apply(skb: SkBuff): void;
}

/** Checks the `struct __sk_buff` that a caller gave for a packet of `length` bytes. */
export function readSkbContext(devices: DeviceTable, md: ByteReader, length: number): SkbContext | Errno {
  const zero = ZERO_RANGES.every(([from, to]) => md.bytes.subarray(from, to).every((byte) => byte === 0));
  if (!zero) return -errno.EINVAL;
  const ifindex = md.u32(field.ifindex);
  const device = ifindex === 0 ? devices.loopback : devices.get(ifindex);
  if (!device) return -errno.ENODEV;
  const wireLen = md.u32(field.wireLen);
  if (wireLen !== 0 && (wireLen < length || wireLen > GSO_LEGACY_MAX_SIZE)) return -errno.EINVAL;
  if (md.u32(field.gsoSegs) > GSO_MAX_SEGS) return -errno.EINVAL;
  return { device, apply: (skb) => applyContext(skb, md) };
}

function applyContext(skb: SkBuff, md: ByteReader): void {
  const { struct } = skb;
  struct.set('sk_buff.mark', md.u32(field.mark));
  struct.set('sk_buff.priority', md.u32(field.priority));
  struct.set('sk_buff.skb_iif', md.u32(field.ingressIfindex));
  struct.set64('sk_buff.tstamp', md.u64(field.tstamp));
  struct.bytes('sk_buff.cb+qdisc_skb_cb.data').set(md.slice(field.cb, 20));
  struct.set('sk_buff.cb+qdisc_skb_cb.pkt_len', md.u32(field.wireLen) || skb.length);
  const info = skb.sharedInfo;
  info.set('skb_shared_info.gso_segs', md.u32(field.gsoSegs));
  info.set('skb_shared_info.gso_size', md.u32(field.gsoSize));
  info.set64('skb_shared_info.hwtstamps', md.u64(field.hwtstamp));
}

/** Writes what programs may have changed back into the caller's `struct __sk_buff`. */
export function writeSkbContext(context: Uint8Array, skb: SkBuff, little: boolean): void {
  const { struct, sharedInfo } = skb;
  const view = new DataView(context.buffer);
  const put = (at: number, value: number) => view.setUint32(at, value, little);
  put(field.mark, struct.u32('sk_buff.mark'));
  put(field.priority, struct.u32('sk_buff.priority'));
  put(field.ingressIfindex, struct.u32('sk_buff.skb_iif'));
  put(field.ifindex, skb.device.ifindex);
  context.set(struct.bytes('sk_buff.cb+qdisc_skb_cb.data'), field.cb);
  view.setBigUint64(field.tstamp, struct.u64('sk_buff.tstamp'), little);
  put(field.wireLen, struct.u32('sk_buff.cb+qdisc_skb_cb.pkt_len'));
  put(field.gsoSegs, sharedInfo.u32('skb_shared_info.gso_segs'));
  view.setBigUint64(field.hwtstamp, sharedInfo.u64('skb_shared_info.hwtstamps'), little);
}
