// SPDX-License-Identifier: MIT
// Tells the kernel's flow hash what an IPv4 packet's flow is: fills in the keys for TCP and UDP.
#include "vmlinux.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define FRAGMENT_OFFSET 0x1fff
#define MORE_FRAGMENTS_OR_OFFSET 0x3fff

// Packet offsets must be seen to be small before they are added to a pointer.
#define MAX_OFFSET 1024

struct ports {
	__be16 source;
	__be16 dest;
};

SEC("flow_dissector")
int dissect_flow(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data;
	void *data_end = (void *)(long)skb->data_end;
	struct bpf_flow_keys *keys = skb->flow_keys;
	__u32 offset = keys->thoff;
	struct ports *ports;
	struct iphdr *ip;

	if (keys->n_proto != bpf_htons(ETH_P_IP))
		return BPF_FLOW_DISSECTOR_CONTINUE;
	ip = data + offset;
	if (offset > MAX_OFFSET || (void *)(ip + 1) > data_end)
		return BPF_DROP;

	keys->addr_proto = ETH_P_IP;
	keys->ip_proto = ip->protocol;
	keys->ipv4_src = ip->saddr;
	keys->ipv4_dst = ip->daddr;
	offset += ip->ihl * 4;
	keys->thoff = offset;
	if (ip->frag_off & bpf_htons(MORE_FRAGMENTS_OR_OFFSET)) {
		keys->is_frag = 1;
		// Only the first fragment has ports.
		if (ip->frag_off & bpf_htons(FRAGMENT_OFFSET))
			return BPF_OK;
		keys->is_first_frag = 1;
	}

	if (ip->protocol == IPPROTO_TCP || ip->protocol == IPPROTO_UDP) {
		ports = data + offset;
		if ((void *)(ports + 1) > data_end)
			return BPF_DROP;
		keys->sport = ports->source;
		keys->dport = ports->dest;
	}
	return BPF_OK;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
