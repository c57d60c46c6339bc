// SPDX-License-Identifier: MIT
// A process list as a file: reading the iterator prints a line for each task.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

SEC("iter/task")
int iter_task(struct bpf_iter__task *ctx)
{
	struct seq_file *seq = ctx->meta->seq;
	struct task_struct *task = ctx->task;

	// The last call has no task: it is for a footer.
	if (!task) {
		BPF_SEQ_PRINTF(seq, "%llu tasks\n", ctx->meta->seq_num);
		return 0;
	}
	if (ctx->meta->seq_num == 0)
		BPF_SEQ_PRINTF(seq, "%8s %8s %8s %s\n", "TGID", "PID", "PARENT", "COMM");
	BPF_SEQ_PRINTF(seq, "%8d %8d %8d %s\n", task->tgid, task->pid, task->real_parent->tgid, task->comm);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
