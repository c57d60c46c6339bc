import type { Handler } from '../context.ts';
import { errNotSupported } from '../errors.ts';

/** `gen skeleton`: a TypeScript module that holds an object and opens, loads and attaches it. */
export const genSkeleton: Handler = () => {
  throw errNotSupported('ebpfts gen skeleton');
};
