/**
 * The library: opens BPF objects, relocates them, makes an emulated kernel, loads them into it and works with what was
 * loaded. Nothing here needs Node. The formats have doors of their own: `ebpfts/elf`, `ebpfts/btf`, `ebpfts/isa`,
 * `ebpfts/object`, `ebpfts/relo`, `ebpfts/gen`; what needs Node has others: `ebpfts/host`, `ebpfts/machine`.
 *
 * @example
 * import { readFileSync } from 'node:fs';
 * import { createKernel, defaultConfig, loadObject, openObject, ProgramLoadError } from 'ebpfts';
 *
 * const btf = new Uint8Array(readFileSync('/sys/kernel/btf/vmlinux'));
 * const kernel = createKernel({
 *   profile: {
 *     version: '6.18.0', arch: 'x86_64', endian: 'little', pageSize: 4096, cpus: 2,
 *     btf: () => btf, config: defaultConfig(),
 *   },
 * });
 * const object = openObject(readFileSync('xdp_drop.bpf.o'), { name: 'xdp_drop' });
 * try {
 *   const loaded = loadObject(kernel.openProcess(), object);
 *   const { retval } = loaded.program('xdp_drop').testRun({ dataIn: new Uint8Array(64) });
 * } catch (error) {
 *   if (!(error instanceof ProgramLoadError)) throw error;
 *   console.error(error.log);
 * }
 */
export type { Endian, ErrorDetails } from './base/index.ts';
export { decodeBase64, EbpftsError, InternalError } from './base/index.ts';
export type { Btf } from './btf/index.ts';
export { BtfError, parseBtf } from './btf/index.ts';
export type { KernelProfile } from './catalog/index.ts';
export { defaultConfig, parseKernelConfig } from './catalog/index.ts';
export { ElfError } from './elf/index.ts';
export * from './kernel/index.ts';
export * from './loader/index.ts';
export type { BpfObject, LinkFile, LinkReport, LinkResult, MapSpec, OpenOptions, ProgramSpec } from './object/index.ts';
export { LinkError, linkObjects, ObjectError, openObject } from './object/index.ts';
export type { RelocatedObject, RelocatedProgram, RelocateOptions, RelocationReport } from './relo/index.ts';
export { ReloError, relocateObject } from './relo/index.ts';
export type { Errno, Fd, System } from './syscall/index.ts';
export { errnoName, isErrno } from './syscall/index.ts';
export * from './veristat/index.ts';
export type { HookEvent, HookRun, PacketOutcome, World, WorldDevice, WorldTask } from './world/index.ts';
