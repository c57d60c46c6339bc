import {
  DYNPTR_TYPE_FILE,
  DYNPTR_TYPE_LOCAL,
  DYNPTR_TYPE_RINGBUF,
  DYNPTR_TYPE_SKB,
  DYNPTR_TYPE_SKB_META,
  DYNPTR_TYPE_XDP,
} from '../state/reg-type.ts';

const NAMES: ReadonlyMap<number, string> = new Map([
  [DYNPTR_TYPE_LOCAL, 'local'],
  [DYNPTR_TYPE_RINGBUF, 'ringbuf'],
  [DYNPTR_TYPE_SKB, 'skb'],
  [DYNPTR_TYPE_XDP, 'xdp'],
  [DYNPTR_TYPE_SKB_META, 'skb_meta'],
  [DYNPTR_TYPE_FILE, 'file'],
]);

/** What a dynptr is of, as logs say it. */
export function dynptrName(flag: number): string {
  return NAMES.get(flag) ?? 'invalid';
}
