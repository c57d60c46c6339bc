import { formatCSkeleton, formatTsSkeleton, GenError } from '../../gen/index.ts';
import type { Handler } from '../context.ts';
import { errFailed, errNotSupported } from '../errors.ts';
import { openSkeleton, takeSkeletonArguments } from '../skeleton-file.ts';

const EINVAL = -22;

/**
 * `gen skeleton OBJ [name NAME] [lang ts|c]`: a TypeScript module or a C header that holds an object and opens, loads and
 * attaches it; in JSON all that such a generator needs to know.
 * DEVIATION: bpftool writes C only, also with `-j`.
 */
export const genSkeleton: Handler = async (context, words) => {
  const args = takeSkeletonArguments(words);
  const { lang = 'ts' } = args;
  if (lang !== 'ts' && lang !== 'c') throw errFailed(`unrecognized language: '${lang}', expected ts or c`);
  if (context.options.useLoader) throw errNotSupported('ebpfts gen skeleton -L');
  if (context.options.json) {
    const skeleton = openSkeleton(context, args, { forLibbpf: false, nameless: false });
    const { skeletonJson } = await import('../render/skeleton.ts');
    return { plain: () => '', json: () => skeletonJson(skeleton, 'skeleton') };
  }
  const skeleton = openSkeleton(context, args, { forLibbpf: lang === 'c', nameless: false });
  const text = lang === 'c' ? cSkeleton(skeleton) : formatTsSkeleton(skeleton);
  return { plain: () => text };
};

function cSkeleton(skeleton: Parameters<typeof formatCSkeleton>[0]): string {
  try {
    return formatCSkeleton(skeleton);
  } catch (error) {
    if (error instanceof GenError) throw errFailed(error.message, EINVAL);
    throw error;
  }
}
