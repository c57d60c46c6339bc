import { alignUp } from '../../base/index.ts';
import type { Errno, MapCreateAttr } from '../../syscall/index.ts';
import { bpf_flags, errno } from '../../uapi/index.ts';
import { checkShape, FILE_FLAGS, INDEX_KEY } from './create-rules.ts';
import { bucketsFor } from './hash-table.ts';
import { headerSize } from './header.ts';
import { IndexedMap } from './indexed-map.ts';
import { jhash } from './jhash.ts';
import type { MapType } from './map.ts';
import { structSize } from './memlock.ts';

/** Most frames of a trace (kernel.perf_event_max_stack). */
const MAX_FRAMES = 127;
/** Bytes of `struct bpf_stack_build_id`. */
const BUILD_ID_FRAME = 32;
const ADDRESS = 8;

/** Bytes of one frame. */
function frameSize({ mapFlags = 0 }: MapCreateAttr): number {
  return mapFlags & bpf_flags.BPF_F_STACK_BUILD_ID ? BUILD_ID_FRAME : ADDRESS;
}

/*
 * BPF_MAP_TYPE_STACK_TRACE. After the header, one bucket every `elementStride` bytes, a power of two of them: u32 hash of
 * the trace, u32 its length in bytes (0: the bucket is empty), then the trace, at most one value. A bucket's index is the
 * stack id.
 */
export class StackTraceMap extends IndexedMap {
  readonly #buckets = this.region.offset + headerSize(this.host.pageSize);
  readonly #count = bucketsFor(this.attr.maxEntries);
  readonly #stride = 8 + alignUp(this.attr.valueSize, 8);

  override memlock(): number {
    const { maxEntries, valueSize } = this.attr;
    const { bpf_stack_map, pointer, stack_map_bucket } = structSize;
    return bpf_stack_map + pointer * this.#count + maxEntries * (stack_map_bucket + valueSize);
  }

  /**
   * bpf_get_stackid: keeps a trace.
   * @param trace frames, innermost first; what is longer than a value is cut
   * @param flags BPF_F_FAST_STACK_CMP, BPF_F_REUSE_STACKID
   * @returns its id; -EEXIST where its bucket holds another one
   */
  store(trace: Uint8Array, flags: bigint): number | Errno {
    if (trace.length === 0) return -errno.EFAULT;
    const frames = trace.subarray(0, this.attr.valueSize);
    const hash = jhash(frames, 0, this.host.endian === 'little');
    const id = hash & (this.#count - 1);
    const bucket = this.#bucket(id);
    const view = this.host.memory.view();
    const length = view.getUint32(bucket + 4, true);
    if (length !== 0) {
      const sameHash = view.getUint32(bucket, true) === hash;
      if (sameHash && flags & BigInt(bpf_flags.BPF_F_FAST_STACK_CMP)) return id;
      if (sameHash && length === frames.length && this.#holds(bucket, frames)) return id;
      if (!(flags & BigInt(bpf_flags.BPF_F_REUSE_STACKID))) return -errno.EEXIST;
    }
    view.setUint32(bucket, hash, true);
    view.setUint32(bucket + 4, frames.length, true);
    this.host.memory.bytes().set(frames, bucket + 8);
    return id;
  }

  override deleteElem(key: number): Errno | 0 {
    return this.#delete(this.get32(key));
  }

  protected override lookupBytes(key: Uint8Array): Uint8Array | Errno {
    const id = this.u32Of(key);
    const length = this.#lengthAt(id);
    if (length === 0) return -errno.ENOENT;
    const value = new Uint8Array(this.attr.valueSize);
    value.set(this.bytesAt(this.#bucket(id) + 8, length));
    return value;
  }

  protected override updateBytes(): Errno {
    return -errno.EINVAL;
  }

  protected override deleteBytes(key: Uint8Array): Errno | 0 {
    return this.#delete(this.u32Of(key));
  }

  protected override nextKeyBytes(key: Uint8Array | undefined): Uint8Array | Errno {
    const from = key === undefined ? 0 : this.u32Of(key);
    const after = key !== undefined && this.#lengthAt(from) !== 0 ? from + 1 : 0;
    for (let id = after; id < this.#count; id++) if (this.#lengthAt(id) !== 0) return this.u32Bytes(id);
    return -errno.ENOENT;
  }

  #delete(id: number): Errno | 0 {
    if (id >= this.#count) return -errno.E2BIG;
    if (this.#lengthAt(id) === 0) return -errno.ENOENT;
    this.host.memory.view().setUint32(this.#bucket(id) + 4, 0, true);
    return 0;
  }

  #lengthAt(id: number): number {
    return id < this.#count ? this.host.memory.view().getUint32(this.#bucket(id) + 4, true) : 0;
  }

  #bucket(id: number): number {
    const bucket = this.#buckets + id * this.#stride;
    this.host.memory.touch(bucket, this.#stride);
    return bucket;
  }

  #holds(bucket: number, frames: Uint8Array): boolean {
    const bytes = this.host.memory.bytes();
    return frames.every((byte, i) => bytes[bucket + 8 + i] === byte);
  }
}

function checkStackTrace(attr: MapCreateAttr): Errno | 0 {
  const frame = frameSize(attr);
  const wrong = checkShape(attr, { key: INDEX_KEY, flags: FILE_FLAGS | bpf_flags.BPF_F_STACK_BUILD_ID });
  if (wrong) return wrong;
  if (attr.valueSize < ADDRESS || attr.valueSize % ADDRESS !== 0) return -errno.EINVAL;
  if (attr.valueSize % frame !== 0 || attr.valueSize / frame > MAX_FRAMES) return -errno.EINVAL;
  return attr.maxEntries > 0x8000_0000 ? -errno.E2BIG : 0;
}

export const stackTrace: MapType = {
  check: checkStackTrace,
  btf: 'unsupported',
  layout({ attr }, { pageSize }) {
    const elementStride = 8 + alignUp(attr.valueSize, 8);
    const elements = headerSize(pageSize);
    const bucketCount = bucketsFor(attr.maxEntries);
    return {
      size: elements + bucketCount * elementStride,
      header: { elementStride, bucketCount },
      places: { elements },
    };
  },
  open: (host, spec, region) => new StackTraceMap(host, spec, region),
};
