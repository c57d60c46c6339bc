// SPDX-License-Identifier: MIT
// Global variables of every kind: .rodata (fixed once loaded), .data, .bss, sections of their own, static ones, arrays,
// structs, pointers to strings. User space sees each section as a map.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

enum mode { MODE_COUNT, MODE_SUM, MODE_MAX = 7 };

struct limits {
	__u32 low;
	__u32 high;
	struct {
		__u8 enabled : 1;
		__u8 level : 3;
	} flags;
	__s64 offset;
};

// .rodata: can be set before load; the verifier then knows the values and drops code that they rule out.
const volatile enum mode mode = MODE_SUM;
const volatile __u16 sizes[4] = { 64, 512, 1024, 1500 };
const volatile bool verbose = false;
const char greeting[] = "hello from .rodata";

// .data
struct limits limits = { .low = 60, .high = 1500, .flags = { .enabled = 1, .level = 5 }, .offset = -1 };
__s32 countdown = 1000;
static volatile __u64 scale = 3;

// .bss
__u64 result;
__u32 histogram[4];
union {
	__u64 whole;
	__u8 bytes[8];
} last_length;
static __u32 calls;

// Sections of their own become maps of their own.
__u64 hot_counter SEC(".data.hot");
const volatile __u32 magic SEC(".rodata.magic") = 0xfeedface;

SEC("xdp")
int globals(struct xdp_md *ctx)
{
	__u64 length = ctx->data_end - ctx->data;

	calls++;
	hot_counter += magic & 1 ? 2 : 1;
	last_length.whole = length;
	if (--countdown < 0 || (limits.flags.enabled && (length < limits.low || length > limits.high)))
		return XDP_DROP;

	for (int i = 0; i < 4; i++) {
		if (length <= sizes[i]) {
			histogram[i]++;
			break;
		}
	}
	switch (mode) {
	case MODE_COUNT:
		result = calls;
		break;
	case MODE_SUM:
		result += length * scale + limits.offset;
		break;
	case MODE_MAX:
		if (length > result)
			result = length;
		break;
	}
	if (verbose)
		bpf_printk("%s: %llu", greeting, result);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
