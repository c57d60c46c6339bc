import { type Skeleton, skeletonDocument } from '../../gen/index.ts';
import type { Json } from './json.ts';

/** The JSON form of `gen skeleton` and `gen subskeleton`; apart from their code, which need not bring it in. */
export function skeletonJson(skeleton: Skeleton, kind: 'skeleton' | 'subskeleton'): Json {
  return skeletonDocument(skeleton, kind);
}
