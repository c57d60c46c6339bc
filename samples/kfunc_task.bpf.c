// SPDX-License-Identifier: MIT
// Kernel functions: takes a reference to a task by its pid and gives it back, as the verifier insists. A weak one that
// the kernel lacks is asked for first.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#ifndef bpf_ksym_exists
#define bpf_ksym_exists(symbol) (!!(symbol))
#endif

extern struct task_struct *bpf_task_from_pid(__s32 pid) __ksym;
extern void bpf_task_release(struct task_struct *task) __ksym;
extern void bpf_no_such_kfunc(void) __ksym __weak;

struct lookup {
	__s32 pid;
	__s32 tgid;
	char comm[16];
};

SEC("syscall")
int kfunc_task(struct lookup *ctx)
{
	struct task_struct *task;
	char comm[sizeof(ctx->comm)];

	if (bpf_ksym_exists(bpf_no_such_kfunc))
		bpf_no_such_kfunc();
	task = bpf_task_from_pid(ctx->pid);
	if (!task)
		return -ENOENT;
	ctx->tgid = task->tgid;
	bpf_probe_read_kernel_str(comm, sizeof(comm), task->comm);
	__builtin_memcpy(ctx->comm, comm, sizeof(comm));
	bpf_task_release(task);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
