// SPDX-License-Identifier: MIT
// A security hook: refuses to bind IPv4 sockets to ports that are not allowed.
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u16); // port, host byte order
	__type(value, __u8);
} reserved SEC(".maps");

__u64 refused;

SEC("lsm/socket_bind")
int BPF_PROG(socket_bind, struct socket *sock, struct sockaddr *address, int addrlen, int earlier)
{
	__u16 port;

	// What an earlier hook refused stays refused.
	if (earlier)
		return earlier;
	if (address->sa_family != AF_INET)
		return 0;
	port = bpf_ntohs(BPF_CORE_READ((struct sockaddr_in *)address, sin_port));
	if (!bpf_map_lookup_elem(&reserved, &port))
		return 0;
	__sync_fetch_and_add(&refused, 1);
	return -EPERM;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
