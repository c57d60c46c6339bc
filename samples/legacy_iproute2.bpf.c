// SPDX-License-Identifier: MIT
// The map form of iproute2's own loader, `struct bpf_elf_map`, with an id and a pinning of its own, and the old section
// name `classifier`.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#define PIN_GLOBAL_NS 2

struct bpf_elf_map {
	__u32 type;
	__u32 size_key;
	__u32 size_value;
	__u32 max_elem;
	__u32 flags;
	__u32 id;
	__u32 pinning;
	__u32 inner_id;
	__u32 inner_idx;
};

struct bpf_elf_map SEC("maps") bytes_seen = {
	.type = BPF_MAP_TYPE_ARRAY,
	.size_key = sizeof(__u32),
	.size_value = sizeof(__u64),
	.max_elem = 1,
	.id = 1,
	.pinning = PIN_GLOBAL_NS,
};

SEC("classifier")
int legacy_iproute2(struct __sk_buff *skb)
{
	__u32 zero = 0;
	__u64 *bytes = bpf_map_lookup_elem(&bytes_seen, &zero);

	if (bytes)
		__sync_fetch_and_add(bytes, skb->len);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
