// SPDX-License-Identifier: MIT
// Accounts a cgroup's traffic in both directions and stops its outgoing traffic beyond a quota.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

enum direction { INGRESS, EGRESS, DIRECTIONS };

struct usage {
	__u64 packets;
	__u64 bytes;
	__u64 refused;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, DIRECTIONS);
	__type(key, enum direction);
	__type(value, struct usage);
} usage SEC(".maps");

const volatile __u64 egress_quota_bytes = 1 << 20;

static bool account(struct __sk_buff *skb, enum direction direction, __u64 quota)
{
	struct usage *used = bpf_map_lookup_elem(&usage, &direction);

	if (!used)
		return true;
	if (quota && used->bytes + skb->len > quota) {
		__sync_fetch_and_add(&used->refused, 1);
		return false;
	}
	__sync_fetch_and_add(&used->packets, 1);
	__sync_fetch_and_add(&used->bytes, skb->len);
	return true;
}

SEC("cgroup_skb/ingress")
int count_ingress(struct __sk_buff *skb)
{
	return account(skb, INGRESS, 0) ? 1 : 0;
}

SEC("cgroup_skb/egress")
int limit_egress(struct __sk_buff *skb)
{
	return account(skb, EGRESS, egress_quota_bytes) ? 1 : 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
