// SPDX-License-Identifier: MIT
// A sampling profiler: on every tick of a perf event it counts the kernel and user stacks that it finds.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#define MAX_DEPTH 127
#define BPF_F_USER_STACK (1ULL << 8)

struct where {
	__u32 pid;
	__s32 kernel_stack;
	__s32 user_stack;
	char comm[16];
};

struct {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__uint(max_entries, 4096);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, MAX_DEPTH * sizeof(__u64));
} stacks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 10240);
	__type(key, struct where);
	__type(value, __u64);
} samples SEC(".maps");

__u64 last_ip;

SEC("perf_event")
int perf_event_sample(struct bpf_perf_event_data *ctx)
{
	struct where where = {};
	__u64 one = 1, *count;

	last_ip = PT_REGS_IP(&ctx->regs);
	where.pid = bpf_get_current_pid_tgid() >> 32;
	bpf_get_current_comm(where.comm, sizeof(where.comm));
	where.kernel_stack = bpf_get_stackid(ctx, &stacks, 0);
	where.user_stack = bpf_get_stackid(ctx, &stacks, BPF_F_USER_STACK);

	count = bpf_map_lookup_elem(&samples, &where);
	if (count)
		__sync_fetch_and_add(count, 1);
	else
		bpf_map_update_elem(&samples, &where, &one, BPF_NOEXIST);
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
