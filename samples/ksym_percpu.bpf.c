// SPDX-License-Identifier: MIT
// A typed kernel variable: found by its BTF, so that the verifier lets the program read it. This one has a copy per
// CPU. The kernel must know the address too, which takes CONFIG_KALLSYMS_ALL.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

extern const int bpf_prog_active __ksym;

__s32 here, on_cpu_0;

SEC("raw_tp/sys_enter")
int ksym_percpu(void *ctx)
{
	const int *active;

	here = *(const int *)bpf_this_cpu_ptr(&bpf_prog_active);
	active = bpf_per_cpu_ptr(&bpf_prog_active, 0);
	if (active)
		on_cpu_0 = *active;
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
