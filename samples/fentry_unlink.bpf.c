// SPDX-License-Identifier: MIT
// The same watch as kprobe_unlink with the newer fentry and fexit: arguments keep their types, and at the exit both
// they and the result are there.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

SEC("fentry/do_unlinkat")
int BPF_PROG(unlink_entry, int dfd, struct filename *name)
{
	bpf_printk("unlink %s", name->name);
	return 0;
}

SEC("fexit/do_unlinkat")
int BPF_PROG(unlink_exit, int dfd, struct filename *name, long result)
{
	bpf_printk("unlink %s: %ld", name->name, result);
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
