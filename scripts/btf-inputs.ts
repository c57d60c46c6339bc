import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** A file with BTF, or several that are merged, and what its BTF is based on. */
export interface BtfInput {
  readonly files: readonly string[];
  readonly base: string | undefined;
}

export interface BtfInputOptions {
  /** Of how many of a kernel's modules, evenly spread. */
  readonly modules: number;
  /** Also several modules merged. */
  readonly merge?: boolean;
}

function spread<T>(all: readonly T[], count: number): T[] {
  if (all.length <= count) return [...all];
  return Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)]);
}

/**
 * What a path holds: an ELF object or raw BTF; a folder of them; or a kernel's folder, with `vmlinux` or `vmlinux.btf`
 * and `modules/`.
 */
export function* btfInputs(path: string, { modules, merge = false }: BtfInputOptions): Generator<BtfInput> {
  if (!statSync(path).isDirectory()) {
    yield { files: [path], base: undefined };
    return;
  }
  const vmlinux = ['vmlinux.btf', 'vmlinux'].map((name) => join(path, name)).find(existsSync);
  const folder = join(path, 'modules');
  if (vmlinux !== undefined && existsSync(folder)) {
    yield { files: [vmlinux], base: undefined };
    const files = spread(readdirSync(folder).sort(), modules).map((name) => join(folder, name));
    for (const file of files) yield { files: [file], base: vmlinux };
    if (merge) for (const count of [2, 5, files.length]) yield { files: files.slice(-count), base: vmlinux };
    return;
  }
  for (const name of readdirSync(path, { recursive: true, encoding: 'utf8' }).sort()) {
    if (/\.(o|ko|btf)$/.test(name)) yield { files: [join(path, name)], base: undefined };
  }
}
