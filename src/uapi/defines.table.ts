// Constants that linux/bpf.h and linux/bpf_common.h give as macros, which BTF does not carry (Linux 6.12).

/** What the source register of a `BPF_LD | BPF_IMM | BPF_DW` says of its immediate. */
export const bpf_pseudo = {
  BPF_PSEUDO_MAP_FD: 1,
  BPF_PSEUDO_MAP_VALUE: 2,
  BPF_PSEUDO_BTF_ID: 3,
  BPF_PSEUDO_FUNC: 4,
  BPF_PSEUDO_MAP_IDX: 5,
  BPF_PSEUDO_MAP_IDX_VALUE: 6,
} as const;

/** What the source register of a `BPF_JMP | BPF_CALL` says of its immediate. */
export const bpf_pseudo_call = {
  BPF_PSEUDO_CALL: 1,
  BPF_PSEUDO_KFUNC_CALL: 2,
} as const;

/** `prog_flags` of BPF_PROG_LOAD. */
export const bpf_prog_flags = {
  BPF_F_STRICT_ALIGNMENT: 1 << 0,
  BPF_F_ANY_ALIGNMENT: 1 << 1,
  BPF_F_TEST_RND_HI32: 1 << 2,
  BPF_F_TEST_STATE_FREQ: 1 << 3,
  BPF_F_SLEEPABLE: 1 << 4,
  BPF_F_XDP_HAS_FRAGS: 1 << 5,
  BPF_F_XDP_DEV_BOUND_ONLY: 1 << 6,
  BPF_F_TEST_REG_INVARIANTS: 1 << 7,
} as const;

/** `attach_flags` of BPF_PROG_ATTACH. */
export const bpf_attach_flags = {
  BPF_F_ALLOW_OVERRIDE: 1 << 0,
  BPF_F_ALLOW_MULTI: 1 << 1,
  BPF_F_REPLACE: 1 << 2,
  BPF_F_BEFORE: 1 << 3,
  BPF_F_AFTER: 1 << 4,
  BPF_F_ID: 1 << 5,
} as const;

/** Longest object name, with its NUL. */
export const BPF_OBJ_NAME_LEN = 16;
/** Bytes of a program's tag. */
export const BPF_TAG_SIZE = 8;
/** Deepest chain of tail calls. */
export const MAX_TAIL_CALL_CNT = 33;
/** Bytes of stack that one program and its subprograms together may use. */
export const MAX_BPF_STACK = 512;
