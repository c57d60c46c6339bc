import type { SkBuff } from './sk-buff.ts';
import type { XdpBuff } from './xdp-buff.ts';

/** The packet that a program runs on. */
export type Packet = XdpBuff | SkBuff;
