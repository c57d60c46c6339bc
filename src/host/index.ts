/**
 * Owns: what the process stands on, as the interface `Host`, and Node's implementation: files, clock, entropy,
 * decompression, the package's data.
 * Does not own: the machine's file (machine/), the terminal (cli/).
 * Reads from: base.
 */
export { HostError } from './errors.ts';
export type { Host } from './host.ts';
export { createNodeHost } from './node-host.ts';
