import { Btf } from '../btf.ts';
import type { BtfExt } from '../ext.ts';
import { remapBtfExt } from '../ext-encode.ts';
import { remapStrings } from '../references.ts';
import { StringSet, stringBytes } from '../string-set.ts';
import { BtfStrings } from '../strings.ts';

/** What refers to a BTF that is deduplicated. */
export interface DedupOptions {
  /** The `.BTF.ext` of the same object: its strings stay, and it comes back with the new ids and offsets. */
  readonly ext?: BtfExt;
}

/** A deduplicated BTF, and where everything went. */
export interface DedupResult {
  readonly btf: Btf;
  /** New id of each old id, those of a base included. */
  readonly ids: Uint32Array;
  /** New offset of a string that a type or `ext` refers to. */
  readonly stringOffset: (old: number) => number;
  readonly ext: BtfExt | undefined;
}

/**
 * Leaves one of each string. Split BTF is deduplicated against its base, which stays as it is.
 */
export function dedupBtf(btf: Btf, { ext }: DedupOptions = {}): DedupResult {
  const words = btf.words.slice();
  const start = btf.base?.strings.size ?? 0;
  const strings = new StringSet(btf.base === undefined ? new Uint8Array(1) : undefined);
  const known = new Uint32Array(btf.strings.size);
  const stringOffset = (old: number) => {
    if (old === 0 || old < start || old >= btf.strings.size) return old;
    if (known[old] === 0) {
      const text = stringBytes(btf.strings.bytes, old);
      const inBase = btf.base?.strings.find(text) ?? -1;
      known[old] = 1 + (inBase >= 0 ? inBase : start + strings.add(text));
    }
    return known[old] - 1;
  };
  for (let id = btf.firstId; id < btf.typeCount; id++) remapStrings(words, btf.index[id], stringOffset);
  const newExt = ext === undefined ? undefined : remapBtfExt(ext, { type: (id) => id, string: stringOffset });
  const bytes = new Uint8Array(start + strings.size);
  bytes.set(btf.strings.bytes.subarray(0, start));
  bytes.set(strings.bytes, start);
  const ids = Uint32Array.from({ length: btf.typeCount }, (_, id) => id);
  const { endian, form, base, index } = btf;
  const parts = { endian, form, base, index, words, strings: new BtfStrings(bytes), pointerSize: undefined };
  return { btf: new Btf(parts), ids, stringOffset, ext: newExt };
}
