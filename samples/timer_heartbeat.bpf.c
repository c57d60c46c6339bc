// SPDX-License-Identifier: MIT
// A timer in a map value: armed by the first packet of a flow, it comes back every second and forgets the flow when it
// has been idle.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#define SECOND_NS 1000000000ULL

struct flow {
	__u64 packets;
	__u64 at_last_tick;
	__u32 ticks;
	struct bpf_timer timer;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, struct flow);
} flows SEC(".maps");

__u64 expired;

static int tick(void *map, __u32 *key, struct flow *flow)
{
	if (flow->packets == flow->at_last_tick) {
		__sync_fetch_and_add(&expired, 1);
		bpf_map_delete_elem(map, key);
		return 0;
	}
	flow->at_last_tick = flow->packets;
	flow->ticks++;
	bpf_timer_start(&flow->timer, SECOND_NS, 0);
	return 0;
}

SEC("tc")
int timer_heartbeat(struct __sk_buff *skb)
{
	struct flow fresh = {}, *flow;
	__u32 key = skb->mark;

	flow = bpf_map_lookup_elem(&flows, &key);
	if (!flow) {
		bpf_map_update_elem(&flows, &key, &fresh, BPF_NOEXIST);
		flow = bpf_map_lookup_elem(&flows, &key);
		if (!flow)
			return 0;
		if (bpf_timer_init(&flow->timer, &flows, CLOCK_MONOTONIC) == 0) {
			bpf_timer_set_callback(&flow->timer, tick);
			bpf_timer_start(&flow->timer, SECOND_NS, 0);
		}
	}
	__sync_fetch_and_add(&flow->packets, 1);
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
