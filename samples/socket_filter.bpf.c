// SPDX-License-Identifier: MIT
// A socket filter: counts packets and bytes per IP protocol and keeps only the headers of what it lets through.
#include "vmlinux.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define SNAPLEN 96

struct counter {
	__u64 packets;
	__u64 bytes;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 256);
	__type(key, __u32);
	__type(value, struct counter);
} protocols SEC(".maps");

SEC("socket")
int count_protocols(struct __sk_buff *skb)
{
	struct counter *counter;
	__u32 protocol = 0;
	__u8 byte = 0;

	if (skb->protocol != bpf_htons(ETH_P_IP))
		return 0;
	if (bpf_skb_load_bytes(skb, ETH_HLEN + __builtin_offsetof(struct iphdr, protocol), &byte, sizeof(byte)) < 0)
		return 0;

	protocol = byte;
	counter = bpf_map_lookup_elem(&protocols, &protocol);
	if (counter) {
		__sync_fetch_and_add(&counter->packets, 1);
		__sync_fetch_and_add(&counter->bytes, skb->len);
	}
	return SNAPLEN;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
