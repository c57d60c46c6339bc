import { mapTypeNames } from '../../catalog/index.ts';
import { isErrno, type MapCreateAttr } from '../../syscall/index.ts';
import { pinFd } from '../bpffs.ts';
import type { Handler } from '../context.ts';
import { errFailed, errNotSupported, errSystem, errUsage } from '../errors.ts';
import { takeMap } from '../refs.ts';
import { DONE } from '../report.ts';
import type { Words } from '../words.ts';

type Draft = { -readonly [K in keyof MapCreateAttr]?: MapCreateAttr[K] };

const SIZES: readonly (readonly [
  word: string,
  field: 'keySize' | 'valueSize' | 'maxEntries' | 'mapFlags',
  what: string,
])[] = [
  ['key', 'keySize', 'key size'],
  ['value', 'valueSize', 'value size'],
  ['entries', 'maxEntries', 'max entries'],
  ['flags', 'mapFlags', 'flags'],
];

function takeType(words: Words, draft: Draft): void {
  if (draft.mapType) throw errFailed('map type already specified');
  const type = mapTypeNames.indexOf(words.peek ?? '');
  if (type < 0) throw errFailed(`unrecognized map type: ${words.peek}`);
  draft.mapType = type;
  words.take();
}

/** `map create FILE type T key K value V entries N name NAME …`: creates and pins. */
export const mapCreate: Handler = async (context, words) => {
  words.need(7);
  const path = words.take();
  const { objects, system } = await context.session();
  const draft: Draft = {};
  while (words.count > 0) {
    words.need(2);
    const size = SIZES.find(([word]) => words.is(word));
    if (words.takeIf('type')) takeType(words, draft);
    else if (words.takeIf('name')) draft.mapName = words.take();
    else if (size) {
      words.take();
      if (draft[size[1]]) throw errFailed(`${size[2]} already specified`);
      draft[size[1]] = words.takeU32(size[2]);
    } else if (words.is('dev') || words.is('offload_dev')) {
      throw errNotSupported('maps on network hardware');
    } else if (words.takeIf('inner_map')) {
      if (words.count < 2) throw errUsage();
      draft.innerMapFd = takeMap(objects, words);
    } else throw errFailed(`unknown arg ${words.peek}`);
  }
  if (draft.mapName === undefined) throw errFailed('map name not specified');
  const { mapType = 0, keySize = 0, valueSize = 0, maxEntries = 0 } = draft;
  const fd = system.mapCreate({
    ...draft,
    mapType,
    keySize,
    valueSize,
    maxEntries,
    mapName: draft.mapName.slice(0, 15),
  });
  if (isErrno(fd)) throw errSystem('map create failed', fd, -1);
  pinFd(context, system, { fd, path });
  return DONE;
};

/** `map freeze`: no more writes by system calls. */
export const mapFreeze: Handler = async (context, words) => {
  words.need(2);
  const { objects, system } = await context.session();
  const fd = takeMap(objects, words);
  words.end();
  const frozen = system.mapFreeze(fd);
  if (isErrno(frozen)) throw errSystem('failed to freeze map', frozen);
  return DONE;
};
