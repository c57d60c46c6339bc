import { invariant } from '../../base/index.ts';
import type { Btf } from '../../btf/index.ts';
import type { KernelTypes } from '../options.ts';

/** Index of the kernel's own types in every table. */
export const VMLINUX = 0;

/** The BTFs that rows of pointers name by a number (`AUX2`). */
export class BtfTable {
  readonly #all: (Btf | undefined)[];
  readonly #kernel: ReadonlySet<Btf>;

  constructor(vmlinux: Btf | undefined, modules: readonly KernelTypes[]) {
    this.#all = [vmlinux];
    this.#kernel = new Set([...(vmlinux ? [vmlinux] : []), ...modules.map(({ btf }) => btf)]);
  }

  /** The number of a BTF, which it gets when it is asked for first. */
  indexOf(btf: Btf): number {
    const at = this.#all.indexOf(btf);
    return at >= 0 ? at : this.#all.push(btf) - 1;
  }

  at(index: number): Btf {
    const btf = this.#all[index];
    invariant(btf !== undefined, `no BTF has the number ${index}`);
    return btf;
  }

  /** The kernel's or a module's, not a program's. */
  isKernel(index: number): boolean {
    const btf = this.#all[index];
    return btf !== undefined && this.#kernel.has(btf);
  }
}
