import { dirname, join } from 'node:path';
import type { Btf } from '../../btf/index.ts';
import {
  addObjectNeeds,
  addSourceNeeds,
  emptyCNames,
  emptyNeeds,
  generateVmlinuxHeader,
  type Needs,
  scanC,
} from '../../gen/index.ts';
import { errno } from '../../uapi/index.ts';
import { readBtfFile } from '../btf-file.ts';
import type { Context, Handler } from '../context.ts';
import { errFailed } from '../errors.ts';
import { readInput } from '../files.ts';
import { kernelBtf } from '../kernel-btf.ts';
import { openObjectFile } from '../object-file.ts';
import type { Words } from '../words.ts';

/** `gen vmlinux [btf FILE] {OBJECT | SOURCE}...`: a vmlinux.h of what these need of a kernel, and no more. */
export const genVmlinux: Handler = async (context, words) => {
  words.needOrUsage(1);
  if (context.options.json) throw errFailed('JSON output for C-syntax dump is not supported', -errno.ENOTSUP);
  const kernel = await takeKernel(context, words);
  if (words.count === 0) throw errFailed("'vmlinux' needs at least 1 object or source");
  const needs = emptyNeeds();
  while (words.count > 0) addNeeds(needs, { context, kernel, path: words.take() });
  const text = generateVmlinuxHeader(kernel, needs);
  return { plain: () => text };
};

async function takeKernel(context: Context, words: Words): Promise<Btf> {
  if (words.peek === 'btf') {
    words.take();
    return readBtfFile(context.io, words.take());
  }
  const btf = await kernelBtf(context);
  if (btf === undefined) throw errFailed('the machine has no BTF of its kernel', -errno.ENOENT);
  return btf;
}

function addNeeds(needs: Needs, { context, kernel, path }: { context: Context; kernel: Btf; path: string }): void {
  const bytes = readInput(context.io, path, { problem: `failed to open ${path}`, statusIsErrno: true });
  if (isElf(bytes)) addObjectNeeds(needs, openObjectFile(context, path), kernel);
  else if (bytes.includes(0)) throw errFailed(`${path} is neither a BPF object nor a C source`);
  else addSource(needs, context, { path, text: new TextDecoder().decode(bytes) });
}

const isElf = (bytes: Uint8Array) => [0x7f, 0x45, 0x4c, 0x46].every((byte, i) => bytes[i] === byte);

/** A source and the headers that it includes in quotes, where they lie beside it; others are the compiler's to find. */
function addSource(needs: Needs, { io }: Context, source: { path: string; text: string }): void {
  const names = emptyCNames();
  const seen = new Set([source.path]);
  const open = [source];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const before = new Set(names.quotedIncludes);
    scanC(next.text, names);
    for (const include of names.quotedIncludes) {
      if (before.has(include) || include.endsWith('vmlinux.h')) continue;
      const path = join(dirname(next.path), include);
      if (seen.has(path)) continue;
      seen.add(path);
      const text = readIfThere(() => io.readFile(path));
      if (text !== undefined) open.push({ path, text });
    }
  }
  addSourceNeeds(needs, names);
}

function readIfThere(read: () => Uint8Array): string | undefined {
  try {
    return new TextDecoder().decode(read());
  } catch {
    return undefined;
  }
}
