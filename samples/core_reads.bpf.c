// SPDX-License-Identifier: MIT
// Compile once, run everywhere: the ways in which a program asks about the kernel that it meets. Each answer goes into
// `seen`, so that it can be looked at afterwards.
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

// Flavours: what follows the three underscores is not part of the name. Kernels before 5.14 called the state `state`.
struct task_struct___old {
	long state;
} __attribute__((preserve_access_index));

struct task_struct___new {
	unsigned int __state;
} __attribute__((preserve_access_index));

struct no_such_struct {
	int nothing;
} __attribute__((preserve_access_index));

struct task_struct___wishful {
	int no_such_field;
} __attribute__((preserve_access_index));

// Its numbers here are wrong on purpose: the kernel's own are taken.
enum tcp_ca_state___wrong {
	TCP_CA_Open___wrong = 100,
	TCP_CA_Loss___wrong = 101,
	TCP_CA_NoSuch___wrong = 102,
};

struct {
	__u64 state;
	__u64 parent_tgid;
	__u64 in_execve;
	__u64 prio;
	char exe_name[32];
	__u32 task_struct_size;
	__u32 comm_offset;
	__u32 comm_size;
	__u32 pid_is_signed;
	__u32 tcp_ca_loss;
	__u8 has_old_state;
	__u8 has_new_state;
	__u8 has_wishful_field;
	__u8 has_no_such_struct;
	__u8 has_tcp_ca_loss;
	__u8 has_tcp_ca_no_such;
	__u8 upid_matches;
} seen;

SEC("raw_tp/sys_enter")
int core_reads(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	const unsigned char *name;

	// Does a field exist, under which name?
	seen.has_old_state = bpf_core_field_exists(((struct task_struct___old *)0)->state);
	seen.has_new_state = bpf_core_field_exists(((struct task_struct___new *)0)->__state);
	seen.has_wishful_field = bpf_core_field_exists(((struct task_struct___wishful *)0)->no_such_field);
	if (bpf_core_field_exists(((struct task_struct___new *)0)->__state))
		seen.state = BPF_CORE_READ((struct task_struct___new *)task, __state);
	else
		seen.state = BPF_CORE_READ((struct task_struct___old *)task, state);
	// The verifier never sees this read of something that is not there.
	if (bpf_core_field_exists(((struct task_struct___wishful *)0)->no_such_field))
		seen.prio = BPF_CORE_READ((struct task_struct___wishful *)task, no_such_field);
	else
		seen.prio = BPF_CORE_READ(task, prio);

	// A bit field, wherever it has moved; a chain of pointers; a string at the end of one.
	seen.in_execve = BPF_CORE_READ_BITFIELD_PROBED(task, in_execve);
	seen.parent_tgid = BPF_CORE_READ(task, real_parent, tgid);
	name = BPF_CORE_READ(task, mm, exe_file, f_path.dentry, d_name.name);
	bpf_probe_read_kernel_str(seen.exe_name, sizeof(seen.exe_name), name);

	// Types, sizes, offsets and signs.
	seen.has_no_such_struct = bpf_core_type_exists(struct no_such_struct);
	seen.task_struct_size = bpf_core_type_size(struct task_struct);
	seen.comm_offset = __builtin_preserve_field_info(task->comm, BPF_FIELD_BYTE_OFFSET);
	seen.comm_size = bpf_core_field_size(task->comm);
	seen.pid_is_signed = __builtin_preserve_field_info(task->pid, BPF_FIELD_SIGNED);
#if defined(__clang__) && __clang_major__ >= 15
	seen.upid_matches = bpf_core_type_matches(struct upid);
#endif

	// Values of an enum.
	seen.has_tcp_ca_loss = bpf_core_enum_value_exists(enum tcp_ca_state___wrong, TCP_CA_Loss___wrong);
	seen.has_tcp_ca_no_such = bpf_core_enum_value_exists(enum tcp_ca_state___wrong, TCP_CA_NoSuch___wrong);
	if (bpf_core_enum_value_exists(enum tcp_ca_state___wrong, TCP_CA_Loss___wrong))
		seen.tcp_ca_loss = bpf_core_enum_value(enum tcp_ca_state___wrong, TCP_CA_Loss___wrong);
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
