import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { homedir, machine, release } from 'node:os';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { embeddedFile } from './embedded.ts';
import { errBadGzip, errNoData } from './errors.ts';
import type { Host } from './host.ts';

/** Folders above this file in which `data` is looked for: from a checkout and from a bundle it is not the same. */
const MAX_LEVELS = 4;

/** The host of this process. */
export function createNodeHost(): Host {
  const start = BigInt(Math.round(performance.timeOrigin * 1000)) * 1000n;
  return {
    arch: machine() === 'arm64' ? 'aarch64' : machine(),
    release: process.platform === 'linux' ? release() : '',
    env: (name) => process.env[name],
    realtimeNs: () => start + BigInt(Math.round(performance.now() * 1e6)),
    random32: () => randomBytes(4).readUInt32LE(),
    readFile,
    dataFile,
    gunzip(bytes) {
      try {
        return plain(gunzipSync(bytes));
      } catch (error) {
        throw errBadGzip(error);
      }
    },
    stateDirectory,
  };
}

/** A view that is no `Buffer`, whose `slice` would not copy. */
function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

function readFile(path: string): Uint8Array | undefined {
  try {
    return plain(readFileSync(path));
  } catch {
    return undefined;
  }
}

function dataFile(name: string): Uint8Array {
  const embedded = embeddedFile(name);
  if (embedded !== undefined) return embedded;
  let folder = dirname(fileURLToPath(import.meta.url));
  for (let level = 0; level < MAX_LEVELS; level++) {
    const path = join(folder, 'data', name);
    if (existsSync(path)) return plain(readFileSync(path));
    folder = dirname(folder);
  }
  throw errNoData(name);
}

function stateDirectory(): string {
  switch (process.platform) {
    case 'win32':
      return process.env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local');
    case 'darwin':
      return join(homedir(), 'Library', 'Application Support');
    default:
      return process.env.XDG_STATE_HOME || join(homedir(), '.local', 'state');
  }
}
