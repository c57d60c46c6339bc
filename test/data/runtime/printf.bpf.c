#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
char str[] = "hello"; unsigned char ip[16]={192,168,1,20,0xfe,0x80,0,0,1,2,3,4,5,6,7,8}; char buf[64];
const char f0[] = "%d"; SEC("tc") int p0(struct __sk_buff *s) { unsigned long long a[] = { -5 }; int r = bpf_snprintf(buf, 64, f0, a, 8); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
SEC("tc") int t0(struct __sk_buff *s) { return bpf_trace_printk(f0, sizeof(f0), -5); }
const char f1[] = "%i %u"; SEC("tc") int p1(struct __sk_buff *s) { unsigned long long a[] = { 7, -1 }; int r = bpf_snprintf(buf, 64, f1, a, 16); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
SEC("tc") int t1(struct __sk_buff *s) { return bpf_trace_printk(f1, sizeof(f1), 7, -1); }
const char f2[] = "%x %X"; SEC("tc") int p2(struct __sk_buff *s) { unsigned long long a[] = { 0xabc, 0xabc }; int r = bpf_snprintf(buf, 64, f2, a, 16); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
SEC("tc") int t2(struct __sk_buff *s) { return bpf_trace_printk(f2, sizeof(f2), 0xabc, 0xabc); }
const char f3[] = "%lx"; SEC("tc") int p3(struct __sk_buff *s) { unsigned long long a[] = { -1 }; int r = bpf_snprintf(buf, 64, f3, a, 8); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
SEC("tc") int t3(struct __sk_buff *s) { return bpf_trace_printk(f3, sizeof(f3), -1); }
const char f4[] = "%llx"; SEC("tc") int p4(struct __sk_buff *s) { unsigned long long a[] = { 0x123456789abcdef0ULL }; int r = bpf_snprintf(buf, 64, f4, a, 8); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
SEC("tc") int t4(struct __sk_buff *s) { return bpf_trace_printk(f4, sizeof(f4), 0x123456789abcdef0ULL); }
const char f5[] = "%ld"; SEC("tc") int p5(struct __sk_buff *s) { unsigned long long a[] = { -5 }; int r = bpf_snprintf(buf, 64, f5, a, 8); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
SEC("tc") int t5(struct __sk_buff *s) { return bpf_trace_printk(f5, sizeof(f5), -5); }
const char f6[] = "%lld|"; SEC("tc") int p6(struct __sk_buff *s) { unsigned long long a[] = { 0x8000000000000000ULL }; int r = bpf_snprintf(buf, 64, f6, a, 8); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
SEC("tc") int t6(struct __sk_buff *s) { return bpf_trace_printk(f6, sizeof(f6), 0x8000000000000000ULL); }
const char f7[] = "%lu"; SEC("tc") int p7(struct __sk_buff *s) { unsigned long long a[] = { -1 }; int r = bpf_snprintf(buf, 64, f7, a, 8); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
SEC("tc") int t7(struct __sk_buff *s) { return bpf_trace_printk(f7, sizeof(f7), -1); }
const char f8[] = "%5d|"; SEC("tc") int p8(struct __sk_buff *s) { unsigned long long a[] = { 42 }; int r = bpf_snprintf(buf, 64, f8, a, 8); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
SEC("tc") int t8(struct __sk_buff *s) { return bpf_trace_printk(f8, sizeof(f8), 42); }
const char f9[] = "%-5d|"; SEC("tc") int p9(struct __sk_buff *s) { unsigned long long a[] = { 42 }; int r = bpf_snprintf(buf, 64, f9, a, 8); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
SEC("tc") int t9(struct __sk_buff *s) { return bpf_trace_printk(f9, sizeof(f9), 42); }
const char f10[] = "%05d|"; SEC("tc") int p10(struct __sk_buff *s) { unsigned long long a[] = { -42 }; int r = bpf_snprintf(buf, 64, f10, a, 8); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
SEC("tc") int t10(struct __sk_buff *s) { return bpf_trace_printk(f10, sizeof(f10), -42); }
const char f11[] = "%+d % d"; SEC("tc") int p11(struct __sk_buff *s) { unsigned long long a[] = { 3, 4 }; int r = bpf_snprintf(buf, 64, f11, a, 16); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
SEC("tc") int t11(struct __sk_buff *s) { return bpf_trace_printk(f11, sizeof(f11), 3, 4); }
const char f12[] = "%08x"; SEC("tc") int p12(struct __sk_buff *s) { unsigned long long a[] = { 255 }; int r = bpf_snprintf(buf, 64, f12, a, 8); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
SEC("tc") int t12(struct __sk_buff *s) { return bpf_trace_printk(f12, sizeof(f12), 255); }
const char f13[] = "%c%c"; SEC("tc") int p13(struct __sk_buff *s) { unsigned long long a[] = { 65, 66 }; int r = bpf_snprintf(buf, 64, f13, a, 16); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
SEC("tc") int t13(struct __sk_buff *s) { return bpf_trace_printk(f13, sizeof(f13), 65, 66); }
const char f14[] = "%5c|%-5c|"; SEC("tc") int p14(struct __sk_buff *s) { unsigned long long a[] = { 65, 66 }; int r = bpf_snprintf(buf, 64, f14, a, 16); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
SEC("tc") int t14(struct __sk_buff *s) { return bpf_trace_printk(f14, sizeof(f14), 65, 66); }
const char f15[] = "%s|"; SEC("tc") int p15(struct __sk_buff *s) { unsigned long long a[] = { (long)str }; int r = bpf_snprintf(buf, 64, f15, a, 8); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
SEC("tc") int t15(struct __sk_buff *s) { return bpf_trace_printk(f15, sizeof(f15), (long)str); }
const char f16[] = "%10s|"; SEC("tc") int p16(struct __sk_buff *s) { unsigned long long a[] = { (long)str }; int r = bpf_snprintf(buf, 64, f16, a, 8); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
SEC("tc") int t16(struct __sk_buff *s) { return bpf_trace_printk(f16, sizeof(f16), (long)str); }
const char f17[] = "%-10s|"; SEC("tc") int p17(struct __sk_buff *s) { unsigned long long a[] = { (long)str }; int r = bpf_snprintf(buf, 64, f17, a, 8); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
SEC("tc") int t17(struct __sk_buff *s) { return bpf_trace_printk(f17, sizeof(f17), (long)str); }
const char f18[] = "%s"; SEC("tc") int p18(struct __sk_buff *s) { unsigned long long a[] = { 0 }; int r = bpf_snprintf(buf, 64, f18, a, 8); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
SEC("tc") int t18(struct __sk_buff *s) { return bpf_trace_printk(f18, sizeof(f18), 0); }
const char f19[] = "%pks"; SEC("tc") int p19(struct __sk_buff *s) { unsigned long long a[] = { (long)str }; int r = bpf_snprintf(buf, 64, f19, a, 8); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
const char f20[] = "%px"; SEC("tc") int p20(struct __sk_buff *s) { unsigned long long a[] = { 0xffff888012345678 }; int r = bpf_snprintf(buf, 64, f20, a, 8); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
const char f21[] = "%px"; SEC("tc") int p21(struct __sk_buff *s) { unsigned long long a[] = { 5 }; int r = bpf_snprintf(buf, 64, f21, a, 8); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
const char f22[] = "%p"; SEC("tc") int p22(struct __sk_buff *s) { unsigned long long a[] = { 0 }; int r = bpf_snprintf(buf, 64, f22, a, 8); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
const char f23[] = "%p"; SEC("tc") int p23(struct __sk_buff *s) { unsigned long long a[] = { -1 }; int r = bpf_snprintf(buf, 64, f23, a, 8); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
const char f24[] = "%p"; SEC("tc") int p24(struct __sk_buff *s) { unsigned long long a[] = { -4095 }; int r = bpf_snprintf(buf, 64, f24, a, 8); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
const char f25[] = "%pi4"; SEC("tc") int p25(struct __sk_buff *s) { unsigned long long a[] = { (long)ip }; int r = bpf_snprintf(buf, 64, f25, a, 8); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
const char f26[] = "%pI4"; SEC("tc") int p26(struct __sk_buff *s) { unsigned long long a[] = { (long)ip }; int r = bpf_snprintf(buf, 64, f26, a, 8); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
const char f27[] = "%pI6"; SEC("tc") int p27(struct __sk_buff *s) { unsigned long long a[] = { (long)ip }; int r = bpf_snprintf(buf, 64, f27, a, 8); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
const char f28[] = "%pi6"; SEC("tc") int p28(struct __sk_buff *s) { unsigned long long a[] = { (long)ip }; int r = bpf_snprintf(buf, 64, f28, a, 8); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
const char f29[] = "%pI4x"; SEC("tc") int p29(struct __sk_buff *s) { unsigned long long a[] = { (long)ip }; int r = bpf_snprintf(buf, 64, f29, a, 8); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
const char f30[] = "100%%"; SEC("tc") int p30(struct __sk_buff *s) { unsigned long long a[] = { 0 }; int r = bpf_snprintf(buf, 64, f30, 0, 0); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
SEC("tc") int t30(struct __sk_buff *s) { return bpf_trace_printk(f30, sizeof(f30)); }
const char f31[] = "%d %d %d %d %d %d %d %d %d %d %d %d"; SEC("tc") int p31(struct __sk_buff *s) { unsigned long long a[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 }; int r = bpf_snprintf(buf, 64, f31, a, 96); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
const char f32[] = "no args"; SEC("tc") int p32(struct __sk_buff *s) { unsigned long long a[] = { 0 }; int r = bpf_snprintf(buf, 64, f32, 0, 0); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
SEC("tc") int t32(struct __sk_buff *s) { return bpf_trace_printk(f32, sizeof(f32)); }
const char f33[] = "%20px|"; SEC("tc") int p33(struct __sk_buff *s) { unsigned long long a[] = { 5 }; int r = bpf_snprintf(buf, 64, f33, a, 8); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
SEC("tc") int t33(struct __sk_buff *s) { return bpf_trace_printk(f33, sizeof(f33), 5); }
const char f34[] = "%-20px|"; SEC("tc") int p34(struct __sk_buff *s) { unsigned long long a[] = { 5 }; int r = bpf_snprintf(buf, 64, f34, a, 8); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
SEC("tc") int t34(struct __sk_buff *s) { return bpf_trace_printk(f34, sizeof(f34), 5); }
const char f35[] = "%20pI4|"; SEC("tc") int p35(struct __sk_buff *s) { unsigned long long a[] = { (long)ip }; int r = bpf_snprintf(buf, 64, f35, a, 8); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
SEC("tc") int t35(struct __sk_buff *s) { return bpf_trace_printk(f35, sizeof(f35), (long)ip); }
const char f36[] = "tab\tnl\n"; SEC("tc") int p36(struct __sk_buff *s) { unsigned long long a[] = { 0 }; int r = bpf_snprintf(buf, 64, f36, 0, 0); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
SEC("tc") int t36(struct __sk_buff *s) { return bpf_trace_printk(f36, sizeof(f36)); }
const char f37[] = "%hhd"; SEC("tc") int p37(struct __sk_buff *s) { unsigned long long a[] = { 300 }; int r = bpf_snprintf(buf, 64, f37, a, 8); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
SEC("tc") int t37(struct __sk_buff *s) { return bpf_trace_printk(f37, sizeof(f37), 300); }
const char f38[] = "%hd"; SEC("tc") int p38(struct __sk_buff *s) { unsigned long long a[] = { 70000 }; int r = bpf_snprintf(buf, 64, f38, a, 8); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
SEC("tc") int t38(struct __sk_buff *s) { return bpf_trace_printk(f38, sizeof(f38), 70000); }
const char f39[] = "%#x"; SEC("tc") int p39(struct __sk_buff *s) { unsigned long long a[] = { 5 }; int r = bpf_snprintf(buf, 64, f39, a, 8); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
SEC("tc") int t39(struct __sk_buff *s) { return bpf_trace_printk(f39, sizeof(f39), 5); }
const char f40[] = "%.3s"; SEC("tc") int p40(struct __sk_buff *s) { unsigned long long a[] = { (long)str }; int r = bpf_snprintf(buf, 64, f40, a, 8); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
SEC("tc") int t40(struct __sk_buff *s) { return bpf_trace_printk(f40, sizeof(f40), (long)str); }
const char f41[] = "%*d"; SEC("tc") int p41(struct __sk_buff *s) { unsigned long long a[] = { 3 }; int r = bpf_snprintf(buf, 64, f41, a, 8); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
SEC("tc") int t41(struct __sk_buff *s) { return bpf_trace_printk(f41, sizeof(f41), 3); }
const char f42[] = "%q"; SEC("tc") int p42(struct __sk_buff *s) { unsigned long long a[] = { 1 }; int r = bpf_snprintf(buf, 64, f42, a, 8); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
SEC("tc") int t42(struct __sk_buff *s) { return bpf_trace_printk(f42, sizeof(f42), 1); }
const char f43[] = "%l"; SEC("tc") int p43(struct __sk_buff *s) { unsigned long long a[] = { 1 }; int r = bpf_snprintf(buf, 64, f43, a, 8); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
SEC("tc") int t43(struct __sk_buff *s) { return bpf_trace_printk(f43, sizeof(f43), 1); }
const char f44[] = "%"; SEC("tc") int p44(struct __sk_buff *s) { unsigned long long a[] = { 0 }; int r = bpf_snprintf(buf, 64, f44, 0, 0); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
SEC("tc") int t44(struct __sk_buff *s) { return bpf_trace_printk(f44, sizeof(f44)); }
const char f45[] = "%d"; SEC("tc") int p45(struct __sk_buff *s) { unsigned long long a[] = { 0 }; int r = bpf_snprintf(buf, 64, f45, 0, 0); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
SEC("tc") int t45(struct __sk_buff *s) { return bpf_trace_printk(f45, sizeof(f45)); }
const char f46[] = "%pz"; SEC("tc") int p46(struct __sk_buff *s) { unsigned long long a[] = { 1 }; int r = bpf_snprintf(buf, 64, f46, a, 8); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
const char f47[] = "%pK"; SEC("tc") int p47(struct __sk_buff *s) { unsigned long long a[] = { 0 }; int r = bpf_snprintf(buf, 64, f47, a, 8); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
const char f48[] = "%pB"; SEC("tc") int p48(struct __sk_buff *s) { unsigned long long a[] = { 0 }; int r = bpf_snprintf(buf, 64, f48, a, 8); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
const char f49[] = "%ps"; SEC("tc") int p49(struct __sk_buff *s) { unsigned long long a[] = { 0 }; int r = bpf_snprintf(buf, 64, f49, a, 8); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
const char f50[] = "%pS"; SEC("tc") int p50(struct __sk_buff *s) { unsigned long long a[] = { 0 }; int r = bpf_snprintf(buf, 64, f50, a, 8); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
const char f51[] = "%sx"; SEC("tc") int p51(struct __sk_buff *s) { unsigned long long a[] = { (long)str }; int r = bpf_snprintf(buf, 64, f51, a, 8); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
SEC("tc") int t51(struct __sk_buff *s) { return bpf_trace_printk(f51, sizeof(f51), (long)str); }
const char f52[] = "%s."; SEC("tc") int p52(struct __sk_buff *s) { unsigned long long a[] = { (long)str }; int r = bpf_snprintf(buf, 64, f52, a, 8); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
SEC("tc") int t52(struct __sk_buff *s) { return bpf_trace_printk(f52, sizeof(f52), (long)str); }
const char f53[] = "%cx"; SEC("tc") int p53(struct __sk_buff *s) { unsigned long long a[] = { 65 }; int r = bpf_snprintf(buf, 64, f53, a, 8); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
SEC("tc") int t53(struct __sk_buff *s) { return bpf_trace_printk(f53, sizeof(f53), 65); }
const char f54[] = "%lX"; SEC("tc") int p54(struct __sk_buff *s) { unsigned long long a[] = { 0xabcdef012345 }; int r = bpf_snprintf(buf, 64, f54, a, 8); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
SEC("tc") int t54(struct __sk_buff *s) { return bpf_trace_printk(f54, sizeof(f54), 0xabcdef012345); }
const char f55[] = "%lls"; SEC("tc") int p55(struct __sk_buff *s) { unsigned long long a[] = { 1 }; int r = bpf_snprintf(buf, 64, f55, a, 8); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
SEC("tc") int t55(struct __sk_buff *s) { return bpf_trace_printk(f55, sizeof(f55), 1); }
const char f56[] = "%010ld|"; SEC("tc") int p56(struct __sk_buff *s) { unsigned long long a[] = { -7 }; int r = bpf_snprintf(buf, 64, f56, a, 8); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
SEC("tc") int t56(struct __sk_buff *s) { return bpf_trace_printk(f56, sizeof(f56), -7); }
const char f57[] = "% 5d|"; SEC("tc") int p57(struct __sk_buff *s) { unsigned long long a[] = { 7 }; int r = bpf_snprintf(buf, 64, f57, a, 8); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
SEC("tc") int t57(struct __sk_buff *s) { return bpf_trace_printk(f57, sizeof(f57), 7); }
const char f58[] = "%0-5d|"; SEC("tc") int p58(struct __sk_buff *s) { unsigned long long a[] = { 7 }; int r = bpf_snprintf(buf, 64, f58, a, 8); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
SEC("tc") int t58(struct __sk_buff *s) { return bpf_trace_printk(f58, sizeof(f58), 7); }
const char f59[] = "%-05d|"; SEC("tc") int p59(struct __sk_buff *s) { unsigned long long a[] = { 7 }; int r = bpf_snprintf(buf, 64, f59, a, 8); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
SEC("tc") int t59(struct __sk_buff *s) { return bpf_trace_printk(f59, sizeof(f59), 7); }
const char f60[] = "%+-6d|"; SEC("tc") int p60(struct __sk_buff *s) { unsigned long long a[] = { 7 }; int r = bpf_snprintf(buf, 64, f60, a, 8); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
SEC("tc") int t60(struct __sk_buff *s) { return bpf_trace_printk(f60, sizeof(f60), 7); }
const char f61[] = "%u%%"; SEC("tc") int p61(struct __sk_buff *s) { unsigned long long a[] = { 50 }; int r = bpf_snprintf(buf, 64, f61, a, 8); bpf_skb_store_bytes(s, 0, buf, 64, 0); return r; }
SEC("tc") int t61(struct __sk_buff *s) { return bpf_trace_printk(f61, sizeof(f61), 50); }
char _license[] SEC("license") = "GPL";
