// SPDX-License-Identifier: MIT
// A parser in steps: each protocol has a program of its own, reached by a tail call through a program array that is
// filled when the object is loaded.
#include "vmlinux.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

enum step { STEP_IPV4, STEP_IPV6, STEPS };

int parse_ipv4(struct xdp_md *ctx);
int parse_ipv6(struct xdp_md *ctx);

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, STEPS);
	__uint(key_size, sizeof(__u32));
	__array(values, int(struct xdp_md *));
} steps SEC(".maps") = {
	.values = {
		[STEP_IPV4] = &parse_ipv4,
		[STEP_IPV6] = &parse_ipv6,
	},
};

__u64 ipv4_packets, ipv6_packets, other_packets;

SEC("xdp")
int parse_ethernet(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;

	if ((void *)(eth + 1) > data_end)
		return XDP_DROP;
	if (eth->h_proto == bpf_htons(ETH_P_IP))
		bpf_tail_call(ctx, &steps, STEP_IPV4);
	else if (eth->h_proto == bpf_htons(ETH_P_IPV6))
		bpf_tail_call(ctx, &steps, STEP_IPV6);
	// Reached when there is no step for the packet, or the call failed.
	__sync_fetch_and_add(&other_packets, 1);
	return XDP_PASS;
}

SEC("xdp")
int parse_ipv4(struct xdp_md *ctx)
{
	__sync_fetch_and_add(&ipv4_packets, 1);
	return XDP_PASS;
}

SEC("xdp")
int parse_ipv6(struct xdp_md *ctx)
{
	__sync_fetch_and_add(&ipv6_packets, 1);
	return XDP_DROP;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
