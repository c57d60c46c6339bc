import type { Errno, MapCreateAttr } from '../../syscall/index.ts';
import { bpf_flags, errno } from '../../uapi/index.ts';
import { ACCESS_FLAGS, checkShape, checkValueLimit, KMALLOC_MAX, NO_KEY, U32_MAX } from './create-rules.ts';
import { plantSeed } from './hash-table.ts';
import { field, headerSize } from './header.ts';
import { jhash } from './jhash.ts';
import { BpfMap, type LookupCall, type MapType } from './map.ts';
import { structSize } from './memlock.ts';

/** Bits of `map_extra` that say how many hashes; 0 is 5. */
const HASHES = 0xfn;
const DEFAULT_HASHES = 5;

/*
 * BPF_MAP_TYPE_BLOOM_FILTER. After the header a bit set, a power of two of bits, bit `n` in byte `n >> 3`. A value sets, or
 * asks for, bit `jhash(value, seed + i) & (bits - 1)` for each hash `i`.
 */
class BloomFilterMap extends BpfMap {
  readonly #bits = bitCount(this.attr);
  readonly #hashes = hashCount(this.attr);
  readonly #set = this.region.offset + headerSize(this.host.pageSize);

  override memlock(): number {
    return structSize.bpf_array + this.#bits / 8;
  }

  override pushElem(value: number, flags: bigint): Errno | 0 {
    return this.#push(this.valueAt(value), flags);
  }

  override peekElem(value: number): Errno | 0 {
    return this.#has(this.valueAt(value)) ? 0 : -errno.ENOENT;
  }

  protected override lookupBytes(_key: Uint8Array, { value }: LookupCall): Uint8Array | Errno {
    if (value === undefined || value.length !== this.attr.valueSize) return -errno.EINVAL;
    return this.#has(value) ? value.slice() : -errno.ENOENT;
  }

  protected override updateBytes(_key: Uint8Array, value: Uint8Array, flags: bigint): Errno | 0 {
    return this.#push(value, flags);
  }

  protected override deleteBytes(): Errno {
    return -errno.ENOTSUP;
  }

  protected override nextKeyBytes(): Errno {
    return -errno.ENOTSUP;
  }

  #push(value: Uint8Array, flags: bigint): Errno | 0 {
    if (flags !== 0n) return -errno.EINVAL;
    for (const bit of this.#bitsOf(value)) {
      const [byte] = this.bytesAt(this.#set + Math.floor(bit / 8), 1);
      this.host.memory.bytes()[this.#set + Math.floor(bit / 8)] = byte | (1 << (bit % 8));
    }
    return 0;
  }

  #has(value: Uint8Array): boolean {
    return this.#bitsOf(value).every((bit) => {
      const [byte] = this.bytesAt(this.#set + Math.floor(bit / 8), 1);
      return (byte & (1 << (bit % 8))) !== 0;
    });
  }

  #bitsOf(value: Uint8Array): number[] {
    const seed = this.header.get(field.seed);
    const little = this.host.endian === 'little';
    const bits: number[] = [];
    for (let i = 0; i < this.#hashes; i++) bits.push(jhash(value, (seed + i) >>> 0, little) % this.#bits);
    return bits;
  }
}

function hashCount({ mapExtra = 0n }: MapCreateAttr): number {
  return Number(mapExtra & HASHES) || DEFAULT_HASHES;
}

/** For few false positives: 7/5 bits for each entry and hash, rounded up to a power of two; at most 2^32. */
function bitCount(attr: MapCreateAttr): number {
  const product = attr.maxEntries * hashCount(attr);
  const wanted = Math.floor(product / 5) * 7;
  if (product > U32_MAX || wanted > 0x8000_0000) return 0x1_0000_0000;
  return wanted <= 64 ? 64 : 2 ** Math.ceil(Math.log2(wanted));
}

export const bloomFilter: MapType = {
  check: (attr) =>
    (attr.mapExtra ?? 0n) & ~HASHES
      ? -errno.EINVAL
      : checkShape(attr, {
          key: NO_KEY,
          flags: bpf_flags.BPF_F_NUMA_NODE | bpf_flags.BPF_F_ZERO_SEED | ACCESS_FLAGS,
        }) || checkValueLimit(attr.valueSize, KMALLOC_MAX),
  btf: ({ keyKind }) => (keyKind === 'void' ? 0 : -errno.EINVAL),
  layout({ attr }, { pageSize }) {
    const elements = headerSize(pageSize);
    return { size: elements + bitCount(attr) / 8, places: { elements } };
  },
  open: (host, spec, region) => new BloomFilterMap(host, spec, region),
  start: plantSeed,
};
