import { formatCSkeleton, formatTsSkeleton, GenError, skeletonDocument } from '../../gen/index.ts';
import type { Handler } from '../context.ts';
import { errFailed, errNotSupported } from '../errors.ts';
import { openSkeleton, takeSkeletonArguments } from '../skeleton-file.ts';

const EINVAL = -22;

/**
 * `gen skeleton OBJ [name NAME] [lang ts|c]`: a TypeScript module or a C header that holds an object and opens, loads and
 * attaches it; in JSON all that such a generator needs to know.
 */
export const genSkeleton: Handler = (context, words) => {
  const args = takeSkeletonArguments(words);
  const { lang = 'ts' } = args;
  if (lang !== 'ts' && lang !== 'c') throw errFailed(`unrecognized language: '${lang}', expected ts or c`);
  if (context.options.useLoader) throw errNotSupported('ebpfts gen skeleton -L');
  const forLibbpf = lang === 'c' && !context.options.json;
  const skeleton = openSkeleton(context, args, { forLibbpf, nameless: false });
  return {
    plain() {
      if (lang === 'ts') return formatTsSkeleton(skeleton);
      try {
        return formatCSkeleton(skeleton);
      } catch (error) {
        if (error instanceof GenError) throw errFailed(error.message, EINVAL);
        throw error;
      }
    },
    json: () => skeletonDocument(skeleton),
  };
};
