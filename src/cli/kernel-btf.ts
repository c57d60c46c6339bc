import { type Btf, parseBtf } from '../btf/index.ts';
import { readBtfFile } from './btf-file.ts';
import type { Context } from './context.ts';

/** The BTF of the kernel that is worked for: of the file that `--btf` names, else the machine's. */
export async function kernelBtf({ io, options, machine }: Context): Promise<Btf | undefined> {
  if (options.btf !== undefined) return readBtfFile(io, options.btf);
  const bytes = (await machine()).read(({ profile }) => profile.btf());
  return bytes && parseBtf(bytes);
}
