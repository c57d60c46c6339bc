/**
 * What kernels can do since a version, apart from the constants of linux/bpf.h: since when, what it is called where a
 * program is refused for want of it, and the source of the fact.
 */
export const FEATURES = {
  // What a process may hand in.
  names: ['4.15', 'names of programs and maps', 'https://github.com/cilium/ebpf/blob/main/syscalls.go'],
  expected_attach_type: ['4.17', 'expected attach types', '5e43f899b03a'],
  btf: ['4.18', 'BTF', '69b693f0aefa'],
  btf_func: ['5.0', 'func_info and line_info', 'https://github.com/cilium/ebpf/blob/main/btf/feature.go'],
  global_data: ['5.2', 'global data', 'd8eca5bbb2be'],
  btf_datasec: ['5.2', 'BTF of variables', 'https://github.com/cilium/ebpf/blob/main/btf/feature.go'],
  array_mmap: ['5.5', 'maps that processes map', 'fc9702273e2e'],
  btf_func_global: ['5.6', 'global functions', '51c39bb1d5d1'],
  prog_bind_map: ['5.10', 'binding of maps to programs', 'Documentation/bpf/libbpf (BPF_PROG_BIND_MAP)'],
  btf_float: ['5.13', 'BTF of floating-point numbers', 'uapi/linux/btf.h: Add BTF_KIND_FLOAT'],
  btf_decl_tag: ['5.16', 'BTF tags of declarations', 'uapi/linux/btf.h: Rename BTF_KIND_TAG to BTF_KIND_DECL_TAG'],
  btf_type_tag: ['5.17', 'BTF tags of types', 'uapi/linux/btf.h: Support BTF_KIND_TYPE_TAG'],
  btf_enum64: ['6.0', 'BTF of 64-bit enumerations', 'uapi/linux/btf.h: Add btf enum64 support'],
  arg_ctx_tag: ['6.8', 'tags of arguments of global functions', '94e1c70a3452'],
  btf_qmark_datasec: [
    '6.9',
    'BTF sections whose name begins with `?`',
    'Documentation/bpf/libbpf (FEAT_BTF_QMARK_DATASEC)',
  ],

  // What programs consist of.
  tail_calls_in_subprograms: ['5.10', 'tail calls in programs with subprograms', 'e411901c0b77'],
  kernel_variables: ['5.10', 'addresses of kernel variables', 'uapi/linux/bpf.h: Introduce pseudo_btf_id'],
  atomics: ['5.12', 'atomic instructions', 'uapi/linux/bpf.h: Add instructions for atomic_[cmp]xchg'],
  global_pointer_arguments: ['5.12', 'pointers as arguments of global functions', 'e5069b9c23b3'],
  callbacks: ['5.13', 'callbacks', '69c087ba6225'],
  kfuncs: ['5.13', 'kernel functions', 'e6ac2450d6de'],
  map_indexes: ['5.14', 'maps by their index', 'uapi/linux/bpf.h: Introduce fd_idx'],
  cpu_v4: ['6.6', 'instructions of -mcpu=v4', 'uapi/linux/bpf.h: Support new sign-extension load insns'],
  may_goto: ['6.9', 'may_goto', 'uapi/linux/bpf.h: Introduce may_goto instruction'],
  address_spaces: ['6.9', 'addr_space_cast', 'uapi/linux/bpf.h: Introduce bpf_arena.'],
  load_acquire: [
    '6.15',
    'load-acquire and store-release',
    'uapi/linux/bpf.h: Introduce load-acquire and store-release',
  ],
} as const satisfies Readonly<Record<string, readonly [since: string, what: string, source: string]>>;

/** Something that kernels have since a version. */
export type KernelFeature = keyof typeof FEATURES;
