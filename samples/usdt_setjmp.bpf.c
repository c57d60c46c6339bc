// SPDX-License-Identifier: MIT
// A static probe (USDT) of the C library: prints the arguments of every setjmp.
#include "vmlinux.h"
#include <bpf/usdt.bpf.h>

SEC("usdt/libc.so.6:libc:setjmp")
int BPF_USDT(usdt_setjmp, void *env, int value, void *pc)
{
	bpf_printk("setjmp env=%lx value=%d pc=%lx", env, value, pc);
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
