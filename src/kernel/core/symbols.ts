/** One name of /proc/kallsyms. */
export interface KernelSymbol {
  readonly name: string;
  readonly address: bigint;
  /** `T`, `t`, `D`, `d`: as nm(1) says it. */
  readonly type: string;
}

/**
 * The addresses of the kernel's functions and variables. They are the profile's names (functions and variables of its
 * BTF) in a made-up order of addresses that is the same for the same BTF.
 */
export interface KernelSymbols {
  address(name: string): bigint | undefined;
  /** The function or variable that covers the address. */
  symbolAt(address: bigint): KernelSymbol | undefined;
  all(): Iterable<KernelSymbol>;
}
