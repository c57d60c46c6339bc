/**
 * The version of bpftool whose text is meant. Since 7.8 every header has a macro `__bpf_fastcall`, the prototypes of
 * kfuncs are sorted by name, and type tags that stand for any attribute are printed as that attribute.
 * @see tools/bpf/bpftool/btf.c, tools/lib/bpf/btf_dump.c (v6.12 for 7.5)
 */
export type BpftoolForm = '7.5' | '7.8';
