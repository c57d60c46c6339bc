/**
 * Behaviour that changed between kernels, by name: since when it is what the newest does, what it is, and the source. Each
 * is read in one place, where the comment says what kernels did before; docs/kernel-profiles.md lists them.
 *
 * A version is its series with the fixes that its stable releases brought: what 6.1.192's own tests expect is since 6.1.
 */
export const SWITCHES = {
  uninit_stack_reads: ['6.1', 'privileged programs may read stack that was never written', '6715df8d5d24, 6.1.192'],
  kptr_tags: ['6.4', '`kptr` means a pointer that is counted, `kptr_untrusted` one that is not', '03b77e17aeb2'],
  fallthrough_loops: ['6.7', 'loops may be entered in the middle', '10e14e9652bf'],
  register_comparisons: [
    '6.8',
    'two unknown registers learn from being compared',
    'bpf: generalize reg_set_min_max() to handle non-const register comparisons',
  ],
  not_equal_bounds: ['6.8', 'a range learns from being unequal to its ends', 'd028f87517d6'],
  lazy_globals: ['6.8', 'global functions that nothing calls are not verified', '2afae08c9dcb'],
  argument_sizes: ['6.8', 'pointers among arguments of kernel functions are read whole', '659b9ba7cb2d'],
  narrow_fills: ['6.9', 'part of a number on the stack is known as the number is', 'c1e6148cb4f8'],
  calls_under_locks: ['6.9', 'functions of the program may be called under a lock, and take it', 'a44b1334aadd'],
  linked_offsets: ['6.11', 'sums of one number and constants learn from each other', '98d7ca374ba4'],
  lsm_returns: ['6.12', 'what programs of security hooks return is checked', '5d99e198be27'],
  nullable_tracepoints: ['6.13', 'arguments of tracepoints that may be null have to be checked', '838a10bd2ebf'],
  packets_of_globals: [
    '6.13',
    'packet pointers end with a call of a global function that changes packets',
    '51081a3f25c7',
  ],
  private_stacks: [
    '6.13',
    'large frames of some programs have a stack of their own',
    'bpf: Find eligible subprogs for private stack support',
  ],
  sleeping_globals: [
    '6.15',
    'global functions may be called in sections where nothing sleeps',
    'selftests/bpf: preempt_lock of 6.12 and its verdict on 6.18',
  ],
  sha256_tags: ['6.18', 'tags of programs are of SHA-256, not of SHA-1', 'recorded tags of Linux 6.12 and 6.18'],
} as const satisfies Readonly<Record<string, readonly [since: string, what: string, source: string]>>;
