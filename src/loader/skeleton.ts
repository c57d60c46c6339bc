import type { Endian } from '../base/index.ts';
import type { Btf } from '../btf/index.ts';
import {
  type BpfObject,
  type MapOrigin,
  type MapSpec,
  type OpenOptions,
  openObject,
  type ProgramSpec,
  sizedShape,
} from '../object/index.ts';
import type { Fd, System } from '../syscall/index.ts';
import { type Codec, createCodec } from './codec.ts';
import { errAlreadyLoaded, errNoElement, errNotLoaded } from './errors.ts';
import { createGlobals } from './globals.ts';
import { loadObject } from './load.ts';
import type { Link, LoadedObject, LoadedProgram } from './loaded.ts';
import type { MapHandle } from './map-handle.ts';
import type { LoadOptions } from './options.ts';
import {
  PercpuMap,
  PerfMap,
  QueueMap,
  ReferenceMap,
  RingMap,
  SkeletonMap,
  type SkeletonMapHost,
  TypedMap,
} from './typed-map.ts';

const DATA_ORIGINS: ReadonlySet<MapOrigin> = new Set(['data', 'rodata', 'bss', 'kconfig']);

/** `.kconfig` is a section that no file has. */
const dataSection = (map: MapSpec): string => (map.origin === 'kconfig' ? '.kconfig' : map.section);

/** A program of a skeleton: before loading its `spec` can be changed, after it there is a program behind it. */
export class SkeletonProgram {
  readonly spec: ProgramSpec;
  readonly #loaded: () => LoadedProgram | undefined;

  constructor(spec: ProgramSpec, loaded: () => LoadedProgram | undefined) {
    this.spec = spec;
    this.#loaded = loaded;
  }

  /** The program in the kernel: test-run it, attach it, pin it. @throws {LoaderError} `LOADER_NOT_LOADED` */
  get loaded(): LoadedProgram {
    const loaded = this.#loaded();
    if (loaded === undefined) throw errNotLoaded(this.spec.name);
    return loaded;
  }

  get fd(): Fd {
    return this.loaded.fd;
  }
}

/**
 * What generated skeletons extend: an object that they embed, with libbpf's life cycle. `open` (the subclass's) →
 * change specs and globals → `load` → `attach` → `close`.
 */
export class Skeleton implements SkeletonMapHost {
  readonly object: BpfObject;
  #loaded: LoadedObject | undefined;
  #links: ReadonlyMap<string, Link> = new Map();

  /** @throws {ElfError}, {ObjectError} as `openObject` */
  constructor(elfBytes: Uint8Array, options: OpenOptions) {
    this.object = openObject(elfBytes, options);
  }

  get endian(): Endian {
    return this.object.endian;
  }

  get btf(): Btf | undefined {
    return this.object.btf;
  }

  /** The object in the kernel. @throws {LoaderError} `LOADER_NOT_LOADED` */
  get loaded(): LoadedObject {
    if (this.#loaded === undefined) throw errNotLoaded(this.constructor.name);
    return this.#loaded;
  }

  /** Relocates, creates maps and loads programs. All or nothing. @throws as `loadObject` */
  load(system: System, options: LoadOptions = {}): this {
    if (this.#loaded !== undefined) throw errAlreadyLoaded(this.constructor.name);
    this.#loaded = loadObject(system, this.object, options);
    return this;
  }

  /** Attaches every program whose section names a place; all or none. */
  attach(): this {
    this.#links = new Map(this.loaded.attach().map((link) => [link.name, link]));
    return this;
  }

  /** Gives up the links that `attach` made. */
  detach(): void {
    this.#loaded?.detach();
    this.#links = new Map();
  }

  /** Gives up everything; what is pinned lives on. */
  close(): void {
    this.#links = new Map();
    this.#loaded?.close();
    this.#loaded = undefined;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  handle(spec: MapSpec): MapHandle | undefined {
    return this.#loaded?.maps.find((map) => map.spec === spec);
  }

  protected map<K, V>(name: string): TypedMap<K, V> {
    return new TypedMap(this, this.#mapSpec(name));
  }

  protected percpuMap<K, V>(name: string): PercpuMap<K, V> {
    return new PercpuMap(this, this.#mapSpec(name));
  }

  protected referenceMap<K>(name: string): ReferenceMap<K> {
    return new ReferenceMap(this, this.#mapSpec(name));
  }

  protected queue<V>(name: string): QueueMap<V> {
    return new QueueMap(this, this.#mapSpec(name));
  }

  /** @param record name of the records' type in the object's BTF; without one they are bytes */
  protected ringBuffer<T = Uint8Array>(name: string, record?: string): RingMap<T> {
    return new RingMap(this, this.#mapSpec(name), record === undefined ? undefined : this.type<T>(record));
  }

  /** @param record name of the records' type in the object's BTF; without one they are bytes */
  protected perfBuffer<T = Uint8Array>(name: string, record?: string): PerfMap<T> {
    return new PerfMap(this, this.#mapSpec(name), { record: record === undefined ? undefined : this.type<T>(record) });
  }

  /** A map that user space does not read or write element by element. */
  protected opaqueMap(name: string): SkeletonMap {
    return new SkeletonMap(this, this.#mapSpec(name));
  }

  protected program(name: string): SkeletonProgram {
    const spec = this.object.programs.find((program) => program.name === name);
    if (spec === undefined) throw errNoElement('program', name);
    return new SkeletonProgram(spec, () => this.#loaded?.programs.find((program) => program.spec === spec));
  }

  /** The links that `attach` made, by program; undefined where there is none. */
  protected linksOf<N extends string>(...names: readonly N[]): { readonly [name in N]: Link | undefined } {
    const links = {};
    for (const name of names) {
      Object.defineProperty(links, name, { enumerable: true, get: () => this.#links.get(name) });
    }
    return links as { readonly [name in N]: Link | undefined };
  }

  /** Variables of a data section such as `.bss`. */
  protected globals<T extends object>(section: string): T {
    const spec = this.object.maps.find((map) => DATA_ORIGINS.has(map.origin) && dataSection(map) === section);
    if (spec === undefined) throw errNoElement('data section', section);
    return createGlobals<T>(this, spec);
  }

  /** The codec of a struct or union of the object's BTF. */
  protected type<T>(name: string): Codec<T> {
    const type = this.btf?.findByName(name, 'STRUCT') ?? this.btf?.findByName(name, 'UNION');
    if (type === undefined) throw errNoElement('type', name);
    return createCodec(sizedShape(this.btf, type.id, type.size), this.endian);
  }

  #mapSpec(name: string): MapSpec {
    const spec = this.object.maps.find((map) => map.name === name);
    if (spec === undefined) throw errNoElement('map', name);
    return spec;
  }
}
