import { readFileSync } from 'node:fs';
import type { BinaryFiles } from '../../src/loader/index.ts';

const BINARIES = new URL('../../samples/binaries/', import.meta.url);

/** Bytes of a committed user program, e.g. `libprobes.so.1`. */
export function sampleBinary(name: string): Uint8Array {
  return readFileSync(new URL(name, BINARIES));
}

/** A machine's files: the committed user programs under other names. @param files path to name of a user program */
export function binaryFiles(files: Readonly<Record<string, string>>, env: Record<string, string> = {}): BinaryFiles {
  return {
    read: (path) => (files[path] === undefined ? undefined : sampleBinary(files[path])),
    env: (name) => env[name],
  };
}
