// SPDX-License-Identifier: MIT
// Follows TCP connections of a cgroup and keeps the smoothed round-trip time per peer.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

struct rtt {
	__u32 last_us;
	__u32 max_us;
	__u64 samples;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __be32);
	__type(value, struct rtt);
} peers SEC(".maps");

static void record(__be32 peer, __u32 rtt_us)
{
	struct rtt first = { .last_us = rtt_us, .max_us = rtt_us, .samples = 1 };
	struct rtt *known = bpf_map_lookup_elem(&peers, &peer);

	if (!known) {
		bpf_map_update_elem(&peers, &peer, &first, BPF_ANY);
		return;
	}
	known->last_us = rtt_us;
	if (rtt_us > known->max_us)
		known->max_us = rtt_us;
	known->samples++;
}

SEC("sockops")
int sockops_rtt(struct bpf_sock_ops *ctx)
{
	if (ctx->family != AF_INET)
		return 1;
	switch (ctx->op) {
	case BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB:
	case BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB:
		bpf_sock_ops_cb_flags_set(ctx, ctx->bpf_sock_ops_cb_flags | BPF_SOCK_OPS_RTT_CB_FLAG);
		break;
	case BPF_SOCK_OPS_RTT_CB:
		// The kernel keeps eight times the value.
		record(ctx->remote_ip4, ctx->srtt_us >> 3);
		break;
	}
	return 1;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
