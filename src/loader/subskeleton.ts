import type { BpfObject } from '../object/index.ts';
import type { LoadedObject } from './loaded.ts';
import { SkeletonParts } from './skeleton-parts.ts';

/** What a subskeleton is part of: a `Skeleton`, or an object that was opened or loaded without one. */
export interface SubskeletonHost {
  readonly object: BpfObject;
  /** The object in the kernel; undefined until it is loaded. */
  readonly ifLoaded: LoadedObject | undefined;
}

/**
 * What generated subskeletons extend: a library's maps, programs and variables within the object that it was linked
 * into. That object's owner opens, loads, attaches and closes it.
 */
export class Subskeleton extends SkeletonParts {
  readonly #host: SubskeletonHost;

  constructor(host: SubskeletonHost) {
    super(host.object);
    this.#host = host;
  }

  get ifLoaded(): LoadedObject | undefined {
    return this.#host.ifLoaded;
  }
}
