// SPDX-License-Identifier: MIT
// A layer-4 load balancer: traffic to a virtual address is sent to one of its backends, chosen by a hash of the
// connection, by rewriting the destination's MAC and IPv4 address and mending both checksums.
#include "vmlinux.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define MAX_BACKENDS 64

struct service {
	__be32 address;
	__be16 port;
	__u8 protocol;
	__u8 pad;
};

struct backend_range {
	__u32 first;
	__u32 count;
};

struct backend {
	__be32 address;
	unsigned char mac[6];
	__u16 pad;
	__u64 packets;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, struct service);
	__type(value, struct backend_range);
} services SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, MAX_BACKENDS);
	__type(key, __u32);
	__type(value, struct backend);
} backends SEC(".maps");

static __always_inline __sum16 fold(__u64 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

// The checksum after `from` became `to` in what it covers.
static __always_inline __sum16 mend(__sum16 check, __be32 from, __be32 to)
{
	return fold(bpf_csum_diff(&from, sizeof(from), &to, sizeof(to), (__u16)~check));
}

static __always_inline __u32 mix(__u32 a, __u32 b)
{
	a = (a ^ b) * 0x9e3779b1;
	return a ^ (a >> 15);
}

SEC("xdp")
int xdp_load_balancer(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct service service = {};
	struct backend_range *range;
	struct backend *backend;
	__sum16 *check;
	__be16 *ports;
	__u32 index;
	__be32 old;

	if ((void *)(ip + 1) > data_end || eth->h_proto != bpf_htons(ETH_P_IP) || ip->ihl != 5)
		return XDP_PASS;

	// Source and destination port stand first in both headers.
	ports = (void *)(ip + 1);
	if (ip->protocol == IPPROTO_TCP) {
		struct tcphdr *tcp = (void *)ports;

		if ((void *)(tcp + 1) > data_end)
			return XDP_PASS;
		check = &tcp->check;
	} else if (ip->protocol == IPPROTO_UDP) {
		struct udphdr *udp = (void *)ports;

		if ((void *)(udp + 1) > data_end)
			return XDP_PASS;
		check = &udp->check;
	} else {
		return XDP_PASS;
	}

	service.address = ip->daddr;
	service.port = ports[1];
	service.protocol = ip->protocol;
	range = bpf_map_lookup_elem(&services, &service);
	if (!range || range->count == 0)
		return XDP_PASS;

	index = range->first + mix(mix(ip->saddr, ports[0]), ports[1]) % range->count;
	backend = bpf_map_lookup_elem(&backends, &index);
	if (!backend || !backend->address)
		return XDP_DROP;

	old = ip->daddr;
	ip->check = mend(ip->check, old, backend->address);
	// UDP says with 0 that there is no checksum.
	if (ip->protocol == IPPROTO_TCP || *check)
		*check = mend(*check, old, backend->address);
	ip->daddr = backend->address;
	__builtin_memcpy(eth->h_source, eth->h_dest, sizeof(eth->h_source));
	__builtin_memcpy(eth->h_dest, backend->mac, sizeof(eth->h_dest));
	__sync_fetch_and_add(&backend->packets, 1);
	return XDP_TX;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
