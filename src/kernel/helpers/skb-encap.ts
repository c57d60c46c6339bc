import { errno } from '../../uapi/index.ts';
import { scopeOf } from '../hooks/scope.ts';
import { ETH_P_8021AD, ETH_P_8021Q, ETH_P_IP, ETH_P_IPV6 } from '../net/ethernet.ts';
import type { SkBuff } from '../net/sk-buff.ts';
import { ETH_HLEN } from '../net/sk-buff.ts';
import { int, result, u32 } from './access.ts';
import type { HelperFamily } from './family.ts';
import { linkLength, skbOf } from './skb.ts';

const VLAN_HLEN = 4;
const IPV4_SIZE = 20;
const IPV6_SIZE = 40;
/** Most bytes that room may change by. */
const MAX_ROOM = 0xfff;
const BPF_ADJ_ROOM_NET = 0n;
const BPF_ADJ_ROOM_MAC = 1n;
const ADJ_ROOM_FLAGS = 0x1ffn | (0xffn << 56n);

/** A 16-bit number that the program holds in network order. */
function fromNetwork(value: bigint, little: boolean): number {
  const number = Number(value & 0xffffn);
  return little ? ((number & 0xff) << 8) | (number >> 8) : number;
}

function toNetwork(value: number, little: boolean): number {
  return little ? ((value & 0xff) << 8) | (value >> 8) : value;
}

/** Changes the type field of the link header. */
function setLinkType(skb: SkBuff, type: number): void {
  if (!skb.hasMacHeader()) return;
  const at = skb.data + skb.headerOffset('mac') + ETH_HLEN - 2;
  skb.memory.bytes().set([type >> 8, type & 0xff], at);
}

/** Puts room in, or takes it out, behind the link header (and `extra` bytes of the network header). */
function changeRoom(skb: SkBuff, by: number, extra = 0): number {
  const at = linkLength(skb) + extra;
  const network = skb.headerOffset('network');
  const failed = by > 0 ? skb.insert(at, by) : skb.remove(at, -by);
  if (failed) return failed;
  skb.setHeader('mac', 0);
  skb.setHeader('network', network);
  skb.computeDataPointers();
  return 0;
}

/** Whether a tag stands beside the packet: until Linux 6.1 a bit says so, then it is what is not 0. */
function hasTag({ struct }: SkBuff): boolean {
  const bit = struct.layout.find('sk_buff.vlan_present');
  return (bit ? struct.readPlace(bit) : struct.u32('sk_buff.vlan_all')) !== 0;
}

/** @param protocol in network order */
function setTag({ struct }: SkBuff, protocol: number, tci: number): void {
  struct.set('sk_buff.vlan_proto', protocol);
  struct.set('sk_buff.vlan_tci', tci);
  struct.setIfThere('sk_buff.vlan_present', 1);
}

function removeTag({ struct }: SkBuff): void {
  for (const member of ['vlan_proto', 'vlan_tci']) struct.set(`sk_buff.${member}`, 0);
  struct.setIfThere('sk_buff.vlan_present', 0);
}

