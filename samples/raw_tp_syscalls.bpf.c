// SPDX-License-Identifier: MIT
// Counts system calls per number on each CPU, from the raw tracepoint that all of them pass.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#define SYSCALLS 512

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, SYSCALLS);
	__type(key, __u32);
	__type(value, __u64);
} calls SEC(".maps");

SEC("raw_tp/sys_enter")
int count_syscall(struct bpf_raw_tracepoint_args *ctx)
{
	// TP_PROTO(struct pt_regs *regs, long id)
	__u32 number = ctx->args[1];
	__u64 *count = bpf_map_lookup_elem(&calls, &number);

	if (count)
		(*count)++;
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
