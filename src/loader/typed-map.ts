import type { Endian } from '../base/index.ts';
import type { Btf } from '../btf/index.ts';
import { keyShape, type MapSpec, valueShape } from '../object/index.ts';
import type { Fd } from '../syscall/index.ts';
import { type Codec, createCodec, type Input } from './codec.ts';
import { errNotLoaded, errValue } from './errors.ts';
import type { MapHandle } from './map-handle.ts';
import { PerfBuffer, type PerfBufferOptions, type PerfRecord } from './perf-buffer.ts';
import { RingBuffer } from './ring-buffer.ts';

/** What a skeleton's maps stand on. */
export interface SkeletonMapHost {
  readonly endian: Endian;
  readonly btf: Btf | undefined;
  /** The map in the kernel; undefined until it is loaded. */
  handle(spec: MapSpec): MapHandle | undefined;
}

/** A map of a skeleton: before loading its `spec` can be changed, after it there is a map behind it. */
export class SkeletonMap {
  readonly spec: MapSpec;
  protected readonly host: SkeletonMapHost;

  constructor(host: SkeletonMapHost, spec: MapSpec) {
    this.host = host;
    this.spec = spec;
  }

  /** The map in the kernel, with keys and values as bytes. @throws {LoaderError} `LOADER_NOT_LOADED` */
  get handle(): MapHandle {
    const handle = this.host.handle(this.spec);
    if (handle === undefined) throw errNotLoaded(this.spec.name);
    return handle;
  }

  get fd(): Fd {
    return this.handle.fd;
  }
}

/** A map of keys, whatever its values are. */
abstract class KeyedMap<K, V, Given> extends SkeletonMap {
  readonly key: Codec<K>;

  constructor(host: SkeletonMapHost, spec: MapSpec) {
    super(host, spec);
    this.key = createCodec(keyShape(host.btf, spec), host.endian);
  }

  protected abstract decode(bytes: Uint8Array): V;
  protected abstract encode(value: Given): Uint8Array;

  /** The value of a key, a copy; undefined where there is none. @throws {SyscallError} */
  lookup(key: Input<K>): V | undefined {
    const bytes = this.handle.lookup(this.key.encode(key));
    return bytes && this.decode(bytes);
  }

  /** @param flags BPF_ANY, BPF_NOEXIST, BPF_EXIST, BPF_F_LOCK @throws {SyscallError} */
  update(key: Input<K>, value: Given, flags = 0n): void {
    this.handle.update(this.key.encode(key), this.encode(value), flags);
  }

  /** @returns whether there was such an element */
  delete(key: Input<K>): boolean {
    return this.handle.delete(this.key.encode(key));
  }

  *keys(): Generator<K> {
    for (const key of this.handle.keys()) yield this.key.decode(key);
  }

  /** Elements in the map's order; those that come or go meanwhile may be missed or met twice, as in Linux. */
  *entries(): Generator<[key: K, value: V]> {
    for (const [key, value] of this.handle.entries()) yield [this.key.decode(key), this.decode(value)];
  }

  [Symbol.iterator](): Generator<[key: K, value: V]> {
    return this.entries();
  }
}

/** Keys and values of C types: hash, array, LRU and the like. */
export class TypedMap<K, V> extends KeyedMap<K, V, Input<V>> {
  readonly value: Codec<V>;

  constructor(host: SkeletonMapHost, spec: MapSpec) {
    super(host, spec);
    this.value = createCodec(valueShape(host.btf, spec), host.endian);
  }

  /** The value of a key, taken out. */
  lookupAndDelete(key: Input<K>): V | undefined {
    const bytes = this.handle.lookupAndDelete(this.key.encode(key));
    return bytes && this.decode(bytes);
  }

  protected decode(bytes: Uint8Array): V {
    return this.value.decode(bytes);
  }

  protected encode(value: Input<V>): Uint8Array {
    return this.value.encode(value);
  }
}

/** Each CPU has a value of its own: values are arrays by CPU number. */
export class PercpuMap<K, V> extends KeyedMap<K, V[], readonly Input<V>[]> {
  readonly value: Codec<V>;
  readonly #stride: number;

  constructor(host: SkeletonMapHost, spec: MapSpec) {
    super(host, spec);
    this.value = createCodec(valueShape(host.btf, spec), host.endian);
    this.#stride = Math.ceil(spec.valueSize / 8) * 8;
  }

