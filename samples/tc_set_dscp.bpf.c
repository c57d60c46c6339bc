// SPDX-License-Identifier: MIT
// Marks outgoing IPv4 traffic: a map from destination port to DSCP class; the header checksum is mended by the helper.
#include "vmlinux.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define TC_ACT_OK 0
#define IP_OFF(member) (ETH_HLEN + __builtin_offsetof(struct iphdr, member))

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, __u16); // port, host byte order
	__type(value, __u8); // DSCP, 0 to 63
} classes SEC(".maps");

SEC("tc")
int tc_set_dscp(struct __sk_buff *skb)
{
	struct iphdr ip;
	__be16 ports[2];
	__u8 *dscp, tos;
	__u16 port;

	if (skb->protocol != bpf_htons(ETH_P_IP))
		return TC_ACT_OK;
	if (bpf_skb_load_bytes(skb, ETH_HLEN, &ip, sizeof(ip)) < 0)
		return TC_ACT_OK;
	if (ip.protocol != IPPROTO_TCP && ip.protocol != IPPROTO_UDP)
		return TC_ACT_OK;
	if (bpf_skb_load_bytes(skb, ETH_HLEN + ip.ihl * 4, ports, sizeof(ports)) < 0)
		return TC_ACT_OK;

	port = bpf_ntohs(ports[1]);
	dscp = bpf_map_lookup_elem(&classes, &port);
	if (!dscp)
		return TC_ACT_OK;

	// The two low bits of the byte are ECN and stay. The byte before it (version and length) shares its checksum word.
	tos = (*dscp << 2) | (ip.tos & 3);
	bpf_l3_csum_replace(skb, IP_OFF(check), bpf_htons(ip.tos), bpf_htons(tos), 2);
	bpf_skb_store_bytes(skb, IP_OFF(tos), &tos, sizeof(tos), 0);
	skb->priority = *dscp >> 3;
	return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
