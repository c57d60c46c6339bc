import { formatCSubskeleton } from '../../gen/index.ts';
import type { Handler } from '../context.ts';
import { errFailed, errNotSupported } from '../errors.ts';
import { openSkeleton, takeSkeletonArguments } from '../skeleton-file.ts';

/** `gen subskeleton OBJ [name NAME] [lang c]`: a C header that finds an object's parts in one that somebody else opened. */
export const genSubskeleton: Handler = async (context, words) => {
  if (context.options.useLoader) throw errFailed('cannot use loader for subskeletons');
  const args = takeSkeletonArguments(words);
  const { lang = 'c' } = args;
  if (lang === 'ts') throw errNotSupported('ebpfts gen subskeleton lang ts');
  if (lang !== 'c') throw errFailed(`unrecognized language: '${lang}', expected c`);
  const { json } = context.options;
  const skeleton = openSkeleton(context, args, { forLibbpf: !json, nameless: true, status: -1 });
  if (json) {
    const { skeletonJson } = await import('../render/skeleton.ts');
    return { plain: () => '', json: () => skeletonJson(skeleton, 'subskeleton') };
  }
  const text = formatCSubskeleton(skeleton);
  if (text === '') context.printer.info('Warning: variables in an arena have no subskeleton: libbpf cannot open one');
  return { plain: () => text };
};
