import { MASK, OFF, TYPE, VALUE } from '../domain/row.ts';
import { bitsText } from '../domain/text.ts';
import type { Refusal } from '../refusal.ts';
import {
  PTR_TO_ARENA,
  PTR_TO_CTX,
  PTR_TO_FLOW_KEYS,
  PTR_TO_MAP_KEY,
  PTR_TO_MAP_VALUE,
  PTR_TO_PACKET,
  PTR_TO_PACKET_META,
  PTR_TO_SOCK_COMMON,
  PTR_TO_SOCKET,
  PTR_TO_STACK,
  PTR_TO_TCP_SOCK,
  PTR_TO_XDP_SOCK,
} from '../state/reg-type.ts';
import type { Walk } from '../walk/walk.ts';
import type { Access } from './access-kind.ts';

/** Packets begin this many bytes after a multiple of four, so that what follows the Ethernet header is aligned. */
const NET_IP_ALIGN = 2;

/** How messages call what a pointer leads to; one that may be null, or is not trusted, leads to nothing with a name. */
const PLACES: Readonly<Record<number, string>> = {
  [PTR_TO_FLOW_KEYS]: 'flow keys ',
  [PTR_TO_MAP_KEY]: 'key ',
  [PTR_TO_MAP_VALUE]: 'value ',
  [PTR_TO_CTX]: 'context ',
  [PTR_TO_STACK]: 'stack ',
  [PTR_TO_SOCKET]: 'sock ',
  [PTR_TO_SOCK_COMMON]: 'sock_common ',
  [PTR_TO_TCP_SOCK]: 'tcp_sock ',
  [PTR_TO_XDP_SOCK]: 'xdp_sock ',
};

/** Accesses of the stack and atomic ones have to be aligned, all others where the program asks for it. */
export function checkAlignment(walk: Walk, { register, off, size, atomic }: Access): Refusal | undefined {
  if (size === 1) return undefined;
  const { w } = walk;
  const row = walk.reg(register);
  const type = w[row + TYPE];
  const strict = atomic || walk.program.strictAlignment || type === PTR_TO_STACK;
  if (!strict || type === PTR_TO_ARENA) return undefined;
  const packet = type === PTR_TO_PACKET || type === PTR_TO_PACKET_META;
  const extra = packet ? NET_IP_ALIGN : 0;
  const low = (w[row + VALUE] + w[row + OFF] + off + extra) | w[row + MASK];
  if ((low & (size - 1)) === 0) return undefined;
  const where = `${bitsText(w, row)}+${w[row + OFF]}+${off} size ${size}`;
  if (packet) return walk.denied(`misaligned packet access off ${NET_IP_ALIGN}+${where}`);
  return walk.denied(`misaligned ${PLACES[type] ?? ''}access off ${where}`);
}
