/**
 * The library: opens BPF objects, relocates them, loads them into a kernel and works with what was loaded. The formats
 * have doors of their own: `ebpfts/elf`, `ebpfts/btf`, `ebpfts/isa`, `ebpfts/object`, `ebpfts/relo`, `ebpfts/gen`.
 */
export type { Endian, ErrorDetails } from './base/index.ts';
export { decodeBase64, EbpftsError, InternalError } from './base/index.ts';
export * from './loader/index.ts';
export type { BpfObject, MapSpec, OpenOptions, ProgramSpec } from './object/index.ts';
export { ObjectError, openObject } from './object/index.ts';
export type { Errno, Fd, System } from './syscall/index.ts';
export { errnoName, isErrno } from './syscall/index.ts';
