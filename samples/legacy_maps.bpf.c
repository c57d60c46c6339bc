// SPDX-License-Identifier: MIT
// Maps as they were written before BTF: libbpf's old `struct bpf_map_def` in the section `maps`. libbpf 1.0 dropped
// the form; many objects in the field still have it.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

struct bpf_map_def {
	unsigned int type;
	unsigned int key_size;
	unsigned int value_size;
	unsigned int max_entries;
	unsigned int map_flags;
};

struct bpf_map_def SEC("maps") packet_count = {
	.type = BPF_MAP_TYPE_ARRAY,
	.key_size = sizeof(__u32),
	.value_size = sizeof(__u64),
	.max_entries = 1,
};

struct bpf_map_def SEC("maps") by_source = {
	.type = BPF_MAP_TYPE_HASH,
	.key_size = sizeof(__u32),
	.value_size = sizeof(__u64),
	.max_entries = 1024,
	.map_flags = BPF_F_NO_PREALLOC,
};

SEC("xdp")
int legacy_maps(struct xdp_md *ctx)
{
	__u32 zero = 0, queue = ctx->rx_queue_index;
	__u64 one = 1, *count;

	count = bpf_map_lookup_elem(&packet_count, &zero);
	if (count)
		__sync_fetch_and_add(count, 1);
	bpf_map_update_elem(&by_source, &queue, &one, BPF_ANY);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
