// SPDX-License-Identifier: MIT
// Calls between BPF functions: static ones are checked at each call, global ones once, for any argument. Both programs
// share them, so the loader links a copy into each.
#include "vmlinux.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

__u64 hashes;

static __noinline __u32 fnv1a(__u32 hash, __u32 word)
{
	for (int shift = 0; shift < 32; shift += 8)
		hash = (hash ^ (word >> shift & 0xff)) * 16777619;
	return hash;
}

static __noinline __u32 hash_addresses(struct iphdr *ip)
{
	hashes++;
	return fnv1a(fnv1a(2166136261, ip->saddr), ip->daddr);
}

__noinline int is_sampled(__u32 hash, __u32 one_in)
{
	return one_in && hash % one_in == 0;
}

static __always_inline int sample(void *data, void *data_end)
{
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);

	if ((void *)(ip + 1) > data_end || eth->h_proto != bpf_htons(ETH_P_IP))
		return 0;
	return is_sampled(hash_addresses(ip), 2);
}

SEC("xdp")
int sample_xdp(struct xdp_md *ctx)
{
	return sample((void *)(long)ctx->data, (void *)(long)ctx->data_end) ? XDP_DROP : XDP_PASS;
}

SEC("tc")
int sample_tc(struct __sk_buff *skb)
{
	return sample((void *)(long)skb->data, (void *)(long)skb->data_end) ? 2 : 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
