// SPDX-License-Identifier: MIT
// Hands packets to user space through a perf event array: a header of ours, then the first bytes of the packet, which
// the kernel appends.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#define SNAPLEN 128

struct packet_header {
	__u32 interface;
	__u32 length;
	__u32 captured;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} packets SEC(".maps");

// Keeps the type in the object's BTF, for skeletons.
const struct packet_header *unused_packet_header __attribute__((unused));

SEC("xdp")
int perf_output_packets(struct xdp_md *ctx)
{
	__u64 length = ctx->data_end - ctx->data;
	__u64 captured = length < SNAPLEN ? length : SNAPLEN;
	struct packet_header header = {
		.interface = ctx->ingress_ifindex,
		.length = length,
		.captured = captured,
	};

	bpf_perf_event_output(ctx, &packets, BPF_F_CURRENT_CPU | captured << 32, &header, sizeof(header));
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
