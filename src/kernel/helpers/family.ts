import type { bpf_func_id } from '../../uapi/index.ts';
import type { HelperFunction } from '../../vm/index.ts';

/** Helpers that belong together, by the names of linux/bpf.h. */
export type HelperFamily = Partial<Record<keyof typeof bpf_func_id, HelperFunction>>;
