// SPDX-License-Identifier: MIT
// One listening socket serves a whole range of ports: the lookup is steered to the socket in the map.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_SOCKMAP);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} server SEC(".maps");

const volatile __u16 first_port = 7000;
const volatile __u16 last_port = 7999;

SEC("sk_lookup")
int steer_ports(struct bpf_sk_lookup *ctx)
{
	struct bpf_sock *sk;
	__u32 zero = 0;
	long error;

	if (ctx->local_port < first_port || ctx->local_port > last_port)
		return SK_PASS;
	sk = bpf_map_lookup_elem(&server, &zero);
	if (!sk)
		return SK_DROP;
	error = bpf_sk_assign(ctx, sk, 0);
	bpf_sk_release(sk);
	return error ? SK_DROP : SK_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
