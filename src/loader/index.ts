/**
 * Owns: libbpf's part: relocate against the running kernel, adapt to what that lacks, create maps, load programs, attach
 * (also to functions and static probes of user programs), pin, consume rings; the runtime under generated skeletons.
 * Does not own: any kernel; it speaks only to `System`.
 * Reads from: base, uapi, isa, elf, btf, catalog, syscall, object, relo.
 */

export type { UprobeMultiTarget, UprobeTarget } from './attach-uprobe.ts';
export type { BinaryFiles } from './binaries.ts';
export type { Codec, Input } from './codec.ts';
export { createCodec } from './codec.ts';
export { LoaderError, ProgramLoadError, SyscallError } from './errors.ts';
export { explainRefusal } from './explain.ts';
export { loadObject } from './load.ts';
export type { AttachOptions } from './loaded.ts';
export { Link, LoadedMap, LoadedObject, LoadedProgram } from './loaded.ts';
export { MapHandle } from './map-handle.ts';
export type { LoadOptions } from './options.ts';
export type { PerfBufferOptions, PerfRecord, PerfRingPlace } from './perf-buffer.ts';
export { PerfBuffer } from './perf-buffer.ts';
export { RingBuffer } from './ring-buffer.ts';
export { Skeleton } from './skeleton.ts';
export { SkeletonParts, SkeletonProgram } from './skeleton-parts.ts';
export type { SubskeletonHost } from './subskeleton.ts';
export { Subskeleton } from './subskeleton.ts';
export { kernelVersion, relocationTarget } from './target.ts';
export type { Reference, SkeletonMapHost, TypedPerfRecord } from './typed-map.ts';
export { PercpuMap, PerfMap, QueueMap, ReferenceMap, RingMap, SkeletonMap, TypedMap } from './typed-map.ts';
export type { UsdtTarget } from './usdt/attach.ts';
