import {
  type Btf,
  BtfError,
  type BtfId,
  type CDumpOptions,
  formatBtfC,
  rawChunks,
  rawJsonChunks,
} from '../../btf/index.ts';
import { errno } from '../../uapi/index.ts';
import { type BtfSource, takeBtfSource } from '../btf-source.ts';
import type { Handler } from '../context.ts';
import { errFailed } from '../errors.ts';
import { Raw } from '../render/json.ts';
import type { Words } from '../words.ts';

const MAX_ROOTS = 16;

interface Format {
  readonly c: boolean;
  readonly unsorted: boolean;
  readonly roots: readonly BtfId[];
}

/** Prints types: as lines, JSON or C. */
export const btfDump: Handler = async (context, words) => {
  words.needOrUsage(2);
  const { json, pretty, bpftool: form } = context.options;
  const source = await takeBtfSource(context, words);
  const { c, unsorted, roots: given } = takeFormat(words, source);
  const btf = source.load();
  checkRoots(btf, given);
  const roots = given.length > 0 ? given : source.roots;
  if (c && json) throw errFailed('JSON output for C-syntax dump is not supported', -errno.ENOTSUP);
  return {
    plain: () => (c ? cForm(btf, { roots, unsorted, form }) : rawChunks(btf, { roots })),
    json: () => new Raw(rawJsonChunks(btf, { roots, pretty })),
  };
};

/** Types that C cannot say end in the errno that libbpf's printer gives. */
function cForm(btf: Btf, options: CDumpOptions): Uint8Array {
  try {
    return formatBtfC(btf, options);
  } catch (error) {
    if (!(error instanceof BtfError)) throw error;
    throw errFailed(error.message, error.code === 'BTF_TYPE_CYCLE' ? -errno.ELOOP : -errno.EINVAL);
  }
}

function takeFormat(words: Words, source: BtfSource): Format {
  let c = false;
  let unsorted = false;
  const roots: BtfId[] = [];
  while (words.count > 0) {
    if (words.takeIf('format')) c = takeFormatName(words);
    else if (words.takeIf('unsorted')) unsorted = true;
    else if (words.takeIf('root_id')) roots.push(takeRoot(words, source, roots));
    else throw errFailed(`unrecognized option: '${words.peek}'`, -errno.EINVAL);
  }
  return { c, unsorted, roots };
}

function takeFormatName(words: Words): boolean {
  if (words.count === 0) throw errFailed("expecting value for 'format' option\n", -errno.EINVAL);
  if (words.peek !== 'c' && words.peek !== 'raw') {
    throw errFailed(`unrecognized format specifier: '${words.peek}', possible values: raw, c`, -errno.EINVAL);
  }
  return words.take() === 'c';
}

function takeRoot(words: Words, source: BtfSource, known: readonly BtfId[]): BtfId {
  if (source.roots !== undefined) throw errFailed('cannot use root_id with other type filtering', -errno.EINVAL);
  if (known.length === MAX_ROOTS) throw errFailed(`only ${MAX_ROOTS} root_id are supported`, -errno.E2BIG);
  if (words.count === 0) throw errFailed("expecting value for 'root_id' option", -errno.EINVAL);
  const id = words.takeU32('root ID');
  if (known.includes(id)) throw errFailed(`duplicate root_id ${id} supplied`, -errno.EINVAL);
  return id;
}

function checkRoots(btf: Btf, roots: readonly BtfId[]): void {
  const unknown = roots.find((id) => !btf.has(id));
  if (unknown !== undefined) throw errFailed(`invalid root ID: ${unknown}`, -errno.EINVAL);
}
