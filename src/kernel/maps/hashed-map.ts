import type { Errno } from '../../syscall/index.ts';
import { bpf_flags, errno } from '../../uapi/index.ts';
import type { Region } from '../../vm/index.ts';
import type { ElementPool } from './element-pool.ts';
import { elementsOf, HashTable } from './hash-table.ts';
import { BpfMap, type ElementVisitor, type MapHost, type MapLayout, type MapSpec } from './map.ts';

const BPF_EXIST = BigInt(bpf_flags.BPF_EXIST);
const BPF_NOEXIST = BigInt(bpf_flags.BPF_NOEXIST);

/** What an update says of an element that is there, or is not. */
export function checkExistence(mode: bigint, exists: boolean): Errno | 0 {
  if (exists && mode === BPF_NOEXIST) return -errno.EEXIST;
  return !exists && mode === BPF_EXIST ? -errno.ENOENT : 0;
}

/** What the hash types have in common: keys, deletion, walks. A type says what its values are. */
export abstract class HashedMap extends BpfMap {
  protected readonly table: HashTable;
  protected readonly pool: ElementPool;

  constructor(host: MapHost, spec: MapSpec, region: Region, layout: MapLayout) {
    super(host, spec, region);
    this.table = new HashTable(this, layout);
    this.pool = elementsOf(this, layout);
  }

  override get usedSize(): number {
    return this.pool.end - this.region.offset;
  }

  override deleteElem(key: number): Errno | 0 {
    return this.deleteKey(this.keyAt(key));
  }

  override forEachElem(visit: ElementVisitor, cpu: number): number | Errno {
    return this.table.walk((element) => visit(this.table.keyPlace(element), this.visitedValue(element, cpu)));
  }

  override userReferencesGone(): void {
    if (this.spec.fields.length > 0) this.freeAll();
  }

  protected override deleteBytes(key: Uint8Array): Errno | 0 {
    return this.deleteKey(key);
  }

  protected override lookupBytes(key: Uint8Array): Uint8Array | Errno {
    const element = this.findKey(key);
    return element === 0 ? -errno.ENOENT : this.readElement(element);
  }

  protected override takeBytes(key: Uint8Array): Uint8Array | Errno {
    const element = this.findKey(key);
    if (element === 0) return -errno.ENOENT;
    const value = this.readElement(element);
    this.removeElement(element);
    return value;
  }

  protected override nextKeyBytes(key: Uint8Array | undefined): Uint8Array | Errno {
    const next = this.table.next(key === undefined ? 0 : this.findKey(key));
    return next === 0 ? -errno.ENOENT : this.table.key(next);
  }

  protected override dropContents(): void {
    if (this.spec.fields.length > 0) this.freeAll();
  }

  protected findKey(key: Uint8Array): number {
    return this.table.find(key, this.table.hash(key));
  }

  protected deleteKey(key: Uint8Array): Errno | 0 {
    const element = this.findKey(key);
    if (element === 0) return -errno.ENOENT;
    this.removeElement(element);
    return 0;
  }

  protected removeElement(element: number): void {
    this.table.unlink(element);
    this.freeElement(element);
    this.recycle(element);
  }

  /** An element without a chain goes back to where it came from. */
  protected recycle(element: number): void {
    this.pool.giveBack(element);
  }

  protected freeAll(): void {
    this.table.walk((element) => {
      this.freeElement(element);
      return 0;
    });
  }

  /** The value that a walk by a program shows. */
  protected visitedValue(element: number, _cpu: number): number {
    return this.table.valuePlace(element);
  }

  /** The element's value as bpf(2) gives it. */
  protected abstract readElement(element: number): Uint8Array | Errno;

  /** The value goes: what it holds is given back. */
  protected abstract freeElement(element: number): void;
}
