// SPDX-License-Identifier: MIT
// Reports every file that is opened: the path is read from the caller's memory when openat(2) is entered.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

struct event {
	__u32 pid;
	__u32 uid;
	__s32 flags;
	char comm[16];
	char path[256];
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
} events SEC(".maps");

// Keeps the type in the object's BTF, for skeletons: a ring buffer's definition has no room for it.
const struct event *unused_event __attribute__((unused));

// 0: everybody
const volatile __u32 only_pid = 0;

SEC("tracepoint/syscalls/sys_enter_openat")
int sys_enter_openat(struct trace_event_raw_sys_enter *ctx)
{
	__u32 pid = bpf_get_current_pid_tgid() >> 32;
	struct event *event;

	if (only_pid && pid != only_pid)
		return 0;
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event)
		return 0;
	event->pid = pid;
	event->uid = bpf_get_current_uid_gid();
	event->flags = ctx->args[2];
	bpf_get_current_comm(event->comm, sizeof(event->comm));
	event->path[0] = 0;
	bpf_probe_read_user_str(event->path, sizeof(event->path), (const char *)ctx->args[1]);
	bpf_ringbuf_submit(event, 0);
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
