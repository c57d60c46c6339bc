import { type Btf, formatBtfC } from '../../btf/index.ts';
import type { Needs } from './needs.ts';
import { headerRoots } from './roots.ts';

/**
 * A `vmlinux.h` that defines what is needed and what that needs in turn: whole types, in the form of
 * `bpftool btf dump … format c`, and prototypes of the kfuncs. The same needs give the same bytes, whatever order they
 * came in.
 *
 * @throws {BtfError} where the types cannot be said in C
 */
export function generateVmlinuxHeader(kernel: Btf, needs: Needs): Uint8Array {
  const { types, kfuncs } = headerRoots(kernel, needs);
  return formatBtfC(kernel, { roots: types, kfuncs });
}
