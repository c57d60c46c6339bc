import { formatCSubskeleton, formatTsSubskeleton } from '../../gen/index.ts';
import type { Handler } from '../context.ts';
import { errFailed } from '../errors.ts';
import { openSkeleton, takeSkeletonArguments } from '../skeleton-file.ts';

/**
 * `gen subskeleton OBJ [name NAME] [lang ts|c]`: a C header or a TypeScript module that finds an object's parts in one
 * that somebody else opened.
 */
export const genSubskeleton: Handler = async (context, words) => {
  if (context.options.useLoader) throw errFailed('cannot use loader for subskeletons');
  const args = takeSkeletonArguments(words);
  const { lang = 'c' } = args;
  if (lang !== 'ts' && lang !== 'c') throw errFailed(`unrecognized language: '${lang}', expected ts or c`);
  const { json } = context.options;
  const skeleton = openSkeleton(context, args, { forLibbpf: !json && lang === 'c', nameless: true, status: -1 });
  if (json) {
    const { skeletonJson } = await import('../render/skeleton.ts');
    return { plain: () => '', json: () => skeletonJson(skeleton, 'subskeleton') };
  }
  if (lang === 'ts') return { plain: () => formatTsSubskeleton(skeleton) };
  const text = formatCSubskeleton(skeleton);
  if (text === '') context.printer.info('Warning: variables in an arena have no subskeleton: libbpf cannot open one');
  return { plain: () => text };
};
