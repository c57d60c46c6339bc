import type { Errno } from '../../syscall/index.ts';
import { bpf_attach_type, bpf_flags, errno } from '../../uapi/index.ts';
import type { Region } from '../../vm/index.ts';
import { readOnlyForPrograms } from './devmap.ts';
import type { ElementPool } from './element-pool.ts';
import { bucketsFor, elementsOf, HashTable, hashLayout } from './hash-table.ts';
import { checkExistence } from './hashed-map.ts';
import type { FdResolver, MapHost, MapLayout, MapSpec, MapType } from './map.ts';
import { structSize } from './memlock.ts';
import { checkRedirect } from './redirect-array.ts';
import { EMPTY, type RedirectEntry, RedirectMap } from './redirect-value.ts';

const MAX_BUCKETS = 0x8000_0000;

/*
 * BPF_MAP_TYPE_DEVMAP_HASH: the table of hash-table.ts, but the hash of a key is the key itself; values are those of
 * redirect-value.ts.
 */
export class DevMapHash extends RedirectMap {
  protected override readonly attachType = bpf_attach_type.BPF_XDP_DEVMAP;
  protected override readonly badProgram = -errno.EINVAL;
  readonly #table: HashTable;
  readonly #pool: ElementPool;

  constructor(host: MapHost, spec: MapSpec, region: Region, layout: MapLayout) {
    super(host, spec, region);
    this.#table = new HashTable(this, layout);
    this.#pool = elementsOf(this, layout);
  }

  override get usedSize(): number {
    return this.#pool.end - this.region.offset;
  }

  override memlock(): number {
    const { bpf_dtab, pointer, bpf_dtab_netdev } = structSize;
    return bpf_dtab + pointer * bucketsFor(this.attr.maxEntries) + bpf_dtab_netdev * this.#table.count;
  }

  override lookupElem(key: number): number {
    const element = this.#find(this.keyAt(key));
    return element === 0 ? 0 : this.#table.valuePlace(element);
  }

  override deleteElem(key: number): Errno | 0 {
    return this.deleteBytes(this.keyAt(key));
  }

  /** The entry of a key, target 0 where there is none. */
  redirectEntry(key: number): RedirectEntry {
    const element = this.#find(this.u32Bytes(key));
    return element === 0 ? EMPTY : this.entryAt(this.#table.valuePlace(element));
  }

  protected override lookupBytes(key: Uint8Array): Uint8Array | Errno {
    const element = this.#find(key);
    return element === 0 ? -errno.ENOENT : this.readEntry(this.#table.valuePlace(element));
  }

  protected override updateBytes(key: Uint8Array, value: Uint8Array, flags: bigint, fds: FdResolver): Errno | 0 {
    if (flags > BigInt(bpf_flags.BPF_EXIST) || this.u32Of(value) === 0) return -errno.EINVAL;
    const old = this.#find(key);
    if (old !== 0 && flags === BigInt(bpf_flags.BPF_NOEXIST)) return checkExistence(flags, true);
    const entry = this.parseEntry(value, fds);
    if (typeof entry === 'number') return entry;
    if (!this.host.hasNetDevice(entry.target)) return -errno.EINVAL;
    if (old === 0 && this.#table.count >= this.attr.maxEntries) return -errno.E2BIG;
    if (old !== 0) this.#table.unlink(old);
    const element = old || this.#pool.take();
    this.#table.insert(element, key, this.u32Of(key));
    this.putEntry(this.#table.valuePlace(element), entry);
    return 0;
  }

  protected override deleteBytes(key: Uint8Array): Errno | 0 {
    const element = this.#find(key);
    if (element === 0) return -errno.ENOENT;
    this.putEntry(this.#table.valuePlace(element), EMPTY);
    this.#table.unlink(element);
    this.#pool.giveBack(element);
    return 0;
  }

  protected override nextKeyBytes(key: Uint8Array | undefined): Uint8Array | Errno {
    const next = this.#table.next(key === undefined ? 0 : this.#find(key));
    return next === 0 ? -errno.ENOENT : this.#table.key(next);
  }

  protected override dropContents(): void {
    this.#table.walk((element) => {
      this.putEntry(this.#table.valuePlace(element), EMPTY);
      return 0;
    });
  }

  #find(key: Uint8Array): number {
    return this.#table.find(key, this.u32Of(key));
  }
}

function layoutOf(spec: MapSpec, host: MapHost) {
  return hashLayout(spec, host, { elementHeader: 8, valueBytes: 8, valueStride: 8, capacity: spec.attr.maxEntries });
}

export const devmapHash: MapType = {
  check: (attr) => checkRedirect(attr) || (bucketsFor(attr.maxEntries) > MAX_BUCKETS ? -errno.EINVAL : 0),
  btf: 'unsupported',
  adjust: readOnlyForPrograms,
  layout: layoutOf,
  open: (host, spec, region) => new DevMapHash(host, spec, region, layoutOf(spec, host)),
};
