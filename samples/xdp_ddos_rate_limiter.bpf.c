// SPDX-License-Identifier: MIT
// Limits how many packets a second each IPv4 source may send, with a token bucket per source.
#include "vmlinux.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define NSEC_PER_SEC 1000000000ULL

struct bucket {
	__u64 tokens;
	__u64 refilled_ns;
	__u64 dropped;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 65536);
	__type(key, __be32);
	__type(value, struct bucket);
} buckets SEC(".maps");

const volatile __u64 packets_per_second = 100;
const volatile __u64 burst = 20;

SEC("xdp")
int xdp_ddos_rate_limiter(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	__u64 now, earned;
	struct bucket *bucket;
	__be32 source;

	if ((void *)(ip + 1) > data_end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;

	source = ip->saddr;
	now = bpf_ktime_get_ns();
	bucket = bpf_map_lookup_elem(&buckets, &source);
	if (!bucket) {
		struct bucket fresh = { .tokens = burst ? burst - 1 : 0, .refilled_ns = now };

		bpf_map_update_elem(&buckets, &source, &fresh, BPF_ANY);
		return XDP_PASS;
	}

	earned = (now - bucket->refilled_ns) * packets_per_second / NSEC_PER_SEC;
	if (earned > 0) {
		bucket->tokens = bucket->tokens + earned > burst ? burst : bucket->tokens + earned;
		bucket->refilled_ns = now;
	}
	if (bucket->tokens == 0) {
		bucket->dropped++;
		return XDP_DROP;
	}
	bucket->tokens--;
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
