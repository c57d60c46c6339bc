import { type Btf, type BtfId, formatBtfC, formatBtfRaw, formatBtfRawJson } from '../../btf/index.ts';
import { isErrno } from '../../syscall/index.ts';
import { errno } from '../../uapi/index.ts';
import { readBtfFile } from '../btf-file.ts';
import type { Context, Handler } from '../context.ts';
import { errFailed, errUsage, strerror } from '../errors.ts';
import { takeMapWithInfo, takeProg } from '../refs.ts';
import { Raw } from '../render/json.ts';
import type { Words } from '../words.ts';

const SYSFS = '/sys/kernel/btf/';
const MAX_ROOTS = 16;

/** What is dumped: a BTF, and of it these types or all. */
interface Source {
  readonly btf: Btf;
  readonly roots: readonly BtfId[] | undefined;
}

interface Format {
  readonly c: boolean;
  readonly unsorted: boolean;
  readonly roots: readonly BtfId[];
}

/** Prints types: as lines, JSON or C. */
export const btfDump: Handler = async (context, words) => {
  if (words.count < 2) throw errUsage(`'${words.previous}' needs at least 2 arguments, ${words.count} found`);
  const source = await takeSource(context, words);
  const format = takeFormat(words, source);
  const roots = format.roots.length > 0 ? format.roots : source.roots;
  if (format.c && context.options.json) {
    throw errFailed('JSON output for C-syntax dump is not supported', -errno.ENOTSUP);
  }
  return {
    plain: () =>
      format.c ? formatBtfC(source.btf, { roots, unsorted: format.unsorted }) : formatBtfRaw(source.btf, { roots }),
    json: () => new Raw(formatBtfRawJson(source.btf, { roots, pretty: context.options.pretty })),
  };
};

async function takeSource(context: Context, words: Words): Promise<Source> {
  if (words.takeIf('map')) return takeMapSource(context, words);
  if (words.takeIf('prog')) {
    if (words.count < 2) throw errUsage();
    const { objects } = await context.session();
    const { btfId } = objects.progInfo(takeProg(objects, words));
    return { btf: objects.btf(btfId, baseBtf(context)), roots: undefined };
  }
  if (words.takeIf('id')) {
    const { objects, system } = await context.session();
    const id = words.takeU32('ID');
    const fd = system.objGetFdById('btf', id);
    // bpftool and the library that it stands on each say that it is not there.
    if (isErrno(fd)) context.printer.error(`can't get BTF object by id (${id}): ${strerror(fd)}`);
    else system.close(fd);
    return { btf: objects.btf(id, baseBtf(context)), roots: undefined };
  }
  if (words.takeIf('file')) return { btf: takeFile(context, words.take()), roots: undefined };
  throw errFailed(`unrecognized BTF source specifier: '${words.peek}'`);
}

/** The base that `-B` names. */
function baseBtf(context: Context): Btf | undefined {
  const path = context.options.baseBtf;
  return path === undefined ? undefined : readBtfFile(context.io, path);
}

/** Modules of the running kernel are based on its own BTF. */
function takeFile(context: Context, path: string): Btf {
  const isModule = path.startsWith(SYSFS) && path !== `${SYSFS}vmlinux`;
  const base = baseBtf(context) ?? (isModule ? readBtfFile(context.io, `${SYSFS}vmlinux`) : undefined);
  return readBtfFile(context.io, path, { base });
}

async function takeMapSource(context: Context, words: Words): Promise<Source> {
  if (words.count < 2) throw errUsage();
  const { objects } = await context.session();
  const { info } = takeMapWithInfo(objects, words);
  const btf = objects.btf(info.btfId, baseBtf(context));
  if (words.takeIf('key')) return { btf, roots: [info.btfKeyTypeId] };
  if (words.takeIf('value')) return { btf, roots: [info.btfValueTypeId] };
  if (words.takeIf('all')) return { btf, roots: undefined };
  words.takeIf('kv');
  return { btf, roots: [info.btfKeyTypeId, info.btfValueTypeId] };
}

function takeFormat(words: Words, source: Source): Format {
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

function takeRoot(words: Words, source: Source, known: readonly BtfId[]): BtfId {
  const id = words.takeU32('root_id');
  if (source.roots !== undefined) throw errFailed('root_id cannot be used with map keys or values', -errno.EINVAL);
  if (known.length === MAX_ROOTS) throw errFailed(`only ${MAX_ROOTS} root_id are supported`, -errno.E2BIG);
  if (known.includes(id)) throw errFailed(`duplicate root_id ${id} supplied`, -errno.EINVAL);
  if (!source.btf.has(id)) {
    throw errFailed(`unknown root_id ${id}: the last type is ${source.btf.typeCount - 1}`, -errno.EINVAL);
  }
  return id;
}
