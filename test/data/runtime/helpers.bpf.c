#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
char vbuf[16]="0123456789abcde";
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 5); __type(key,int); __type(value,int); } arr SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } rb SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY); __uint(max_entries, 2); __type(key,int); __type(value,int); } pea SEC(".maps");
struct tv { struct bpf_timer t; int x; };
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key,int); __type(value,struct tv); } tm SEC(".maps");
static int tcb(void*m,int*k,struct tv*v){ return 0; }
static int cb(int i, void*c){ return 0; } static int cb2(int i, void*c){ return i==3; }
static int ecb(void*m,int*k,int*v,void*c){ return 0; } static int ecb2(void*m,int*k,int*v,void*c){ return *k==2; }
SEC("tc") int sl0(struct __sk_buff *s) { char b[24]="12"; long v=0x55; long r=bpf_strtol(b,3,0,&v); bpf_skb_store_bytes(s,0,&v,8,0); return r; }
SEC("tc") int su0(struct __sk_buff *s) { char b[24]="12"; unsigned long v=0x55; long r=bpf_strtoul(b,3,0,&v); bpf_skb_store_bytes(s,0,&v,8,0); return r; }
SEC("tc") int sl1(struct __sk_buff *s) { char b[24]="  -77x"; long v=0x55; long r=bpf_strtol(b,7,0,&v); bpf_skb_store_bytes(s,0,&v,8,0); return r; }
SEC("tc") int su1(struct __sk_buff *s) { char b[24]="  -77x"; unsigned long v=0x55; long r=bpf_strtoul(b,7,0,&v); bpf_skb_store_bytes(s,0,&v,8,0); return r; }
SEC("tc") int sl2(struct __sk_buff *s) { char b[24]="0x1f"; long v=0x55; long r=bpf_strtol(b,5,0,&v); bpf_skb_store_bytes(s,0,&v,8,0); return r; }
SEC("tc") int su2(struct __sk_buff *s) { char b[24]="0x1f"; unsigned long v=0x55; long r=bpf_strtoul(b,5,0,&v); bpf_skb_store_bytes(s,0,&v,8,0); return r; }
SEC("tc") int sl3(struct __sk_buff *s) { char b[24]="0x1f"; long v=0x55; long r=bpf_strtol(b,5,16,&v); bpf_skb_store_bytes(s,0,&v,8,0); return r; }
SEC("tc") int su3(struct __sk_buff *s) { char b[24]="0x1f"; unsigned long v=0x55; long r=bpf_strtoul(b,5,16,&v); bpf_skb_store_bytes(s,0,&v,8,0); return r; }
SEC("tc") int sl4(struct __sk_buff *s) { char b[24]="077"; long v=0x55; long r=bpf_strtol(b,4,8,&v); bpf_skb_store_bytes(s,0,&v,8,0); return r; }
SEC("tc") int su4(struct __sk_buff *s) { char b[24]="077"; unsigned long v=0x55; long r=bpf_strtoul(b,4,8,&v); bpf_skb_store_bytes(s,0,&v,8,0); return r; }
SEC("tc") int sl5(struct __sk_buff *s) { char b[24]="077"; long v=0x55; long r=bpf_strtol(b,4,0,&v); bpf_skb_store_bytes(s,0,&v,8,0); return r; }
SEC("tc") int su5(struct __sk_buff *s) { char b[24]="077"; unsigned long v=0x55; long r=bpf_strtoul(b,4,0,&v); bpf_skb_store_bytes(s,0,&v,8,0); return r; }
SEC("tc") int sl6(struct __sk_buff *s) { char b[24]="09"; long v=0x55; long r=bpf_strtol(b,3,0,&v); bpf_skb_store_bytes(s,0,&v,8,0); return r; }
SEC("tc") int su6(struct __sk_buff *s) { char b[24]="09"; unsigned long v=0x55; long r=bpf_strtoul(b,3,0,&v); bpf_skb_store_bytes(s,0,&v,8,0); return r; }
SEC("tc") int sl7(struct __sk_buff *s) { char b[24]="zz"; long v=0x55; long r=bpf_strtol(b,3,0,&v); bpf_skb_store_bytes(s,0,&v,8,0); return r; }
SEC("tc") int su7(struct __sk_buff *s) { char b[24]="zz"; unsigned long v=0x55; long r=bpf_strtoul(b,3,0,&v); bpf_skb_store_bytes(s,0,&v,8,0); return r; }
SEC("tc") int sl8(struct __sk_buff *s) { char b[24]=""; long v=0x55; long r=bpf_strtol(b,1,0,&v); bpf_skb_store_bytes(s,0,&v,8,0); return r; }
SEC("tc") int su8(struct __sk_buff *s) { char b[24]=""; unsigned long v=0x55; long r=bpf_strtoul(b,1,0,&v); bpf_skb_store_bytes(s,0,&v,8,0); return r; }
SEC("tc") int sl9(struct __sk_buff *s) { char b[24]="-"; long v=0x55; long r=bpf_strtol(b,2,0,&v); bpf_skb_store_bytes(s,0,&v,8,0); return r; }
SEC("tc") int su9(struct __sk_buff *s) { char b[24]="-"; unsigned long v=0x55; long r=bpf_strtoul(b,2,0,&v); bpf_skb_store_bytes(s,0,&v,8,0); return r; }
SEC("tc") int sl10(struct __sk_buff *s) { char b[24]="9223372036854775807"; long v=0x55; long r=bpf_strtol(b,20,10,&v); bpf_skb_store_bytes(s,0,&v,8,0); return r; }
SEC("tc") int su10(struct __sk_buff *s) { char b[24]="9223372036854775807"; unsigned long v=0x55; long r=bpf_strtoul(b,20,10,&v); bpf_skb_store_bytes(s,0,&v,8,0); return r; }
SEC("tc") int sl11(struct __sk_buff *s) { char b[24]="9223372036854775808"; long v=0x55; long r=bpf_strtol(b,20,10,&v); bpf_skb_store_bytes(s,0,&v,8,0); return r; }
SEC("tc") int su11(struct __sk_buff *s) { char b[24]="9223372036854775808"; unsigned long v=0x55; long r=bpf_strtoul(b,20,10,&v); bpf_skb_store_bytes(s,0,&v,8,0); return r; }
SEC("tc") int sl12(struct __sk_buff *s) { char b[24]="-9223372036854775808"; long v=0x55; long r=bpf_strtol(b,21,0,&v); bpf_skb_store_bytes(s,0,&v,8,0); return r; }
SEC("tc") int su12(struct __sk_buff *s) { char b[24]="-9223372036854775808"; unsigned long v=0x55; long r=bpf_strtoul(b,21,0,&v); bpf_skb_store_bytes(s,0,&v,8,0); return r; }
SEC("tc") int sl13(struct __sk_buff *s) { char b[24]="99999999999999999999"; long v=0x55; long r=bpf_strtol(b,21,0,&v); bpf_skb_store_bytes(s,0,&v,8,0); return r; }
SEC("tc") int su13(struct __sk_buff *s) { char b[24]="99999999999999999999"; unsigned long v=0x55; long r=bpf_strtoul(b,21,0,&v); bpf_skb_store_bytes(s,0,&v,8,0); return r; }
SEC("tc") int sl14(struct __sk_buff *s) { char b[24]="5"; long v=0x55; long r=bpf_strtol(b,2,3,&v); bpf_skb_store_bytes(s,0,&v,8,0); return r; }
SEC("tc") int su14(struct __sk_buff *s) { char b[24]="5"; unsigned long v=0x55; long r=bpf_strtoul(b,2,3,&v); bpf_skb_store_bytes(s,0,&v,8,0); return r; }
SEC("tc") int sl15(struct __sk_buff *s) { char b[24]="+5"; long v=0x55; long r=bpf_strtol(b,3,0,&v); bpf_skb_store_bytes(s,0,&v,8,0); return r; }
SEC("tc") int su15(struct __sk_buff *s) { char b[24]="+5"; unsigned long v=0x55; long r=bpf_strtoul(b,3,0,&v); bpf_skb_store_bytes(s,0,&v,8,0); return r; }
SEC("tc") int sl16(struct __sk_buff *s) { char b[24]="1f"; long v=0x55; long r=bpf_strtol(b,3,16,&v); bpf_skb_store_bytes(s,0,&v,8,0); return r; }
SEC("tc") int su16(struct __sk_buff *s) { char b[24]="1f"; unsigned long v=0x55; long r=bpf_strtoul(b,3,16,&v); bpf_skb_store_bytes(s,0,&v,8,0); return r; }
SEC("tc") int sl17(struct __sk_buff *s) { char b[24]="0x"; long v=0x55; long r=bpf_strtol(b,3,0,&v); bpf_skb_store_bytes(s,0,&v,8,0); return r; }
SEC("tc") int su17(struct __sk_buff *s) { char b[24]="0x"; unsigned long v=0x55; long r=bpf_strtoul(b,3,0,&v); bpf_skb_store_bytes(s,0,&v,8,0); return r; }
SEC("tc") int sl18(struct __sk_buff *s) { char b[24]="0x"; long v=0x55; long r=bpf_strtol(b,3,16,&v); bpf_skb_store_bytes(s,0,&v,8,0); return r; }
SEC("tc") int su18(struct __sk_buff *s) { char b[24]="0x"; unsigned long v=0x55; long r=bpf_strtoul(b,3,16,&v); bpf_skb_store_bytes(s,0,&v,8,0); return r; }
SEC("tc") int sl19(struct __sk_buff *s) { char b[24]="0xg"; long v=0x55; long r=bpf_strtol(b,4,16,&v); bpf_skb_store_bytes(s,0,&v,8,0); return r; }
SEC("tc") int su19(struct __sk_buff *s) { char b[24]="0xg"; unsigned long v=0x55; long r=bpf_strtoul(b,4,16,&v); bpf_skb_store_bytes(s,0,&v,8,0); return r; }
SEC("tc") int st0(struct __sk_buff *s) { int x=0x01020304; return bpf_skb_store_bytes(s,0,&x,4,0); }
SEC("tc") int lb0(struct __sk_buff *s) { int x=0x01020304; int r=bpf_skb_load_bytes(s,0,&x,4); bpf_skb_store_bytes(s,0,&x,4,0); return r; }
SEC("tc") int lr0(struct __sk_buff *s) { int x=0x01020304; int r=bpf_skb_load_bytes_relative(s,0,&x,4,1); bpf_skb_store_bytes(s,0,&x,4,0); return r; }
SEC("tc") int lm0(struct __sk_buff *s) { int x=0x01020304; int r=bpf_skb_load_bytes_relative(s,0,&x,4,0); bpf_skb_store_bytes(s,0,&x,4,0); return r; }
SEC("tc") int st1(struct __sk_buff *s) { int x=0x01020304; return bpf_skb_store_bytes(s,60,&x,4,0); }
SEC("tc") int lb1(struct __sk_buff *s) { int x=0x01020304; int r=bpf_skb_load_bytes(s,60,&x,4); bpf_skb_store_bytes(s,0,&x,4,0); return r; }
SEC("tc") int lr1(struct __sk_buff *s) { int x=0x01020304; int r=bpf_skb_load_bytes_relative(s,60,&x,4,1); bpf_skb_store_bytes(s,0,&x,4,0); return r; }
SEC("tc") int lm1(struct __sk_buff *s) { int x=0x01020304; int r=bpf_skb_load_bytes_relative(s,60,&x,4,0); bpf_skb_store_bytes(s,0,&x,4,0); return r; }
SEC("tc") int st2(struct __sk_buff *s) { int x=0x01020304; return bpf_skb_store_bytes(s,61,&x,4,0); }
SEC("tc") int lb2(struct __sk_buff *s) { int x=0x01020304; int r=bpf_skb_load_bytes(s,61,&x,4); bpf_skb_store_bytes(s,0,&x,4,0); return r; }
SEC("tc") int lr2(struct __sk_buff *s) { int x=0x01020304; int r=bpf_skb_load_bytes_relative(s,61,&x,4,1); bpf_skb_store_bytes(s,0,&x,4,0); return r; }
SEC("tc") int lm2(struct __sk_buff *s) { int x=0x01020304; int r=bpf_skb_load_bytes_relative(s,61,&x,4,0); bpf_skb_store_bytes(s,0,&x,4,0); return r; }
SEC("tc") int st3(struct __sk_buff *s) { int x=0x01020304; return bpf_skb_store_bytes(s,-1,&x,4,0); }
SEC("tc") int lb3(struct __sk_buff *s) { int x=0x01020304; int r=bpf_skb_load_bytes(s,-1,&x,4); bpf_skb_store_bytes(s,0,&x,4,0); return r; }
SEC("tc") int lr3(struct __sk_buff *s) { int x=0x01020304; int r=bpf_skb_load_bytes_relative(s,-1,&x,4,1); bpf_skb_store_bytes(s,0,&x,4,0); return r; }
SEC("tc") int lm3(struct __sk_buff *s) { int x=0x01020304; int r=bpf_skb_load_bytes_relative(s,-1,&x,4,0); bpf_skb_store_bytes(s,0,&x,4,0); return r; }
SEC("tc") int st4(struct __sk_buff *s) { int x=0x01020304; return bpf_skb_store_bytes(s,0,&x,4,1); }
SEC("tc") int lb4(struct __sk_buff *s) { int x=0x01020304; int r=bpf_skb_load_bytes(s,0,&x,4); bpf_skb_store_bytes(s,0,&x,4,0); return r; }
SEC("tc") int lr4(struct __sk_buff *s) { int x=0x01020304; int r=bpf_skb_load_bytes_relative(s,0,&x,4,1); bpf_skb_store_bytes(s,0,&x,4,0); return r; }
SEC("tc") int lm4(struct __sk_buff *s) { int x=0x01020304; int r=bpf_skb_load_bytes_relative(s,0,&x,4,0); bpf_skb_store_bytes(s,0,&x,4,0); return r; }
SEC("tc") int st5(struct __sk_buff *s) { int x=0x01020304; return bpf_skb_store_bytes(s,0,&x,4,2); }
SEC("tc") int lb5(struct __sk_buff *s) { int x=0x01020304; int r=bpf_skb_load_bytes(s,0,&x,4); bpf_skb_store_bytes(s,0,&x,4,0); return r; }
SEC("tc") int lr5(struct __sk_buff *s) { int x=0x01020304; int r=bpf_skb_load_bytes_relative(s,0,&x,4,1); bpf_skb_store_bytes(s,0,&x,4,0); return r; }
SEC("tc") int lm5(struct __sk_buff *s) { int x=0x01020304; int r=bpf_skb_load_bytes_relative(s,0,&x,4,0); bpf_skb_store_bytes(s,0,&x,4,0); return r; }
SEC("tc") int st6(struct __sk_buff *s) { int x=0x01020304; return bpf_skb_store_bytes(s,0,&x,4,4); }
SEC("tc") int lb6(struct __sk_buff *s) { int x=0x01020304; int r=bpf_skb_load_bytes(s,0,&x,4); bpf_skb_store_bytes(s,0,&x,4,0); return r; }
SEC("tc") int lr6(struct __sk_buff *s) { int x=0x01020304; int r=bpf_skb_load_bytes_relative(s,0,&x,4,1); bpf_skb_store_bytes(s,0,&x,4,0); return r; }
SEC("tc") int lm6(struct __sk_buff *s) { int x=0x01020304; int r=bpf_skb_load_bytes_relative(s,0,&x,4,0); bpf_skb_store_bytes(s,0,&x,4,0); return r; }
SEC("tc") int st7(struct __sk_buff *s) { int x=0x01020304; return bpf_skb_store_bytes(s,63,&x,1,0); }
SEC("tc") int lb7(struct __sk_buff *s) { int x=0x01020304; int r=bpf_skb_load_bytes(s,63,&x,1); bpf_skb_store_bytes(s,0,&x,4,0); return r; }
SEC("tc") int lr7(struct __sk_buff *s) { int x=0x01020304; int r=bpf_skb_load_bytes_relative(s,63,&x,1,1); bpf_skb_store_bytes(s,0,&x,4,0); return r; }
SEC("tc") int lm7(struct __sk_buff *s) { int x=0x01020304; int r=bpf_skb_load_bytes_relative(s,63,&x,1,0); bpf_skb_store_bytes(s,0,&x,4,0); return r; }
SEC("tc") int st8(struct __sk_buff *s) { int x=0x01020304; return bpf_skb_store_bytes(s,64,&x,1,0); }
SEC("tc") int lb8(struct __sk_buff *s) { int x=0x01020304; int r=bpf_skb_load_bytes(s,64,&x,1); bpf_skb_store_bytes(s,0,&x,4,0); return r; }
SEC("tc") int lr8(struct __sk_buff *s) { int x=0x01020304; int r=bpf_skb_load_bytes_relative(s,64,&x,1,1); bpf_skb_store_bytes(s,0,&x,4,0); return r; }
SEC("tc") int lm8(struct __sk_buff *s) { int x=0x01020304; int r=bpf_skb_load_bytes_relative(s,64,&x,1,0); bpf_skb_store_bytes(s,0,&x,4,0); return r; }
SEC("tc") int lr9(struct __sk_buff *s) { int x=1; return bpf_skb_load_bytes_relative(s,0,&x,4,2); }
SEC("tc") int ct0(struct __sk_buff *s) { return bpf_skb_change_tail(s,0,0); }
SEC("tc") int ch0(struct __sk_buff *s) { return bpf_skb_change_head(s,0,0); }
SEC("tc") int pd0(struct __sk_buff *s) { return bpf_skb_pull_data(s,0); }
SEC("tc") int ct1(struct __sk_buff *s) { return bpf_skb_change_tail(s,10,0); }
SEC("tc") int ch1(struct __sk_buff *s) { return bpf_skb_change_head(s,10,0); }
SEC("tc") int pd1(struct __sk_buff *s) { return bpf_skb_pull_data(s,10); }
SEC("tc") int ct2(struct __sk_buff *s) { return bpf_skb_change_tail(s,14,0); }
SEC("tc") int ch2(struct __sk_buff *s) { return bpf_skb_change_head(s,14,0); }
SEC("tc") int pd2(struct __sk_buff *s) { return bpf_skb_pull_data(s,14); }
SEC("tc") int ct3(struct __sk_buff *s) { return bpf_skb_change_tail(s,33,0); }
SEC("tc") int ch3(struct __sk_buff *s) { return bpf_skb_change_head(s,33,0); }
SEC("tc") int pd3(struct __sk_buff *s) { return bpf_skb_pull_data(s,33); }
SEC("tc") int ct4(struct __sk_buff *s) { return bpf_skb_change_tail(s,34,0); }
SEC("tc") int ch4(struct __sk_buff *s) { return bpf_skb_change_head(s,34,0); }
SEC("tc") int pd4(struct __sk_buff *s) { return bpf_skb_pull_data(s,34); }
SEC("tc") int ct5(struct __sk_buff *s) { return bpf_skb_change_tail(s,63,0); }
SEC("tc") int ch5(struct __sk_buff *s) { return bpf_skb_change_head(s,63,0); }
SEC("tc") int pd5(struct __sk_buff *s) { return bpf_skb_pull_data(s,63); }
SEC("tc") int ct6(struct __sk_buff *s) { return bpf_skb_change_tail(s,100,0); }
SEC("tc") int ch6(struct __sk_buff *s) { return bpf_skb_change_head(s,100,0); }
SEC("tc") int pd6(struct __sk_buff *s) { return bpf_skb_pull_data(s,100); }
SEC("tc") int ct7(struct __sk_buff *s) { return bpf_skb_change_tail(s,1500,0); }
SEC("tc") int ch7(struct __sk_buff *s) { return bpf_skb_change_head(s,1500,0); }
SEC("tc") int pd7(struct __sk_buff *s) { return bpf_skb_pull_data(s,1500); }
SEC("tc") int ct8(struct __sk_buff *s) { return bpf_skb_change_tail(s,3000,0); }
SEC("tc") int ch8(struct __sk_buff *s) { return bpf_skb_change_head(s,3000,0); }
SEC("tc") int pd8(struct __sk_buff *s) { return bpf_skb_pull_data(s,3000); }
SEC("tc") int ct9(struct __sk_buff *s) { return bpf_skb_change_tail(s,65535,0); }
SEC("tc") int ch9(struct __sk_buff *s) { return bpf_skb_change_head(s,65535,0); }
SEC("tc") int pd9(struct __sk_buff *s) { return bpf_skb_pull_data(s,65535); }
SEC("tc") int ct10(struct __sk_buff *s) { return bpf_skb_change_tail(s,65536,0); }
SEC("tc") int ch10(struct __sk_buff *s) { return bpf_skb_change_head(s,65536,0); }
SEC("tc") int pd10(struct __sk_buff *s) { return bpf_skb_pull_data(s,65536); }
SEC("tc") int ct11(struct __sk_buff *s) { return bpf_skb_change_tail(s,100000,0); }
SEC("tc") int ch11(struct __sk_buff *s) { return bpf_skb_change_head(s,100000,0); }
SEC("tc") int pd11(struct __sk_buff *s) { return bpf_skb_pull_data(s,100000); }
SEC("tc") int ctf(struct __sk_buff *s) { return bpf_skb_change_tail(s,64,1); }
SEC("tc") int chf(struct __sk_buff *s) { return bpf_skb_change_head(s,64,1); }
SEC("tc") int cty0(struct __sk_buff *s) { int r= bpf_skb_change_type(s,0); return r | s->pkt_type<<16; }
SEC("tc") int cty1(struct __sk_buff *s) { int r= bpf_skb_change_type(s,1); return r | s->pkt_type<<16; }
SEC("tc") int cty2(struct __sk_buff *s) { int r= bpf_skb_change_type(s,2); return r | s->pkt_type<<16; }
SEC("tc") int cty3(struct __sk_buff *s) { int r= bpf_skb_change_type(s,3); return r | s->pkt_type<<16; }
SEC("tc") int cty4(struct __sk_buff *s) { int r= bpf_skb_change_type(s,4); return r | s->pkt_type<<16; }
SEC("tc") int cty5(struct __sk_buff *s) { int r= bpf_skb_change_type(s,5); return r | s->pkt_type<<16; }
SEC("tc") int ar0(struct __sk_buff *s) { return bpf_skb_adjust_room(s,8,0,0); }
SEC("tc") int ar1(struct __sk_buff *s) { return bpf_skb_adjust_room(s,8,1,0); }
SEC("tc") int ar2(struct __sk_buff *s) { return bpf_skb_adjust_room(s,-8,0,0); }
SEC("tc") int ar3(struct __sk_buff *s) { return bpf_skb_adjust_room(s,-8,1,0); }
SEC("tc") int ar4(struct __sk_buff *s) { return bpf_skb_adjust_room(s,-20,1,0); }
SEC("tc") int ar5(struct __sk_buff *s) { return bpf_skb_adjust_room(s,-30,1,0); }
SEC("tc") int ar6(struct __sk_buff *s) { return bpf_skb_adjust_room(s,0,0,0); }
SEC("tc") int ar7(struct __sk_buff *s) { return bpf_skb_adjust_room(s,4095,1,0); }
SEC("tc") int ar8(struct __sk_buff *s) { return bpf_skb_adjust_room(s,4096,1,0); }
SEC("tc") int ar9(struct __sk_buff *s) { return bpf_skb_adjust_room(s,8,2,0); }
SEC("tc") int ar10(struct __sk_buff *s) { return bpf_skb_adjust_room(s,8,1,512); }
SEC("tc") int ar11(struct __sk_buff *s) { return bpf_skb_adjust_room(s,8,0,1); }
SEC("tc") int ar12(struct __sk_buff *s) { return bpf_skb_adjust_room(s,8,1,1); }
SEC("tc") int ar13(struct __sk_buff *s) { return bpf_skb_adjust_room(s,8,0,3); }
SEC("tc") int ar14(struct __sk_buff *s) { return bpf_skb_adjust_room(s,8,0,32); }
SEC("tc") int ar15(struct __sk_buff *s) { return bpf_skb_adjust_room(s,-100,0,0); }
SEC("tc") int ar16(struct __sk_buff *s) { return bpf_skb_adjust_room(s,-4,0,0); }
SEC("tc") int ar17(struct __sk_buff *s) { return bpf_skb_adjust_room(s,8,1,4); }
SEC("tc") int ar18(struct __sk_buff *s) { return bpf_skb_adjust_room(s,20,1,2); }
SEC("tc") int vp0(struct __sk_buff *s) { int r=bpf_skb_vlan_push(s,bpf_htons(0x8100),5); return r | s->vlan_tci<<8 | s->vlan_present << 4; }
SEC("tc") int vp1(struct __sk_buff *s) { int r=bpf_skb_vlan_push(s,bpf_htons(0x88a8),0x1fff); return r | s->vlan_tci<<8 | s->vlan_present << 4; }
SEC("tc") int vp2(struct __sk_buff *s) { int r=bpf_skb_vlan_push(s,bpf_htons(0x1234),1); return r | s->vlan_tci<<8 | s->vlan_present << 4; }
SEC("tc") int vp3(struct __sk_buff *s) { int r=bpf_skb_vlan_push(s,bpf_htons(0x8100),0); return r | s->vlan_tci<<8 | s->vlan_present << 4; }
SEC("tc") int vpp(struct __sk_buff *s) { int r=bpf_skb_vlan_push(s,bpf_htons(0x8100),5); bpf_skb_vlan_push(s,bpf_htons(0x88a8),6); return r | s->vlan_tci<<8|s->len<<16; }
SEC("tc") int vpo(struct __sk_buff *s) { int r=bpf_skb_vlan_pop(s); return r | s->vlan_tci<<8|s->len<<16|s->vlan_present<<4; }
SEC("tc") int vpo2(struct __sk_buff *s) { bpf_skb_vlan_push(s,bpf_htons(0x8100),5); bpf_skb_vlan_push(s,bpf_htons(0x88a8),6); int r=bpf_skb_vlan_pop(s); return r | s->vlan_tci<<8|s->len<<16|s->vlan_present<<4; }
SEC("tc") int vpo3(struct __sk_buff *s) { bpf_skb_vlan_push(s,bpf_htons(0x8100),5); bpf_skb_vlan_push(s,bpf_htons(0x88a8),6); bpf_skb_vlan_pop(s); int r=bpf_skb_vlan_pop(s); return r | s->vlan_tci<<8|s->len<<16|s->vlan_present<<4; }
SEC("tc") int cp0(struct __sk_buff *s) { int r=bpf_skb_change_proto(s,bpf_htons(0x86dd),0); return r?r:s->protocol|s->len<<16; }
SEC("tc") int cp1(struct __sk_buff *s) { int r=bpf_skb_change_proto(s,bpf_htons(0x0800),0); return r?r:s->protocol|s->len<<16; }
SEC("tc") int cp2(struct __sk_buff *s) { int r=bpf_skb_change_proto(s,bpf_htons(0x1234),0); return r?r:s->protocol|s->len<<16; }
SEC("tc") int cp3(struct __sk_buff *s) { int r=bpf_skb_change_proto(s,bpf_htons(0x86dd),1); return r?r:s->protocol|s->len<<16; }
SEC("tc") int ecn(struct __sk_buff *s) { return bpf_skb_ecn_set_ce(s); }
SEC("tc") int rd0(struct __sk_buff *s) { return bpf_redirect(5,1); }
SEC("tc") int rd1(struct __sk_buff *s) { return bpf_redirect(5,2); }
SEC("tc") int rdp(struct __sk_buff *s) { return bpf_redirect_peer(5,0); }
SEC("tc") int rdp1(struct __sk_buff *s) { return bpf_redirect_peer(5,1); }
SEC("tc") int rdn(struct __sk_buff *s) { return bpf_redirect_neigh(5,0,0,0); }
SEC("tc") int rdn1(struct __sk_buff *s) { return bpf_redirect_neigh(5,0,0,1); }
SEC("tc") int crd(struct __sk_buff *s) { return bpf_clone_redirect(s,99,0); }
SEC("tc") int crd2(struct __sk_buff *s) { return bpf_clone_redirect(s,99,4); }
SEC("tc") int sts(struct __sk_buff *s) { return bpf_skb_set_tstamp(s,5,1); }
SEC("tc") int sts0(struct __sk_buff *s) { return bpf_skb_set_tstamp(s,5,0); }
SEC("tc") int sts1(struct __sk_buff *s) { return bpf_skb_set_tstamp(s,0,1); }
SEC("tc") int sts2(struct __sk_buff *s) { int r=bpf_skb_set_tstamp(s,7,2); return r?r:(int)s->tstamp; }
SEC("tc") int mtu(struct __sk_buff *s) { __u32 l=0; int r=bpf_check_mtu(s,0,&l,0,0); return r|l<<8; }
SEC("tc") int mtu1(struct __sk_buff *s) { __u32 l=100; int r=bpf_check_mtu(s,1,&l,0,0); return r|l<<8; }
SEC("tc") int mtu2(struct __sk_buff *s) { __u32 l=70000; int r=bpf_check_mtu(s,1,&l,0,0); return r; }
SEC("tc") int mtu3(struct __sk_buff *s) { __u32 l=0; return bpf_check_mtu(s,77,&l,0,0); }
SEC("tc") int mtu4(struct __sk_buff *s) { __u32 l=0; return bpf_check_mtu(s,0,&l,70000,0); }
SEC("tc") int mtu5(struct __sk_buff *s) { __u32 l=0; return bpf_check_mtu(s,0,&l,0,2); }
SEC("tc") int fib(struct __sk_buff *s) { struct bpf_fib_lookup p={}; p.family=2; p.ifindex=1; return bpf_fib_lookup(s,&p,sizeof p,0); }
SEC("tc") int fib1(struct __sk_buff *s) { struct bpf_fib_lookup p={}; p.family=3; p.ifindex=1; return bpf_fib_lookup(s,&p,sizeof p,0); }
SEC("tc") int fib2(struct __sk_buff *s) { struct bpf_fib_lookup p={}; p.family=2; p.ifindex=77; return bpf_fib_lookup(s,&p,sizeof p,0); }
SEC("tc") int fib3(struct __sk_buff *s) { struct bpf_fib_lookup p={}; p.family=2; p.ifindex=1; return bpf_fib_lookup(s,&p,63,0); }
SEC("tc") int fib4(struct __sk_buff *s) { struct bpf_fib_lookup p={}; p.family=2; p.ifindex=1; return bpf_fib_lookup(s,&p,sizeof p,0x100); }
SEC("tc") int sc(struct __sk_buff *s) { return bpf_strncmp("abc",4,"abd"); }
SEC("tc") int sc1(struct __sk_buff *s) { return bpf_strncmp("abc",3,"abcd"); }
SEC("tc") int sc2(struct __sk_buff *s) { return bpf_strncmp("abcd",4,"abc"); }
SEC("tc") int nns(struct __sk_buff *s) { return bpf_get_netns_cookie(s); }
SEC("tc") int hs(struct __sk_buff *s) { bpf_set_hash(s,77); return bpf_get_hash_recalc(s); }
SEC("tc") int hs1(struct __sk_buff *s) { bpf_set_hash(s,77); bpf_set_hash_invalid(s); return s->hash; }
SEC("tc") int rr(struct __sk_buff *s) { return bpf_get_route_realm(s); }
SEC("tc") int lk(struct __sk_buff *s) { struct bpf_sock_tuple t={}; struct bpf_sock*k=bpf_sk_lookup_tcp(s,&t,12,-1,0); if(k){bpf_sk_release(k);return 1;} return 0; }
SEC("tc") int loop(struct __sk_buff *s) { return bpf_loop(5,cb,0,0); }
SEC("tc") int loop1(struct __sk_buff *s) { return bpf_loop(9,cb2,0,0); }
SEC("tc") int loop2(struct __sk_buff *s) { return bpf_loop(1<<24,cb,0,0); }
SEC("tc") int loop3(struct __sk_buff *s) { return bpf_loop(1,cb,0,1); }
SEC("tc") int fe(struct __sk_buff *s) { return bpf_for_each_map_elem(&arr,ecb,0,0); }
SEC("tc") int fe1(struct __sk_buff *s) { return bpf_for_each_map_elem(&arr,ecb2,0,0); }
SEC("tc") int fe2(struct __sk_buff *s) { return bpf_for_each_map_elem(&arr,ecb,0,1); }
SEC("tc") int comm0(struct __sk_buff *s) { char c[16]; bpf_get_current_comm(c,0+16); return 0; }
SEC("tc") int dp1(struct __sk_buff *s) { struct bpf_dynptr p; char b[8]={}; int r=bpf_dynptr_from_mem(vbuf,16,0,&p); bpf_dynptr_write(&p,2,"ab",2,0); r|=bpf_dynptr_read(b,8,&p,0,0)<<8; bpf_skb_store_bytes(s,0,b,8,0); return r; }
SEC("tc") int dp2(struct __sk_buff *s) { struct bpf_dynptr p; char b[8]; int r=bpf_dynptr_from_mem(vbuf,16,0,&p); return bpf_dynptr_read(b,8,&p,9,0); }
SEC("tc") int dp3(struct __sk_buff *s) { struct bpf_dynptr p; return bpf_dynptr_from_mem(vbuf,16,1,&p); }
SEC("tc") int dp4(struct __sk_buff *s) { struct bpf_dynptr p; char b[8]; bpf_dynptr_from_mem(vbuf,16,0,&p); return bpf_dynptr_read(b,8,&p,0,1); }
SEC("tc") int rb1(struct __sk_buff *s) { struct bpf_dynptr p; int r=bpf_ringbuf_reserve_dynptr(&rb,16,0,&p); bpf_ringbuf_discard_dynptr(&p,0); return r; }
SEC("tc") int rb2(struct __sk_buff *s) { struct bpf_dynptr p; int r=bpf_ringbuf_reserve_dynptr(&rb,5000,0,&p); bpf_ringbuf_discard_dynptr(&p,0); return r; }
SEC("tc") int rb3(struct __sk_buff *s) { return bpf_ringbuf_output(&rb,vbuf,16,4); }
SEC("tc") int rb4(struct __sk_buff *s) { int r=bpf_ringbuf_output(&rb,vbuf,16,0); return r|bpf_ringbuf_query(&rb,0)<<8; }
SEC("tc") int rb5(struct __sk_buff *s) { return bpf_ringbuf_query(&rb,1); }
SEC("tc") int rb6(struct __sk_buff *s) { return bpf_ringbuf_query(&rb,9); }
SEC("tc") int rb7(struct __sk_buff *s) { for(int i=0;i<300;i++) bpf_ringbuf_output(&rb,vbuf,16,0); return bpf_ringbuf_output(&rb,vbuf,16,0); }
SEC("tc") int pe1(struct __sk_buff *s) { return bpf_perf_event_output(s,&pea,0,vbuf,8); }
SEC("tc") int pe2(struct __sk_buff *s) { return bpf_perf_event_output(s,&pea,0xffffffff,vbuf,8); }
SEC("tc") int pe3(struct __sk_buff *s) { return bpf_perf_event_output(s,&pea,77,vbuf,8); }
SEC("tc") int pe4(struct __sk_buff *s) { return bpf_perf_event_output(s,&pea,0xffffffff|100ULL<<32,vbuf,8); }
SEC("tc") int pe5(struct __sk_buff *s) { return bpf_perf_event_output(s,&pea,1ULL<<60,vbuf,8); }
SEC("tc") int pe6(struct __sk_buff *s) { return bpf_perf_event_output(s,&pea,0xffffffff|20ULL<<32,vbuf,8); }
SEC("tc") int csl(struct __sk_buff *s) { return bpf_csum_level(s,5); }
SEC("tc") int tmr(struct __sk_buff *s) { int k=0; struct tv*v=bpf_map_lookup_elem(&tm,&k); if(!v) return 99; return bpf_timer_init(&v->t,&tm,1) | bpf_timer_init(&v->t,&tm,1)<<8; }
SEC("tc") int tmr1(struct __sk_buff *s) { int k=0; struct tv*v=bpf_map_lookup_elem(&tm,&k); if(!v) return 99; return bpf_timer_start(&v->t,1000,0); }
SEC("tc") int tmr2(struct __sk_buff *s) { int k=0; struct tv*v=bpf_map_lookup_elem(&tm,&k); if(!v) return 99; bpf_timer_init(&v->t,&tm,1); return bpf_timer_start(&v->t,1000,0); }
SEC("tc") int tmr3(struct __sk_buff *s) { int k=0; struct tv*v=bpf_map_lookup_elem(&tm,&k); if(!v) return 99; bpf_timer_init(&v->t,&tm,1); bpf_timer_set_callback(&v->t,tcb); bpf_timer_start(&v->t,1000000000ULL,0); return bpf_timer_cancel(&v->t)|bpf_timer_cancel(&v->t)<<4; }
SEC("tc") int tmr4(struct __sk_buff *s) { int k=0; struct tv*v=bpf_map_lookup_elem(&tm,&k); if(!v) return 99; return bpf_timer_cancel(&v->t); }
SEC("tc") int tmr5(struct __sk_buff *s) { int k=0; struct tv*v=bpf_map_lookup_elem(&tm,&k); if(!v) return 99; return bpf_timer_init(&v->t,&tm,2); }
SEC("tc") int tmr6(struct __sk_buff *s) { int k=0; struct tv*v=bpf_map_lookup_elem(&tm,&k); if(!v) return 99; bpf_timer_init(&v->t,&tm,1); bpf_timer_set_callback(&v->t,tcb); return bpf_timer_start(&v->t,1000,8); }
SEC("tc") int tmr7(struct __sk_buff *s) { int k=0; struct tv*v=bpf_map_lookup_elem(&tm,&k); if(!v) return 99; return bpf_timer_set_callback(&v->t,tcb); }
SEC("tc") int tmr8(struct __sk_buff *s) { int k=0; struct tv*v=bpf_map_lookup_elem(&tm,&k); if(!v) return 99; return bpf_timer_init(&v->t,&tm,100); }
char _license[] SEC("license") = "GPL";
