// SPDX-License-Identifier: MIT
// Every kind of C type as a map's key or value: nested and anonymous structs, unions, arrays of arrays, enums, bit
// fields, 64-bit numbers, typedefs, floats never. A test of decoders, and a showcase for typed skeletons.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

enum color { RED, GREEN = 5, BLUE = 250 };
enum level { LOWEST = -2, MIDDLE = 0, HIGHEST = 2 };
enum wide { WIDE_ZERO, WIDE_BIG = 0x123456789abcdefULL };

typedef __u64 nanoseconds_t;

struct point {
	__s32 x;
	__s32 y;
};

struct key {
	__u16 id;
	__u8 kind;
	char tag[5];
};

struct value {
	__u8 small;
	__s8 negative;
	__u64 big;
	__s64 big_negative;
	bool flag;
	char name[16];
	enum color color;
	enum level level;
	enum wide wide;
	nanoseconds_t when;
	struct point corner;
	struct point line[2];
	__u16 grid[2][3];
	union {
		__u32 as_word;
		__u8 as_bytes[4];
	};
	struct {
		__u32 low : 3;
		__u32 middle : 13;
		__s32 signed_bits : 5;
		__u64 long_bits : 40;
	} bits;
	union {
		struct point place;
		__u64 raw;
	} either;
	struct {
		__u16 inner;
	};
	void *pointer;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, struct key);
	__type(value, struct value);
} values SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, BLUE + 1);
	__type(key, enum color);
	__type(value, struct point[3]);
} by_color SEC(".maps");

SEC("xdp")
int typed_values(struct xdp_md *ctx)
{
	struct key key = { .id = 0x1234, .kind = 7, .tag = "tag" };
	struct value value = {};

	value.small = 200;
	value.negative = -5;
	value.big = 0xfedcba9876543210ULL;
	value.big_negative = -1234567890123LL;
	value.flag = true;
	__builtin_memcpy(value.name, "typed", 6);
	value.color = BLUE;
	value.level = LOWEST;
	value.wide = WIDE_BIG;
	value.when = 1700000000000000000ULL;
	value.corner.x = -1;
	value.corner.y = 1;
	value.line[1].y = 42;
	value.grid[1][2] = 0xbeef;
	value.as_word = 0x01020304;
	value.bits.low = 5;
	value.bits.middle = 4321;
	value.bits.signed_bits = -7;
	value.bits.long_bits = 0x123456789aULL;
	value.either.place.x = 11;
	value.either.place.y = 22;
	value.inner = 99;
	bpf_map_update_elem(&values, &key, &value, BPF_ANY);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
