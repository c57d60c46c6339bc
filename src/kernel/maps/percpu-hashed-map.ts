import { alignUp } from '../../base/index.ts';
import type { Errno } from '../../syscall/index.ts';
import { bpf_flags, errno } from '../../uapi/index.ts';
import { checkExistence, HashedMap } from './hashed-map.ts';
import { freeFields, readPerCpu, writeAllCpus, writeValue } from './value-fields.ts';

/** Hash types that keep one value a CPU: updates of a key that is there are made in place. */
export abstract class PercpuHashedMap extends HashedMap {
  protected readonly stride = alignUp(this.attr.valueSize, 8);

  override get sysValueSize(): number {
    return this.stride * this.host.cpus;
  }

  override lookupElem(key: number, cpu: number): number {
    const element = this.findKey(this.keyAt(key));
    if (element === 0) return 0;
    this.used(element);
    return this.table.valuePlace(element) + cpu * this.stride;
  }

  override lookupPercpuElem(key: number, cpu: number): number {
    return cpu < this.host.cpus ? this.lookupElem(key, cpu) : 0;
  }

  override updateElem(key: number, value: number, flags: bigint, cpu: number): Errno | 0 {
    const bytes = this.keyAt(key);
    const element = this.elementToWrite(bytes, flags, cpu);
    if (element < 0) return element;
    const place = this.table.valuePlace(element) + cpu * this.stride;
    writeValue(this, place, this.valueAt(value));
    freeFields(this, place);
    return 0;
  }

  protected override updateBytes(key: Uint8Array, value: Uint8Array, flags: bigint): Errno | 0 {
    const element = this.elementToWrite(key, flags, 0);
    if (element < 0) return element;
    writeAllCpus(this, this.table.valuePlace(element), value);
    return 0;
  }

  protected override visitedValue(element: number, cpu: number): number {
    return this.table.valuePlace(element) + cpu * this.stride;
  }

  protected override readElement(element: number): Uint8Array {
    return readPerCpu(this, this.table.valuePlace(element));
  }

  protected override freeElement(element: number): void {
    for (let cpu = 0; cpu < this.host.cpus; cpu++) freeFields(this, this.visitedValue(element, cpu));
  }

  /** A new element for a CPU, or -E2BIG. */
  protected abstract takeElement(cpu: number): number | Errno;

  /** An LRU remembers that an element was used. */
  protected used(_element: number): void {}

  /** An element taken before the key is looked for; 0: none. */
  protected beforeFind(_flags: bigint, _cpu: number): number {
    return 0;
  }

  /** The key's element, made anew (values zero) where the flags allow it. */
  private elementToWrite(key: Uint8Array, flags: bigint, cpu: number): number | Errno {
    if (flags > BigInt(bpf_flags.BPF_EXIST)) return -errno.EINVAL;
    const early = this.beforeFind(flags, cpu);
    const hash = this.table.hash(key);
    const old = this.table.find(key, hash);
    const wrong = checkExistence(flags, old !== 0);
    if (early !== 0 && (wrong || old !== 0)) this.recycle(early);
    if (wrong) return wrong;
    if (old !== 0) {
      this.used(old);
      return old;
    }
    const element = early || this.takeElement(cpu);
    if (element < 0) return element;
    const place = this.table.valuePlace(element);
    this.host.memory.bytes().fill(0, place, place + this.sysValueSize);
    this.table.insert(element, key, hash);
    return element;
  }
}
