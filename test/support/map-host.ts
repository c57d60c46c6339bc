import type { Endian } from '../../src/base/index.ts';
import type {
  BpfMap,
  FdResolver,
  HeldKind,
  MapBtf,
  MapHost,
  ProgOwner,
  SpecialField,
} from '../../src/kernel/maps/map.ts';
import type { CreateMapOptions } from '../../src/kernel/maps/registry.ts';
import { createMap } from '../../src/kernel/maps/registry.ts';
import type { Errno, MapCreateAttr } from '../../src/syscall/index.ts';
import { isErrno } from '../../src/syscall/index.ts';
import { errno } from '../../src/uapi/index.ts';
import { Memory } from '../../src/vm/index.ts';

/** A kernel that has nothing but maps, and remembers what they asked of it. */
export class TestMapHost implements MapHost, FdResolver {
  memory = new Memory();
  cpus = 2;
  pageSize = 4096;
  endian: Endian = 'little';
  readonly maps = new Map<number, BpfMap>();
  /** `prog 7` → how many references maps hold. */
  readonly held = new Map<string, number>();
  readonly owners = new Map<number, ProgOwner>();
  readonly freed: string[] = [];
  readonly woken: BpfMap[] = [];
  #seed = 1;
  #nextId = 1;

  now(): bigint {
    return 0n;
  }

  random32(): number {
    this.#seed = (Math.imul(this.#seed, 1664525) + 1013904223) >>> 0;
    return this.#seed;
  }

  hold(kind: HeldKind, id: number): void {
    this.held.set(`${kind} ${id}`, (this.held.get(`${kind} ${id}`) ?? 0) + 1);
  }

  drop(kind: HeldKind, id: number): void {
    this.held.set(`${kind} ${id}`, (this.held.get(`${kind} ${id}`) ?? 0) - 1);
  }

  mapById(id: number): BpfMap | undefined {
    return this.maps.get(id);
  }

  progOwner(id: number): ProgOwner | undefined {
    return this.owners.get(id);
  }

  hasNetDevice(ifindex: number): boolean {
    return ifindex === 1;
  }

  freeField(_map: BpfMap, field: SpecialField, offset: number): void {
    this.freed.push(`${field.kind} ${offset}`);
  }

  wake(map: BpfMap): void {
    this.woken.push(map);
  }

  /** Fds are ids; below 0, and above 1000, is none; ids of progs are 500 and more. */
  idOfFd(kind: HeldKind, fd: number): number | Errno {
    if (fd < 0 || fd > 1000) return -errno.EBADF;
    if (kind === 'map') return this.maps.has(fd) ? fd : -errno.EINVAL;
    if (kind === 'prog') return this.owners.has(fd) ? fd : -errno.EINVAL;
    return fd;
  }

  tryCreate(attr: MapCreateAttr, options: Partial<CreateMapOptions> = {}): BpfMap | Errno {
    const map = createMap(this, { id: this.#nextId, attr, ...options });
    if (!isErrno(map)) this.maps.set(this.#nextId++, map);
    return map;
  }

  create(attr: MapCreateAttr, options: Partial<CreateMapOptions> = {}): BpfMap {
    const map = this.tryCreate(attr, options);
    if (isErrno(map)) throw new Error(`map not created: ${map}`);
    return map;
  }
}

const noFields: readonly SpecialField[] = [];
const plain = { valueIsDatasec: false, fields: noFields };

/** The types of the BTF that the recorded facts were taken with. */
const recordedTypes: Record<number, Pick<MapBtf, 'valueSize' | 'keyKind' | 'fields'>> = {
  0: { valueSize: 0, keyKind: 'void', fields: noFields },
  1: { valueSize: 4, keyKind: 'int32', fields: noFields },
  2: { valueSize: 8, keyKind: 'other', fields: noFields },
  4: { valueSize: 8, keyKind: 'struct', fields: [{ kind: 'spin_lock', offset: 0, size: 4 }] },
  6: { valueSize: 24, keyKind: 'struct', fields: [{ kind: 'timer', offset: 0, size: 16 }] },
};

/** What the recorded BTF says for `key/value` type ids. */
export function recordedBtf(key: number, value: number): MapBtf {
  const { keyKind, valueSize: keySize } = recordedTypes[key];
  const { valueSize, fields } = recordedTypes[value];
  return { ...plain, id: 1, keySize, keyKind, valueSize, fields };
}
