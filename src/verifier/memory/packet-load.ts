import type { Refusal } from '../refusal.ts';
import type { Walk } from '../walk/walk.ts';

/** BPF_LD_ABS and BPF_LD_IND: a load from the packet that ends the program where there is nothing. */
export function walkPacketLoad(walk: Walk): Refusal | undefined {
  return walk.unsupported('BPF_LD_ABS and BPF_LD_IND');
}
