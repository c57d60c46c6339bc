// SPDX-License-Identifier: MIT
// Reports each IPv4 packet to user space through a ring buffer: a typed event, written in place.
#include "vmlinux.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct packet_event {
	__u64 timestamp_ns;
	__be32 source;
	__be32 destination;
	__u16 length;
	__u8 protocol;
	__u8 ttl;
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

// Keeps the type in the object's BTF, for skeletons: a ring buffer's definition has no room for it.
const struct packet_event *unused_packet_event __attribute__((unused));

__u64 lost;

SEC("xdp")
int ringbuf_packets(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct packet_event *event;

	if ((void *)(ip + 1) > data_end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event) {
		__sync_fetch_and_add(&lost, 1);
		return XDP_PASS;
	}
	event->timestamp_ns = bpf_ktime_get_ns();
	event->source = ip->saddr;
	event->destination = ip->daddr;
	event->length = data_end - data;
	event->protocol = ip->protocol;
	event->ttl = ip->ttl;
	bpf_ringbuf_submit(event, 0);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
