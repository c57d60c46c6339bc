import type { Errno } from '../../syscall/index.ts';
import { errno } from '../../uapi/index.ts';
import type { Region } from '../../vm/index.ts';
import { checkValueLimit, FILE_FLAGS } from './create-rules.ts';
import type { ElementPool } from './element-pool.ts';
import { bucketsFor, elementsOf, HashTable, hashLayout, plantSeed } from './hash-table.ts';
import { checkExistence } from './hashed-map.ts';
import type { MapHost, MapLayout, MapSpec, MapType } from './map.ts';
import { structSize } from './memlock.ts';
import { checkSocketMap, SocketMap } from './socket-map.ts';

/** Longest key: what a program's stack holds. */
const MAX_KEY = 512;
const MAX_BUCKETS = 0x8000_0000;

/* BPF_MAP_TYPE_SOCKHASH: the table of hash-table.ts; a value is u32 id of the socket, u32 unused. */
class SockHash extends SocketMap {
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
    return structSize.bpf_shtab + structSize.shtab_bucket * bucketsFor(this.attr.maxEntries);
  }

  override deleteElem(key: number): Errno | 0 {
    return this.deleteBytes(this.keyAt(key));
  }

  protected override lookupBytes(key: Uint8Array): Uint8Array | Errno {
    const element = this.#find(key);
    return this.showSocket(element === 0 ? 0 : this.get32(this.#table.valuePlace(element)));
  }

  protected override put(key: Uint8Array, id: number, flags: bigint): Errno | 0 {
    const old = this.#find(key);
    const wrong = checkExistence(flags, old !== 0);
    if (wrong) return wrong;
    if (old === 0 && this.#table.count >= this.attr.maxEntries) return -errno.E2BIG;
    this.host.hold('sock', id);
    if (old !== 0) this.deleteBytes(key);
    const element = this.#pool.take();
    this.#table.insert(element, key, this.#table.hash(key));
    this.set32(this.#table.valuePlace(element), id);
    return 0;
  }

  protected override deleteBytes(key: Uint8Array): Errno | 0 {
    const element = this.#find(key);
    if (element === 0) return -errno.ENOENT;
    this.host.drop('sock', this.get32(this.#table.valuePlace(element)));
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
      this.host.drop('sock', this.get32(this.#table.valuePlace(element)));
      return 0;
    });
  }

  #find(key: Uint8Array): number {
    return this.#table.find(key, this.#table.hash(key));
  }
}

function layoutOf(spec: MapSpec, host: MapHost) {
  return hashLayout(spec, host, { elementHeader: 8, valueBytes: 8, valueStride: 8, capacity: spec.attr.maxEntries });
}

export const sockhash: MapType = {
  check: (attr) =>
    checkSocketMap(attr, { flags: FILE_FLAGS }) ||
    checkValueLimit(attr.keySize, MAX_KEY) ||
    (bucketsFor(attr.maxEntries) > MAX_BUCKETS ? -errno.EINVAL : 0),
  btf: 'unsupported',
  layout: layoutOf,
  open: (host, spec, region) => new SockHash(host, spec, region, layoutOf(spec, host)),
  start: plantSeed,
};
