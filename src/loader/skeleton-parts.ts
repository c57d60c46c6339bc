import type { Endian } from '../base/index.ts';
import type { Btf } from '../btf/index.ts';
import { type BpfObject, type MapOrigin, type MapSpec, type ProgramSpec, sizedShape } from '../object/index.ts';
import type { Fd } from '../syscall/index.ts';
import { type Codec, createCodec } from './codec.ts';
import { errNoElement, errNotLoaded } from './errors.ts';
import { createGlobals } from './globals.ts';
import type { LoadedObject, LoadedProgram } from './loaded.ts';
import type { MapHandle } from './map-handle.ts';
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

/** The parts of an object by their names, as generated skeletons and subskeletons list them. */
export abstract class SkeletonParts implements SkeletonMapHost {
  readonly object: BpfObject;

  constructor(object: BpfObject) {
    this.object = object;
  }

  /** The object in the kernel; undefined until it is loaded. */
  abstract get ifLoaded(): LoadedObject | undefined;

  get endian(): Endian {
    return this.object.endian;
  }

  get btf(): Btf | undefined {
    return this.object.btf;
  }

  handle(spec: MapSpec): MapHandle | undefined {
    return this.ifLoaded?.maps.find((map) => map.spec === spec);
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
    return new SkeletonProgram(spec, () => this.ifLoaded?.programs.find((program) => program.spec === spec));
  }

  /** Variables of a data section such as `.bss`: those of these names, all of them without any. */
  protected globals<T extends object>(section: string, ...names: readonly string[]): T {
    const spec = this.object.maps.find((map) => DATA_ORIGINS.has(map.origin) && dataSection(map) === section);
    if (spec === undefined) throw errNoElement('data section', section);
    return createGlobals<T>(this, spec, names);
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
