import type { System } from '../../syscall/index.ts';
import { PROBES, type ProbedFeature } from './probes.ts';

const known = new WeakMap<System, KernelFeatures>();

/** What the kernel behind a `System` can do, found out by asking it: each question once, when it first matters. */
export class KernelFeatures {
  readonly #system: System;
  readonly #answers = new Map<ProbedFeature, boolean>();

  /** The one of that kernel. */
  static of(system: System): KernelFeatures {
    let features = known.get(system);
    if (features === undefined) {
      features = new KernelFeatures(system);
      known.set(system, features);
    }
    return features;
  }

  constructor(system: System) {
    this.#system = system;
  }

  has(feature: ProbedFeature): boolean {
    let answer = this.#answers.get(feature);
    if (answer === undefined) {
      answer = PROBES[feature](this.#system);
      this.#answers.set(feature, answer);
    }
    return answer;
  }
}
