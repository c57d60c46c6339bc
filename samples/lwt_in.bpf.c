// SPDX-License-Identifier: MIT
// On a lightweight-tunnel route: refuses incoming IPv4 fragments. The packet starts at its network header here.
#include "vmlinux.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define MORE_FRAGMENTS_OR_OFFSET 0x3fff

__u64 fragments;

SEC("lwt_in")
int refuse_fragments(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data;
	void *data_end = (void *)(long)skb->data_end;
	struct iphdr *ip = data;

	if (skb->protocol != bpf_htons(ETH_P_IP) || (void *)(ip + 1) > data_end)
		return BPF_OK;
	if (!(ip->frag_off & bpf_htons(MORE_FRAGMENTS_OR_OFFSET)))
		return BPF_OK;
	__sync_fetch_and_add(&fragments, 1);
	return BPF_DROP;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
