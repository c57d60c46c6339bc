import { isErrno } from '../../syscall/index.ts';
import { errno } from '../../uapi/index.ts';
import type { Handler } from '../context.ts';
import { entryFormat } from '../entry-format.ts';
import { errSystem, errUsage } from '../errors.ts';
import { takeElement } from '../map-element.ts';
import { takeMapWithInfo } from '../refs.ts';
import { hexJson, hexLines } from '../render/hex.ts';
import { entryJson, entryPlain } from '../render/map-entry.ts';
import { DONE } from '../report.ts';

/** `map update`, `push` and `enqueue`. */
export const mapUpdate: Handler = async (context, words) => {
  if (words.count < 2) throw errUsage();
  const { objects, system } = await context.session();
  const { fd, info } = takeMapWithInfo(objects, words);
  const byId = info.type === PROG_ARRAY && words.rest().includes('id');
  const question = { info, key: info.keySize > 0, value: info.valueSize > 0, flags: true };
  const { key, value, flags } = takeElement(objects, words, question);
  if (byId) {
    context.printer.info(
      'Warning: updating program array via MAP_ID, make sure this map is kept open\n         by some process or pinned otherwise update will be lost',
    );
  }
  const done = system.mapUpdateElem(fd, key, value, flags);
  if (isErrno(done)) throw errSystem('update failed', done);
  return DONE;
};

const PROG_ARRAY = 3;

/** `map lookup` and `peek`. */
export const mapLookup: Handler = async (context, words) => {
  if (words.count < 2) throw errUsage();
  const { objects, system } = await context.session();
  const { fd, info } = takeMapWithInfo(objects, words);
  const { key } = takeElement(objects, words, { info, key: info.keySize > 0, value: false, flags: false });
  const value = system.mapLookupElem(fd, key);
  if (value === -errno.ENOENT) {
    return { plain: () => `key:\n${hexLines(key)}\n\nNot found\n`, status: -errno.ENOENT };
  }
  if (isErrno(value)) throw errSystem('lookup failed', value);
  const format = entryFormat(objects, info);
  const bytes = value as Uint8Array;
  return { plain: () => entryPlain(format, key, bytes), json: () => entryJson(format, key, bytes) };
};

/** `map pop` and `dequeue`. */
export const mapPop: Handler = async (context, words) => {
  if (words.count < 2) throw errUsage();
  const { objects, system } = await context.session();
  const { fd, info } = takeMapWithInfo(objects, words);
  const key = new Uint8Array(info.keySize);
  const value = system.mapLookupAndDeleteElem(fd, key);
  if (value === -errno.ENOENT) return { plain: () => 'Error: empty map\n', status: -errno.ENOENT };
  if (isErrno(value)) throw errSystem('pop failed', value);
  const format = entryFormat(objects, info);
  const bytes = value as Uint8Array;
  return { plain: () => entryPlain(format, key, bytes), json: () => entryJson(format, key, bytes) };
};

/** `map getnext`: the key after one, or the first. */
export const mapGetnext: Handler = async (context, words) => {
  if (words.count < 2) throw errUsage();
  const { objects, system } = await context.session();
  const { fd, info } = takeMapWithInfo(objects, words);
  const question = { info, key: true, value: false, flags: false };
  const key = words.count > 0 ? takeElement(objects, words, question).key : undefined;
  const next = system.mapGetNextKey(fd, key);
  if (isErrno(next)) throw errSystem("can't get next key", next);
  const bytes = next as Uint8Array;
  return {
    plain: () => `${key ? `key:\n${hexLines(key)}` : 'key: None'}\nnext key:\n${hexLines(bytes)}\n`,
    json: () => ({ key: key ? hexJson(key) : null, next_key: hexJson(bytes) }),
  };
};

/** `map delete` */
export const mapDelete: Handler = async (context, words) => {
  if (words.count < 2) throw errUsage();
  const { objects, system } = await context.session();
  const { fd, info } = takeMapWithInfo(objects, words);
  const { key } = takeElement(objects, words, { info, key: true, value: false, flags: false });
  const done = system.mapDeleteElem(fd, key);
  if (isErrno(done)) throw errSystem('delete failed', done);
  return DONE;
};
