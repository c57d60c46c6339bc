import { generateTsSkeleton } from '../../gen/index.ts';
import type { Handler } from '../context.ts';
import { errFailed, errNotSupported } from '../errors.ts';
import { openObjectFile } from '../object-file.ts';

/** Longest name of an object. */
const MAX_NAME = 63;

/** `gen skeleton OBJ [name NAME]`: a TypeScript module that holds an object and opens, loads and attaches it. */
export const genSkeleton: Handler = (context, words) => {
  words.need(1);
  if (context.options.useLoader) throw errNotSupported('ebpfts gen skeleton -L');
  const path = words.take();
  let name: string | undefined;
  while (words.count > 0) {
    words.need(2);
    if (!words.takeIf('name')) throw errFailed(`unknown arg ${words.peek}`);
    if (name !== undefined) throw errFailed('object name already specified');
    name = words.take().slice(0, MAX_NAME);
  }
  const object = openObjectFile(context, path);
  const text = generateTsSkeleton(object, context.io.readFile(path), { file: path, name });
  return { plain: () => text, json: () => null };
};