  protected decode(bytes: Uint8Array): V[] {
    return Array.from({ length: bytes.length / this.#stride }, (_, cpu) =>
      this.value.decode(bytes, cpu * this.#stride),
    );
  }

  protected encode(values: readonly Input<V>[]): Uint8Array {
    const { cpus } = this.handle.system.machineFacts();
    if (values.length !== cpus) throw errValue('value', `an array of ${cpus} values, one for each CPU`, values);
    const bytes = new Uint8Array(cpus * this.#stride);
    values.forEach((value, cpu) => {
      bytes.set(this.value.encode(value), cpu * this.#stride);
    });
    return bytes;
  }
}

/** Something that an fd stands for: a program, a map. */
export type Reference = { readonly fd: Fd } | Fd;

/** A map of programs or maps: elements are set by fd and read as ids. */
export class ReferenceMap<K> extends KeyedMap<K, number, Reference> {
  readonly #word: Codec<number>;

  constructor(host: SkeletonMapHost, spec: MapSpec) {
    super(host, spec);
    this.#word = createCodec({ kind: 'int', size: 4, signed: false }, host.endian);
  }

  protected decode(bytes: Uint8Array): number {
    return this.#word.decode(bytes);
  }

  protected encode(value: Reference): Uint8Array {
    return this.#word.encode(typeof value === 'number' ? value : value.fd);
  }
}

const NO_KEY = new Uint8Array(0);

/** A queue or a stack. */
export class QueueMap<V> extends SkeletonMap {
  readonly value: Codec<V>;

  constructor(host: SkeletonMapHost, spec: MapSpec) {
    super(host, spec);
    this.value = createCodec(valueShape(host.btf, spec), host.endian);
  }

  push(value: Input<V>, flags = 0n): void {
    this.handle.update(NO_KEY, this.value.encode(value), flags);
  }

  pop(): V | undefined {
    const bytes = this.handle.lookupAndDelete(NO_KEY);
    return bytes && this.value.decode(bytes);
  }

  peek(): V | undefined {
    const bytes = this.handle.lookup(NO_KEY);
    return bytes && this.value.decode(bytes);
  }
}

/** A ring buffer of typed records. */
export class RingMap<T> extends SkeletonMap {
  readonly #record: Codec<T> | undefined;
  #ring: RingBuffer | undefined;

  /** @param record undefined: records are their bytes */
  constructor(host: SkeletonMapHost, spec: MapSpec, record?: Codec<T>) {
    super(host, spec);
    this.#record = record;
  }

  /** The same ring with records of another type. */
  as<U>(record: Codec<U>): RingMap<U> {
    return new RingMap(this.host, this.spec, record);
  }

  /** The records that are there now, oldest first. @throws {LoaderError} `LOADER_VALUE` where one is too short */
  *read(): Generator<T> {
    for (const bytes of this.#open().read()) yield decodeRecord(this.#record, bytes);
  }

  /** Records as they come, until `signal` ends it. */
  async *records(signal?: AbortSignal): AsyncGenerator<T> {
    for await (const bytes of this.#open().records(signal)) yield decodeRecord(this.#record, bytes);
  }

  [Symbol.asyncIterator](): AsyncGenerator<T> {
    return this.records();
  }

  #open(): RingBuffer {
    this.#ring ??= new RingBuffer(this.handle);
    return this.#ring;
  }
}

/** A record of a perf buffer, its data decoded. */
export type TypedPerfRecord<T> =
  | (Omit<Extract<PerfRecord, { kind: 'sample' }>, 'data'> & { readonly data: T })
  | Extract<PerfRecord, { kind: 'lost' }>;

/** A perf event array that programs write records to. */
export class PerfMap<T> extends SkeletonMap {
  readonly #record: Codec<T> | undefined;
  readonly #options: PerfBufferOptions;
  #buffer: PerfBuffer | undefined;

  /** @param record undefined: data is its bytes, padded as the kernel pads them */
  constructor(host: SkeletonMapHost, spec: MapSpec, options: { record?: Codec<T> } & PerfBufferOptions = {}) {
    super(host, spec);
    this.#record = options.record;
    this.#options = options;
  }

  /** The same array with records of another type, or other rings. */
  as<U>(record: Codec<U>, options: PerfBufferOptions = {}): PerfMap<U> {
    return new PerfMap(this.host, this.spec, { ...options, record });
  }

  /** Opens the rings, without which the kernel drops what is written. Reading does it too. */
  open(): PerfBuffer {
    this.#buffer ??= new PerfBuffer(this.handle, this.#options);
    return this.#buffer;
  }

  *read(): Generator<TypedPerfRecord<T>> {
    for (const record of this.open().read()) yield this.#decode(record);
  }

  async *records(signal?: AbortSignal): AsyncGenerator<TypedPerfRecord<T>> {
    for await (const record of this.open().records(signal)) yield this.#decode(record);
  }

  [Symbol.asyncIterator](): AsyncGenerator<TypedPerfRecord<T>> {
    return this.records();
  }

  #decode(record: PerfRecord): TypedPerfRecord<T> {
    return record.kind === 'lost' ? record : { ...record, data: decodeRecord(this.#record, record.data) };
  }
}

/** A record may be longer than its type: what follows is the program's own business. */
function decodeRecord<T>(codec: Codec<T> | undefined, bytes: Uint8Array): T {
  if (codec === undefined) return bytes as T;
  if (bytes.length < codec.size) throw errValue('record', `${codec.size} bytes`, bytes);
  return codec.decode(bytes);
}
