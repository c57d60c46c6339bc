import { type OpenOptions, openObject } from '../object/index.ts';
import type { System } from '../syscall/index.ts';
import { errAlreadyLoaded, errNotLoaded } from './errors.ts';
import { loadObject } from './load.ts';
import type { Link, LoadedObject } from './loaded.ts';
import type { LoadOptions } from './options.ts';
import { SkeletonParts } from './skeleton-parts.ts';

/**
 * What generated skeletons extend: an object that they embed, with libbpf's life cycle. `open` (the subclass's) →
 * change specs and globals → `load` → `attach` → `close`.
 */
export class Skeleton extends SkeletonParts {
  #loaded: LoadedObject | undefined;
  #links: ReadonlyMap<string, Link> = new Map();

  /** @throws {ElfError}, {ObjectError} as `openObject` */
  constructor(elfBytes: Uint8Array, options: OpenOptions) {
    super(openObject(elfBytes, options));
  }

  get ifLoaded(): LoadedObject | undefined {
    return this.#loaded;
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

  /** The links that `attach` made, by program; undefined where there is none. */
  protected linksOf<N extends string>(...names: readonly N[]): { readonly [name in N]: Link | undefined } {
    const links = {};
    for (const name of names) {
      Object.defineProperty(links, name, { enumerable: true, get: () => this.#links.get(name) });
    }
    return links as { readonly [name in N]: Link | undefined };
  }
}
