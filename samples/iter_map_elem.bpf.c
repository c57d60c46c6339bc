// SPDX-License-Identifier: MIT
// Walks over a hash map inside the kernel: reading the iterator prints the sum of the values and each large one.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, __u64);
} totals SEC(".maps");

const volatile __u64 threshold = 1000;

__u64 sum;

SEC("iter/bpf_map_elem")
int iter_map_elem(struct bpf_iter__bpf_map_elem *ctx)
{
	struct seq_file *seq = ctx->meta->seq;
	__u32 *key = ctx->key;
	__u64 *value = ctx->value;

	if (!key || !value) {
		BPF_SEQ_PRINTF(seq, "sum %llu\n", sum);
		return 0;
	}
	sum += *value;
	if (*value >= threshold)
		BPF_SEQ_PRINTF(seq, "map %u: %u has %llu\n", ctx->map->id, *key, *value);
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
