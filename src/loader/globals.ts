import { resolveType } from '../btf/index.ts';
import { type MapSpec, sizedShape } from '../object/index.ts';
import { isErrno, type MappedMemory } from '../syscall/index.ts';
import { type Codec, createCodec } from './codec.ts';
import { errNoElement, errReadOnly } from './errors.ts';
import type { SkeletonMapHost } from './typed-map.ts';

/** The only element of a data section's map. */
const KEY_SIZE = 4;

interface Variable {
  readonly name: string;
  readonly offset: number;
  readonly codec: Codec<unknown>;
}

/**
 * The variables of a data section as an object: reading one decodes it, assigning one writes it. Until the object is
 * loaded they are its initial data, then the kernel's memory. What is read is a copy: assign arrays and structs whole.
 * Static variables are left out, as libbpf's skeletons do.
 * @param names those that are wanted; none means all
 * @throws {LoaderError} `LOADER_NO_SUCH` where one is not there
 */
export function createGlobals<T extends object>(
  host: SkeletonMapHost,
  spec: MapSpec,
  names: readonly string[] = [],
): T {
  const section = new Section(host, spec);
  const globals = {};
  const variables = variablesOf(host, spec);
  const missing = names.find((wanted) => !variables.some(({ name }) => name === wanted));
  if (missing !== undefined) throw errNoElement('variable', missing);
  for (const { name, offset, codec } of variables) {
    if (names.length > 0 && !names.includes(name)) continue;
    Object.defineProperty(globals, name, {
      enumerable: true,
      get: () => section.read((bytes) => codec.decode(bytes, offset)),
      set: (value: never) => section.write(name, offset, codec.encode(value)),
    });
  }
  return globals as T;
}

function variablesOf(host: SkeletonMapHost, spec: MapSpec): Variable[] {
  const { btf } = host;
  const datasec = btf && spec.valueTypeId !== 0 ? resolveType(btf, spec.valueTypeId) : undefined;
  if (datasec?.kind !== 'DATASEC') return [];
  return datasec.vars.flatMap(({ type, offset, size }) => {
    const variable = host.btf?.typeById(type);
    if (variable?.kind !== 'VAR' || variable.linkage === 'static' || offset + size > spec.valueSize) return [];
    return [
      { name: variable.name, offset, codec: createCodec(sizedShape(host.btf, variable.type, size), host.endian) },
    ];
  });
}

/** The bytes of a data section, wherever they are at the moment. */
class Section {
  readonly #host: SkeletonMapHost;
  readonly #spec: MapSpec;
  readonly #readOnly: boolean;
  #memory: MappedMemory | undefined;

  constructor(host: SkeletonMapHost, spec: MapSpec) {
    this.#host = host;
    this.#spec = spec;
    this.#readOnly = spec.origin === 'rodata' || spec.origin === 'kconfig';
  }

  read<T>(decode: (bytes: Uint8Array) => T): T {
    return decode(this.#mapped()?.bytes() ?? this.#copy());
  }

  write(name: string, offset: number, bytes: Uint8Array): void {
    const loaded = this.#host.handle(this.#spec);
    if ((loaded !== undefined && this.#readOnly) || this.#spec.origin === 'kconfig') {
      throw errReadOnly(this.#spec.section, name);
    }
    const mapped = this.#mapped();
    if (mapped !== undefined) {
      mapped.bytes().set(bytes, offset);
      return;
    }
    const all = this.#copy();
    all.set(bytes, offset);
    loaded?.update(new Uint8Array(KEY_SIZE), all);
  }

  /** The kernel's memory of the map; undefined until it is loaded, and where it cannot be mapped. */
  #mapped(): MappedMemory | undefined {
    const handle = this.#host.handle(this.#spec);
    if (handle === undefined || this.#memory !== undefined) return this.#memory;
    const { system, fd } = handle;
    const { pageSize } = system.machineFacts();
    const length = Math.ceil(this.#spec.valueSize / pageSize) * pageSize;
    const memory = system.mmap(fd, 0, length, { write: !this.#readOnly });
    if (!isErrno(memory)) this.#memory = memory as MappedMemory;
    return this.#memory;
  }

  /** The element's bytes by a system call; before loading the initial data itself. */
  #copy(): Uint8Array {
    const handle = this.#host.handle(this.#spec);
    if (handle !== undefined) return handle.lookup(new Uint8Array(KEY_SIZE)) ?? new Uint8Array(this.#spec.valueSize);
    // Values of the kernel's configuration are known only then.
    return this.#spec.initialData ?? new Uint8Array(this.#spec.valueSize);
  }
}
