// SPDX-License-Identifier: MIT
// Maps that hold maps: an array of two generations of counters, of which `active` says which one is written, so that
// user space can read and clear the other; and a table of counters per interface.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

struct counters {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, __u64);
};

struct counters generation_a SEC(".maps");
struct counters generation_b SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 2);
	__type(key, __u32);
	__array(values, struct counters);
} generations SEC(".maps") = {
	.values = { &generation_a, &generation_b },
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
	__uint(max_entries, 16);
	__type(key, __u32);
	__array(values, struct {
		__uint(type, BPF_MAP_TYPE_ARRAY);
		__uint(max_entries, 1);
		__type(key, __u32);
		__type(value, __u64);
	});
} by_interface SEC(".maps");

__u32 active;

SEC("xdp")
int map_in_map(struct xdp_md *ctx)
{
	__u32 queue = ctx->rx_queue_index, interface = ctx->ingress_ifindex, generation = active, zero = 0;
	__u64 one = 1, *count;
	void *counters;

	counters = bpf_map_lookup_elem(&generations, &generation);
	if (counters) {
		count = bpf_map_lookup_elem(counters, &queue);
		if (count)
			__sync_fetch_and_add(count, 1);
		else
			bpf_map_update_elem(counters, &queue, &one, BPF_NOEXIST);
	}

	counters = bpf_map_lookup_elem(&by_interface, &interface);
	if (counters) {
		count = bpf_map_lookup_elem(counters, &zero);
		if (count)
			__sync_fetch_and_add(count, 1);
	}
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
