/**
 * Behaviour that changed between kernels, by name: since when it is what the newest does, what it is, and the source. Each
 * is read in one place, where the comment says what kernels did before; docs/kernel-profiles.md lists them.
 */
export const SWITCHES = {
  sha256_tags: ['6.18', 'tags of programs are of SHA-256, not of SHA-1', 'recorded tags of Linux 6.12 and 6.18'],
} as const satisfies Readonly<Record<string, readonly [since: string, what: string, source: string]>>;
