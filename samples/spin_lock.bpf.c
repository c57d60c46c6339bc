// SPDX-License-Identifier: MIT
// Two numbers that must agree: a spin lock in the map value keeps packet count and byte count together.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

struct account {
	struct bpf_spin_lock lock;
	__u32 largest;
	__u64 packets;
	__u64 bytes;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct account);
} accounts SEC(".maps");

SEC("tc")
int spin_lock(struct __sk_buff *skb)
{
	__u32 zero = 0, length = skb->len;
	struct account *account = bpf_map_lookup_elem(&accounts, &zero);

	if (!account)
		return 0;
	bpf_spin_lock(&account->lock);
	account->packets++;
	account->bytes += length;
	if (length > account->largest)
		account->largest = length;
	bpf_spin_unlock(&account->lock);
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
