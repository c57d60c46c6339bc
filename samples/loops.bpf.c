// SPDX-License-Identifier: MIT
// Loops that run a callback: bpf_loop as often as it is told, bpf_for_each_map_elem once per element.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, __u64);
} lengths SEC(".maps");

struct sum {
	__u64 total;
	__u32 elements;
};

__u64 total_length, checksum;
__u32 elements;

static long add_element(void *map, __u32 *key, __u64 *value, struct sum *sum)
{
	sum->total += *value;
	sum->elements++;
	return 0; // 1 would end the walk
}

static long step(__u32 index, __u64 *state)
{
	*state = *state * 31 + index;
	return index >= 999; // ends the loop at the thousandth round
}

SEC("xdp")
int loops(struct xdp_md *ctx)
{
	__u64 length = ctx->data_end - ctx->data, state = length;
	__u32 queue = ctx->rx_queue_index;
	struct sum sum = {};

	bpf_map_update_elem(&lengths, &queue, &length, BPF_ANY);
	bpf_for_each_map_elem(&lengths, add_element, &sum, 0);
	bpf_loop(1 << 20, step, &state, 0);

	total_length = sum.total;
	elements = sum.elements;
	checksum = state;
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
