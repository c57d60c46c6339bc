// SPDX-License-Identifier: MIT
// Sends every packet out of another interface: the device map says which one for the interface that it came in by.
// The second program runs at the far end, once per packet that leaves through the map.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

struct bpf_devmap_val {
	__u32 ifindex;
	int fd;
};

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, struct bpf_devmap_val);
} tx_ports SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} redirected SEC(".maps");

SEC("xdp")
int xdp_redirect(struct xdp_md *ctx)
{
	__u32 zero = 0;
	__u64 *count = bpf_map_lookup_elem(&redirected, &zero);

	if (count)
		(*count)++;
	// XDP_PASS when the map has no entry for this interface.
	return bpf_redirect_map(&tx_ports, ctx->ingress_ifindex, XDP_PASS);
}

SEC("xdp/devmap")
int xdp_at_egress(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;

	if ((void *)(eth + 1) > data_end)
		return XDP_DROP;
	eth->h_source[0] = 2;
	eth->h_source[5] = ctx->egress_ifindex;
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