/** Headers that are put in and taken out. */
export const skbEncapHelpers: HelperFamily = {
  BPF_FUNC_skb_vlan_push(exec, _skb, protocol, tci) {
    const skb = skbOf(exec);
    if (!skb) return result(-errno.EINVAL);
    const little = scopeOf(exec).runtime.state.endian === 'little';
    const type = fromNetwork(protocol, little);
    const tag = type === ETH_P_8021AD ? ETH_P_8021AD : ETH_P_8021Q;
    if (hasTag(skb)) {
      const failed = pushTagIntoPacket(skb, little);
      if (failed) return result(failed);
    }
    setTag(skb, toNetwork(tag, little), Number(tci & 0xffffn));
    skb.computeDataPointers();
    return 0n;
  },
  BPF_FUNC_skb_vlan_pop(exec) {
    const skb = skbOf(exec);
    if (!skb) return result(-errno.EINVAL);
    const little = scopeOf(exec).runtime.state.endian === 'little';
    if (hasTag(skb)) removeTag(skb);
    else if (isTag(skb.protocol)) popTagFromPacket(skb);
    if (isTag(skb.protocol)) {
      const tci = popTagFromPacket(skb);
      setTag(skb, toNetwork(ETH_P_8021Q, little), tci);
    }
    skb.computeDataPointers();
    return 0n;
  },
  BPF_FUNC_skb_change_proto(exec, _skb, protocol, flags) {
    const skb = skbOf(exec);
    if (!skb || flags !== 0n) return result(-errno.EINVAL);
    const to = fromNetwork(protocol, scopeOf(exec).runtime.state.endian === 'little');
    const from = skb.protocol;
    let by: number;
    if (from === ETH_P_IP && to === ETH_P_IPV6) by = IPV6_SIZE - IPV4_SIZE;
    else if (from === ETH_P_IPV6 && to === ETH_P_IP) by = IPV4_SIZE - IPV6_SIZE;
    else return result(-errno.ENOTSUPP);
    const failed = changeRoom(skb, by);
    if (failed) return result(failed);
    skb.protocol = to;
    skb.struct.set('sk_buff.hash', 0);
    return 0n;
  },
  BPF_FUNC_skb_adjust_room(exec, _skb, length, mode, flags) {
    const skb = skbOf(exec);
    const by = int(length);
    if (!skb || flags & ~ADJ_ROOM_FLAGS) return result(-errno.EINVAL);
    if (Math.abs(by) > MAX_ROOM) return result(-errno.EFAULT);
    if (skb.protocol !== ETH_P_IP && skb.protocol !== ETH_P_IPV6) return result(-errno.ENOTSUPP);
    const header = skb.protocol === ETH_P_IP ? IPV4_SIZE : IPV6_SIZE;
    if (mode !== BPF_ADJ_ROOM_NET && mode !== BPF_ADJ_ROOM_MAC) return result(-errno.ENOTSUPP);
    const network = linkLength(skb);
    const shrinksTooFar = by < 0 && network + header - by > skb.length;
    if (shrinksTooFar || network + header > skb.length) return result(-errno.ENOTSUPP);
    return result(changeRoom(skb, by, mode === BPF_ADJ_ROOM_NET ? header : 0));
  },
  BPF_FUNC_skb_ecn_set_ce(exec) {
    const skb = skbOf(exec);
    if (!skb) return 0n;
    const at = Math.max(skb.headerOffset('network'), 0);
    let type = skb.protocol;
    // Linux looks behind tags for the protocol, and yet marks at the network header, where the tag is.
    for (let next = at; isTag(type); next += VLAN_HLEN) {
      const tag = skb.load(next, VLAN_HLEN);
      if (!tag) break;
      type = (tag[2] << 8) | tag[3];
    }
    if (type === ETH_P_IP) return BigInt(setCe4(skb, at));
    return type === ETH_P_IPV6 ? BigInt(setCe6(skb, at)) : 0n;
  },
  BPF_FUNC_skb_set_tstamp(exec, _skb, stamp, type) {
    const skb = skbOf(exec);
    if (!skb || (skb.protocol !== ETH_P_IP && skb.protocol !== ETH_P_IPV6)) return result(-errno.ENOTSUP);
    const kind = u32(type);
    // The clock of real time may be unset; the others may not.
    if (kind > 2 || (kind !== 0 && stamp === 0n)) return result(-errno.EINVAL);
    skb.struct.set64('sk_buff.tstamp', stamp);
    skb.struct.setIfThere('sk_buff.tstamp_type', kind);
    return 0n;
  },
};

function isTag(protocol: number): boolean {
  return protocol === ETH_P_8021Q || protocol === ETH_P_8021AD;
}

/** Writes the tag that the packet carries beside its data into them. */
function pushTagIntoPacket(skb: SkBuff, little: boolean): number {
  const tci = skb.struct.u32('sk_buff.vlan_tci');
  const failed = skb.insert(ETH_HLEN - 2, VLAN_HLEN);
  if (failed) return failed;
  const outer = toNetwork(skb.struct.u32('sk_buff.vlan_proto'), little);
  skb.store(ETH_HLEN - 2, Uint8Array.of(outer >> 8, outer & 0xff, tci >> 8, tci & 0xff));
  skb.setHeader('mac', 0);
  skb.setHeader('network', ETH_HLEN + VLAN_HLEN);
  skb.protocol = outer;
  return 0;
}

/** Takes the tag behind the link addresses out. @returns its control information */
function popTagFromPacket(skb: SkBuff): number {
  const tag = skb.load(ETH_HLEN, VLAN_HLEN);
  if (!tag) return 0;
  skb.remove(ETH_HLEN - 2, VLAN_HLEN);
  skb.setHeader('mac', 0);
  skb.setHeader('network', ETH_HLEN);
  skb.protocol = (tag[2] << 8) | tag[3];
  setLinkType(skb, skb.protocol);
  return (tag[0] << 8) | tag[1];
}

/** Marks congestion on an IPv4 packet that may be marked. */
function setCe4(skb: SkBuff, at: number): 0 | 1 {
  const header = skb.load(at, IPV4_SIZE);
  if (!header) return 0;
  const ecn = header[1] & 3;
  if (ecn === 0) return 0;
  if (ecn === 3) return 1;
  // The sum of the words grows by 3 - ecn, so the checksum shrinks by it.
  let check = ((header[10] << 8) | header[11]) + 0xffff - (3 - ecn);
  check = (check & 0xffff) + (check >> 16);
  header[1] |= 3;
  header[10] = check >> 8;
  header[11] = check & 0xff;
  skb.store(at, header);
  return 1;
}

function setCe6(skb: SkBuff, at: number): 0 | 1 {
  const header = skb.load(at, IPV6_SIZE);
  if (!header) return 0;
  if ((header[1] & 0x30) === 0) return 0;
  header[1] |= 0x30;
  skb.store(at, header);
  return 1;
}
