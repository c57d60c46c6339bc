// SPDX-License-Identifier: MIT
// Lets TCP connections to the SSH port through only from known hosts, and counts what it refuses per source.
// Try it: run the packets in packets/ through it, then dump the map `refused`.
#include "vmlinux.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct refusal {
	__u64 packets;
	__u64 bytes;
	__u64 last_seen_ns;
};

// IPv4 addresses (network byte order) that may connect.
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __be32);
	__type(value, __u8);
} allowed SEC(".maps");

// Who was turned away, the least recently seen forgotten first.
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 10240);
	__type(key, __be32);
	__type(value, struct refusal);
} refused SEC(".maps");

// Can be set before the program is loaded.
const volatile __u16 ssh_port = 22;

__u64 passed_packets;

static void count_refusal(__be32 source, __u64 bytes)
{
	struct refusal first = { .packets = 1, .bytes = bytes, .last_seen_ns = bpf_ktime_get_ns() };
	struct refusal *seen = bpf_map_lookup_elem(&refused, &source);

	if (!seen) {
		bpf_map_update_elem(&refused, &source, &first, BPF_ANY);
		return;
	}
	__sync_fetch_and_add(&seen->packets, 1);
	__sync_fetch_and_add(&seen->bytes, bytes);
	seen->last_seen_ns = first.last_seen_ns;
}

SEC("xdp")
int xdp_ssh_firewall(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct tcphdr *tcp;
	__be32 source;

	if ((void *)(ip + 1) > data_end || eth->h_proto != bpf_htons(ETH_P_IP) || ip->protocol != IPPROTO_TCP)
		goto pass;
	tcp = (void *)ip + ip->ihl * 4;
	if ((void *)(tcp + 1) > data_end || tcp->dest != bpf_htons(ssh_port))
		goto pass;

	source = ip->saddr;
	if (bpf_map_lookup_elem(&allowed, &source))
		goto pass;
	count_refusal(source, data_end - data);
	return XDP_DROP;
pass:
	__sync_fetch_and_add(&passed_packets, 1);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
