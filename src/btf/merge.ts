import type { Btf } from './btf.ts';
import { dedupBtf } from './dedup/dedup.ts';
import { BtfBuilder } from './encode.ts';

/** What several BTFs are merged onto. */
export interface MergeBtfOptions {
  /** The result is split and goes on from this one; the BTFs are whole ones or split ones of the same base. */
  readonly base?: Btf;
}

/**
 * One BTF of several: the types of all of them in order, then deduplicated. It has the byte order of the base or of the first.
 * @throws {BtfError} BTF_OTHER_BASE
 */
export function mergeBtf(btfs: readonly Btf[], { base }: MergeBtfOptions = {}): Btf {
  const builder = new BtfBuilder({ base, endian: base?.endian ?? btfs[0]?.endian });
  for (const btf of btfs) builder.addBtf(btf);
  return dedupBtf(builder.toBtf(), { keepStrings: true }).btf;
}
