// SPDX-License-Identifier: MIT
// Watches file deletions with a kprobe at the start of do_unlinkat and a kretprobe at its end, and reports how long
// each took. The two find each other by thread id.
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#define NAME_LEN 64

struct event {
	__u32 pid;
	__s32 result;
	__u64 duration_ns;
	char comm[16];
	char name[NAME_LEN];
};

struct started {
	__u64 at_ns;
	char name[NAME_LEN];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8192);
	__type(key, __u64);
	__type(value, struct started);
} running SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
} events SEC(".maps");

// Keeps the type in the object's BTF, for skeletons: a ring buffer's definition has no room for it.
const struct event *unused_event __attribute__((unused));

SEC("kprobe/do_unlinkat")
int BPF_KPROBE(unlink_entry, int dfd, struct filename *name)
{
	__u64 id = bpf_get_current_pid_tgid();
	struct started started = { .at_ns = bpf_ktime_get_ns() };

	bpf_probe_read_kernel_str(started.name, sizeof(started.name), BPF_CORE_READ(name, name));
	bpf_map_update_elem(&running, &id, &started, BPF_ANY);
	return 0;
}

SEC("kretprobe/do_unlinkat")
int BPF_KRETPROBE(unlink_exit, long result)
{
	__u64 id = bpf_get_current_pid_tgid();
	struct started *started = bpf_map_lookup_elem(&running, &id);
	struct event *event;

	if (!started)
		return 0;
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (event) {
		event->pid = id >> 32;
		event->result = result;
		event->duration_ns = bpf_ktime_get_ns() - started->at_ns;
		bpf_get_current_comm(event->comm, sizeof(event->comm));
		__builtin_memcpy(event->name, started->name, sizeof(event->name));
		bpf_ringbuf_submit(event, 0);
	}
	bpf_map_delete_elem(&running, &id);
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
