/** Functions of the kernel that generated programs call, by their index here. */
export const FUZZ_KFUNCS: readonly string[] = ['bpf_iter_num_new', 'bpf_iter_num_next', 'bpf_iter_num_destroy'];

export const ITER_NEW = 0;
export const ITER_NEXT = 1;
export const ITER_DESTROY = 2;
