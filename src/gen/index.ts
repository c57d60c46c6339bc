/**
 * Owns: generators of source text from an opened object: the TypeScript skeleton. Texts stand in `*.template.ts`.
 * Does not own: the runtime under a skeleton (`loader/`).
 * Reads from: base, uapi, btf, object.
 */
export { generateMinCoreBtf } from './min-core-btf.ts';
export type { TsSkeletonOptions } from './skeleton-ts.ts';
export { generateTsSkeleton } from './skeleton-ts.ts';
