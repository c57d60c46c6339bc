// SPDX-License-Identifier: MIT
// What the loader tells a program about the kernel: its version and configuration (.kconfig) and addresses of kernel
// functions (.ksyms).
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

extern int LINUX_KERNEL_VERSION __kconfig;
extern unsigned long CONFIG_HZ __kconfig __weak;
extern bool CONFIG_BPF_SYSCALL __kconfig;
extern enum libbpf_tristate CONFIG_IPV6 __kconfig __weak;
extern char CONFIG_CC_VERSION_TEXT[64] __kconfig __weak;
extern int CONFIG_NO_SUCH_OPTION __kconfig __weak;

extern const void do_unlinkat __ksym;
extern const void no_such_symbol __ksym __weak;

struct {
	__u32 version;
	__u32 hz;
	__u32 has_bpf;
	__u32 ipv6;
	__s32 no_such_option;
	char compiler[64];
	__u64 do_unlinkat_address;
	__u64 no_such_address;
} found;

SEC("raw_tp/sys_enter")
int kconfig_ksyms(void *ctx)
{
	found.version = LINUX_KERNEL_VERSION;
	found.hz = CONFIG_HZ;
	found.has_bpf = CONFIG_BPF_SYSCALL;
	found.ipv6 = CONFIG_IPV6;
	found.no_such_option = CONFIG_NO_SUCH_OPTION;
	for (int i = 0; i < 64; i++)
		found.compiler[i] = CONFIG_CC_VERSION_TEXT[i];
	found.do_unlinkat_address = (__u64)&do_unlinkat;
	found.no_such_address = (__u64)&no_such_symbol;
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
