// SPDX-License-Identifier: MIT
// How long tasks stay off the CPU, as a histogram by powers of two: a BTF tracepoint, whose arguments are typed
// pointers that can be followed without a helper.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#define SLOTS 27

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, pid_t);
	__type(value, __u64);
} left_at SEC(".maps");

__u32 histogram_us[SLOTS];

static __u32 log2_floor(__u64 value)
{
	__u32 log = 0;

	for (int shift = 32; shift; shift >>= 1) {
		if (value >> shift) {
			value >>= shift;
			log += shift;
		}
	}
	return log;
}

SEC("tp_btf/sched_switch")
int BPF_PROG(sched_switch, bool preempt, struct task_struct *prev, struct task_struct *next)
{
	__u64 now = bpf_ktime_get_ns(), *since;
	pid_t pid = prev->pid;
	__u32 slot;

	if (pid)
		bpf_map_update_elem(&left_at, &pid, &now, BPF_ANY);

	pid = next->pid;
	since = bpf_map_lookup_elem(&left_at, &pid);
	if (!since)
		return 0;
	slot = log2_floor((now - *since) / 1000);
	if (slot >= SLOTS)
		slot = SLOTS - 1;
	__sync_fetch_and_add(&histogram_us[slot], 1);
	bpf_map_delete_elem(&left_at, &pid);
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
