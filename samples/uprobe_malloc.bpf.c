// SPDX-License-Identifier: MIT
// Bytes asked of malloc(3) and calls that failed, per process.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

struct allocations {
	__u64 calls;
	__u64 bytes;
	__u64 failures;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __u32);
	__type(value, struct allocations);
} by_process SEC(".maps");

static struct allocations *of_this_process(void)
{
	__u32 pid = bpf_get_current_pid_tgid() >> 32;
	struct allocations none = {};
	struct allocations *known = bpf_map_lookup_elem(&by_process, &pid);

	if (known)
		return known;
	bpf_map_update_elem(&by_process, &pid, &none, BPF_NOEXIST);
	return bpf_map_lookup_elem(&by_process, &pid);
}

SEC("uprobe/libc.so.6:malloc")
int BPF_KPROBE(malloc_entry, size_t size)
{
	struct allocations *mine = of_this_process();

	if (mine) {
		__sync_fetch_and_add(&mine->calls, 1);
		__sync_fetch_and_add(&mine->bytes, size);
	}
	return 0;
}

SEC("uretprobe/libc.so.6:malloc")
int BPF_KRETPROBE(malloc_exit, void *address)
{
	struct allocations *mine = address ? NULL : of_this_process();

	if (mine)
		__sync_fetch_and_add(&mine->failures, 1);
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
