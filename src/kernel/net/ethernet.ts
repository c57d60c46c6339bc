import type { SkBuff } from './sk-buff.ts';
import { ETH_HLEN } from './sk-buff.ts';

/** Ethernet types. @see include/uapi/linux/if_ether.h (v6.12) */
export const ETH_P_IP = 0x0800;
export const ETH_P_8021Q = 0x8100;
export const ETH_P_8021AD = 0x88a8;
export const ETH_P_IPV6 = 0x86dd;
const ETH_P_802_3 = 0x0001;
const ETH_P_802_2 = 0x0004;
/** Smaller numbers in the type field are lengths. */
const ETH_P_802_3_MIN = 0x0600;

/** What a packet is to the device that it came in on. @see include/uapi/linux/if_packet.h (v6.12) */
const PACKET_HOST = 0;
const PACKET_BROADCAST = 1;
const PACKET_MULTICAST = 2;
const PACKET_OTHERHOST = 3;

/** Takes the Ethernet header off a packet as a driver does: type, addressee, where the network header begins. */
export function ethTypeTrans(
  skb: SkBuff,
  device: { readonly address: Uint8Array; readonly broadcast: Uint8Array },
): void {
  skb.setHeader('mac', 0);
  const header = skb.bytes().slice(0, ETH_HLEN);
  skb.pull(ETH_HLEN);
  skb.setHeader('network', 0);
  skb.struct.set('sk_buff.pkt_type', addressee(header.subarray(0, 6), device));
  const type = (header[12] << 8) | header[13];
  const first = skb.load(0, 2);
  const novell = first !== undefined && first[0] === 0xff && first[1] === 0xff;
  skb.protocol = type >= ETH_P_802_3_MIN ? type : novell ? ETH_P_802_3 : ETH_P_802_2;
}

function addressee(to: Uint8Array, device: { readonly address: Uint8Array; readonly broadcast: Uint8Array }): number {
  const same = (other: Uint8Array) => other.every((byte, i) => byte === to[i]);
  if (same(device.address)) return PACKET_HOST;
  if (to[0] & 1) return same(device.broadcast) ? PACKET_BROADCAST : PACKET_MULTICAST;
  return PACKET_OTHERHOST;
}
