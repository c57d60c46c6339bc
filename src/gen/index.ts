/**
 * Owns: generators of source text from an opened object: the TypeScript skeleton. Texts stand in `*.template.ts`.
 * Does not own: the runtime under a skeleton (`loader/`).
 * Reads from: base, uapi, btf, object.
 */
export { GenError } from './errors.ts';
export { generateMinCoreBtf } from './min-core-btf.ts';
export { formatCSkeleton } from './skeleton/c.ts';
export { formatCSubskeleton } from './skeleton/c-sub.ts';
export type { Skeleton, SkeletonMap, SkeletonOptions, SkeletonSection, SkeletonVariable } from './skeleton/skeleton.ts';
export { skeletonName, skeletonOf } from './skeleton/skeleton.ts';
export type { StructOpsLayout, StructOpsMember } from './skeleton/struct-ops.ts';
export type { TsSkeletonOptions } from './skeleton/ts.ts';
export { formatTsSkeleton } from './skeleton/ts.ts';
