/** Where the bpffs of an emulated kernel is mounted. */
export const BPFFS_ROOT = '/sys/fs/bpf';

/** Longest name of a file, and longest path with its NUL. */
export const NAME_MAX = 255;
export const PATH_MAX = 4096;

/** A path below the bpffs, as its components. */
export interface BpffsPath {
  readonly names: readonly string[];
  /** It ends in a slash, `.` or `..`, so that it must be a directory. */
  readonly directory: boolean;
}

const encoder = new TextEncoder();

/** Bytes of a name as the file system counts them. */
export function nameLength(name: string): number {
  return encoder.encode(name).length;
}

/** Splits an absolute path of the bpffs; undefined where the path lies outside. `..` does not leave `/`. */
export function parseBpffsPath(path: string): BpffsPath | undefined {
  if (!path.startsWith('/')) return undefined;
  const parts = path.split('/').filter((part) => part !== '');
  const names: string[] = [];
  for (const part of parts) {
    if (part === '..') names.pop();
    else if (part !== '.') names.push(part);
  }
  const root = BPFFS_ROOT.split('/').filter((part) => part !== '');
  if (root.some((name, i) => names[i] !== name)) return undefined;
  const last = parts.at(-1);
  return { names: names.slice(root.length), directory: path.endsWith('/') || last === '.' || last === '..' };
}
