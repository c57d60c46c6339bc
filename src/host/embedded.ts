import { getRawAsset, isSea } from 'node:sea';

/** A file that the single executable carries; undefined where this process is none. */
export function embeddedFile(name: string): Uint8Array | undefined {
  if (!isSea()) return undefined;
  const asset = getRawAsset(name);
  // Raw assets lie in the executable's own memory, which must not be written to: a copy.
  return typeof asset === 'string' ? undefined : new Uint8Array(asset.slice(0));
}
