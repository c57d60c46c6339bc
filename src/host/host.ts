/** What the process stands on, as far as the rest of the project asks: a browser can have another one. */
export interface Host {
  /** `x86_64`, `aarch64`: as uname -m says it. */
  readonly arch: string;
  /** `6.18.44-generic`; empty where the host is no Linux. */
  readonly release: string;
  env(name: string): string | undefined;
  /** Nanoseconds since 1970. */
  realtimeNs(): bigint;
  /** 32 random bits, unsigned. */
  random32(): number;
  /** A file's bytes; undefined where it cannot be read. */
  readFile(path: string): Uint8Array | undefined;
  /** A file of the package's `data` folder. @throws {HostError} HOST_NO_DATA where the package is not whole */
  dataFile(name: string): Uint8Array;
  /** @throws {HostError} HOST_BAD_GZIP */
  gunzip(bytes: Uint8Array): Uint8Array;
  /** Where programs of this user keep what outlives them, by the host's own convention. */
  stateDirectory(): string;
}
