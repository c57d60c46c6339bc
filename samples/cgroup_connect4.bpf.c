// SPDX-License-Identifier: MIT
// Transparent proxying for a cgroup: connections to one address and port are sent to another.
#include "vmlinux.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct endpoint {
	__be32 address;
	__be16 port;
	__u16 pad;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 128);
	__type(key, struct endpoint);
	__type(value, struct endpoint);
} proxies SEC(".maps");

SEC("cgroup/connect4")
int cgroup_connect4(struct bpf_sock_addr *ctx)
{
	struct endpoint wanted = { .address = ctx->user_ip4, .port = ctx->user_port };
	struct endpoint *proxy = bpf_map_lookup_elem(&proxies, &wanted);

	if (proxy) {
		ctx->user_ip4 = proxy->address;
		ctx->user_port = proxy->port;
	}
	return 1;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
