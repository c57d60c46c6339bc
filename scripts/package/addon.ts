// Stands in for `node-gyp-build-optional-packages` inside the single executable: lmdb's native part is carried as an
// asset, and unpacked once for the user, since the system loads shared objects only from files.
import { existsSync, mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { getRawAsset } from 'node:sea';

/** Put in by the bundler: the asset's name, which holds its digest, and its size. */
declare const LMDB_ADDON: { readonly name: string; readonly size: number };

function cacheFolder(): string {
  if (process.platform === 'win32') return process.env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local');
  return process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
}

function isUnpacked(path: string): boolean {
  return existsSync(path) && statSync(path).size === LMDB_ADDON.size;
}

function unpack(): string {
  const folder = join(cacheFolder(), 'ebpfts');
  const path = join(folder, LMDB_ADDON.name);
  if (isUnpacked(path)) return path;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // Whole or not there, also when several processes do it at once.
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, new Uint8Array(getRawAsset(LMDB_ADDON.name) as ArrayBuffer), { mode: 0o700 });
  renameSync(temporary, path);
  return path;
}

export function loadAddon(): unknown {
  const addon = { exports: {} };
  process.dlopen(addon, unpack());
  return addon.exports;
}
