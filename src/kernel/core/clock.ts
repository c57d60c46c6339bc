/** The time of an emulated kernel, in nanoseconds. */
export interface Clock {
  /** CLOCK_MONOTONIC: since the machine was made. Never goes back. */
  now(): bigint;
  /** CLOCK_REALTIME minus CLOCK_MONOTONIC. */
  readonly bootTimeNs: bigint;
  /** Goes on to `ns` where that is later; a clock that runs by itself may ignore it. */
  advanceTo(ns: bigint): void;
}

/** 2024-01-01T00:00:00Z, the default boot time of a clock that does not know the world. */
const DEFAULT_BOOT_NS = 1_704_067_200_000_000_000n;

/**
 * A clock that stands still until it is told to go on: the library's default, so that a run is repeatable.
 * @param options.start nanoseconds since boot, default one second
 */
export function createManualClock(options: { readonly start?: bigint; readonly bootTimeNs?: bigint } = {}): Clock {
  let time = options.start ?? 1_000_000_000n;
  return {
    now: () => time,
    bootTimeNs: options.bootTimeNs ?? DEFAULT_BOOT_NS,
    advanceTo(ns) {
      if (ns > time) time = ns;
    },
  };
}
