import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

const root = new URL('../../', import.meta.url);

/** Bytes of a committed sample object, e.g. `clang-19/el/xdp_drop.bpf.o`. */
export function sampleObject(path: string): Uint8Array {
  return readFileSync(new URL(`samples/objects/${path}`, root));
}

/** The objects of one compiler and byte order, e.g. of `clang-19/el`, as `clang-19/el/NAME.bpf.o`. */
export function sampleObjects(folder: string): string[] {
  return readdirSync(new URL(`samples/objects/${folder}`, root))
    .filter((name) => name.endsWith('.o'))
    .map((name) => `${folder}/${name}`);
}

/** The raw BTF of the kernel that ships with the package: Debian's 6.12 for amd64. */
export function shippedKernelBtf(): Uint8Array {
  return gunzipSync(readFileSync(new URL('data/vmlinux-6.12.117-amd64.btf.gz', root)));
}

/** The lines of a file of recorded facts, without comments and head, split at commas. */
export function recordedRows(path: string): string[][] {
  return readFileSync(new URL(`test/data/${path}`, root), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .slice(1)
    .map((line) => line.split(','));
}
