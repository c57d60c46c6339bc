import type { HelperFunction } from '../../vm/index.ts';

/** Kernel functions that belong together, by their names in the kernel's BTF. */
export type KfuncFamily = Readonly<Record<string, HelperFunction>>;
