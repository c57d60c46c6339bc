// The command line's entry: it loads the bundle beside it with the code that V8 made of it when it was built. A short
// command takes as long to compile as to run.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Script } from 'node:vm';
import type * as Main from './main.ts';

interface Chunk {
  readonly script: Script;
  readonly exports: object;
}

/** Code is of use to the same V8 alone, which itself refuses what another made or was not made of a file of that size. */
const CODE = `${__dirname}/code-${process.versions.v8}-${process.platform}-${process.arch}`;
/** The name has the file's digest in it: one that has not may change while its code stays behind. */
const HAS_DIGEST = /-.{8}\.cjs$/;

const chunks = new Map<string, Chunk>();

function requireChunk(id: string): unknown {
  if (!id.startsWith('./')) return process.getBuiltinModule(id) ?? createRequire(__filename)(id);
  const name = id.slice(2);
  let chunk = chunks.get(name);
  if (chunk === undefined) {
    const filename = `${__dirname}/${name}`;
    const source = `(function (exports, require, __filename) { ${readFileSync(filename, 'utf8')}\n})`;
    chunk = { script: new Script(source, { filename, cachedData: codeOf(name) }), exports: {} };
    chunks.set(name, chunk);
    chunk.script.runInThisContext()(chunk.exports, requireChunk, filename);
  }
  return chunk.exports;
}

function codeOf(name: string): Buffer | undefined {
  if (!HAS_DIGEST.test(name)) return undefined;
  try {
    return readFileSync(`${CODE}/${name}`);
  } catch {
    return undefined;
  }
}

/** Keeps the code of all chunks that were loaded, as far as it ran, in place of what was kept before. */
export function keepCode(): void {
  rmSync(CODE, { recursive: true, force: true });
  mkdirSync(CODE);
  for (const [name, { script }] of chunks) {
    if (HAS_DIGEST.test(name)) writeFileSync(`${CODE}/${name}`, script.createCachedData());
  }
}

export const { main } = requireChunk('./main.cjs') as typeof Main;
