// SPDX-License-Identifier: MIT
// Counters that need no atomic operation: one copy per CPU, in an array, a hash and an LRU hash.
#include "vmlinux.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct traffic {
	__u64 packets;
	__u64 bytes;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 5);
	__type(key, __u32);
	__type(value, struct traffic);
} by_action SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 256);
	__type(key, __u16);
	__type(value, struct traffic);
} by_ethertype SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_PERCPU_HASH);
	__uint(max_entries, 4096);
	__type(key, __be32);
	__type(value, struct traffic);
} by_source SEC(".maps");

static void count(void *map, const void *key, __u64 bytes)
{
	struct traffic first = { .packets = 1, .bytes = bytes };
	struct traffic *known = bpf_map_lookup_elem(map, key);

	if (known) {
		known->packets++;
		known->bytes += bytes;
	} else {
		bpf_map_update_elem(map, key, &first, BPF_NOEXIST);
	}
}

SEC("xdp")
int percpu_counters(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	__u32 action = XDP_PASS;
	__u16 ethertype;
	__be32 source;

	if ((void *)(eth + 1) > data_end)
		return XDP_DROP;
	ethertype = bpf_ntohs(eth->h_proto);
	count(&by_ethertype, &ethertype, data_end - data);
	count(&by_action, &action, data_end - data);
	if (ethertype == ETH_P_IP && (void *)(ip + 1) <= data_end) {
		source = ip->saddr;
		count(&by_source, &source, data_end - data);
	}
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
