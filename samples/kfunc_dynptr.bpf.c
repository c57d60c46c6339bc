// SPDX-License-Identifier: MIT
// Packet access through dynptr kernel functions, which also reach data that is not linear. Counts by EtherType.
#include "vmlinux.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

extern int bpf_dynptr_from_xdp(struct xdp_md *xdp, __u64 flags, struct bpf_dynptr *result) __ksym;
extern void *bpf_dynptr_slice(const struct bpf_dynptr *from, __u32 offset, void *buffer, __u32 buffer__szk) __ksym;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u16);
	__type(value, __u64);
} ethertypes SEC(".maps");

SEC("xdp.frags")
int kfunc_dynptr(struct xdp_md *ctx)
{
	struct ethhdr buffer, *eth;
	struct bpf_dynptr packet;
	__u64 one = 1, *count;
	__u16 type;

	bpf_dynptr_from_xdp(ctx, 0, &packet);
	eth = bpf_dynptr_slice(&packet, 0, &buffer, sizeof(buffer));
	if (!eth)
		return XDP_DROP;
	type = bpf_ntohs(eth->h_proto);
	count = bpf_map_lookup_elem(&ethertypes, &type);
	if (count)
		__sync_fetch_and_add(count, 1);
	else
		bpf_map_update_elem(&ethertypes, &type, &one, BPF_NOEXIST);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
