// SPDX-License-Identifier: MIT
// Port forwarding with direct packet access: rewrites the destination port of TCP packets and mends the checksum.
// `tcx/ingress` is the attach form of newer kernels.
#include "vmlinux.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define TCX_NEXT (-1)
#define TCX_DROP 2
#define TCP_CSUM_OFF (ETH_HLEN + sizeof(struct iphdr) + __builtin_offsetof(struct tcphdr, check))
#define TCP_DPORT_OFF (ETH_HLEN + sizeof(struct iphdr) + __builtin_offsetof(struct tcphdr, dest))

const volatile __u16 from_port = 80;
const volatile __u16 to_port = 8080;

__u64 forwarded;

SEC("tcx/ingress")
int tc_nat(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data;
	void *data_end = (void *)(long)skb->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct tcphdr *tcp = (void *)(ip + 1);
	__be16 from = bpf_htons(from_port), to = bpf_htons(to_port);

	if ((void *)(tcp + 1) > data_end || eth->h_proto != bpf_htons(ETH_P_IP))
		return TCX_NEXT;
	if (ip->ihl != 5 || ip->protocol != IPPROTO_TCP || tcp->dest != from)
		return TCX_NEXT;

	// Both helpers may move the packet: the pointers above are void after them.
	if (bpf_l4_csum_replace(skb, TCP_CSUM_OFF, from, to, sizeof(to)) < 0)
		return TCX_DROP;
	if (bpf_skb_store_bytes(skb, TCP_DPORT_OFF, &to, sizeof(to), 0) < 0)
		return TCX_DROP;
	__sync_fetch_and_add(&forwarded, 1);
	return TCX_NEXT;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
