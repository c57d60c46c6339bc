/**
 * Owns: generators: skeletons of objects in TypeScript, C and JSON; C types in TypeScript; BTF and headers of what is used.
 * Texts stand in `*.template.ts`.
 * Does not own: the runtime under a skeleton (`loader/`).
 * Reads from: base, uapi, btf, catalog, object, relo.
 */
export { GenError } from './errors.ts';
export { generateMinCoreBtf } from './min-core-btf.ts';
export { formatCSkeleton } from './skeleton/c.ts';
export { formatCSubskeleton } from './skeleton/c-sub.ts';
export type {
  ElfDocument,
  ExternDocument,
  FieldDocument,
  InnerMapDocument,
  MapDocument,
  PointedNode,
  ProgramDocument,
  SectionDocument,
  SkeletonDocument,
  StructOpsDocument,
  StructOpsMemberDocument,
  TypeDocument,
  TypeNode,
  VariableDocument,
} from './skeleton/document.ts';
export type { Skeleton, SkeletonMap, SkeletonOptions, SkeletonSection, SkeletonVariable } from './skeleton/skeleton.ts';
export { skeletonName, skeletonOf } from './skeleton/skeleton.ts';
export type { StructOpsLayout, StructOpsMember } from './skeleton/struct-ops.ts';
export { skeletonDocument } from './skeleton/to-document.ts';
export type { TsSkeletonOptions } from './skeleton/ts.ts';
export { formatTsSkeleton, formatTsSubskeleton } from './skeleton/ts.ts';
export { formatTsTypes } from './skeleton/ts-module.ts';
export type { CNames, Needs } from './vmlinux/index.ts';
export {
  addObjectNeeds,
  addSourceNeeds,
  emptyCNames,
  emptyNeeds,
  generateVmlinuxHeader,
  scanC,
} from './vmlinux/index.ts';
