#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#define L(s,o) asm volatile("r2 = *(u" #s " *)(r1 + %[off])" :: [off]"i"(o) : "r2");
#define S(s,o,v) asm volatile("r2 = " #v "; *(u" #s " *)(r1 + %[off]) = r2" :: [off]"i"(o) : "r2");
#define O(f) __builtin_offsetof(T,f)
#define P(sec,name) SEC(sec) __attribute__((naked)) int name(void *c) {
#define E asm volatile("r0 = 1; exit"); }
#define T struct __sk_buff
P("flow_dissector", fd) L(32,O(data)) L(32,O(data_end)) L(64,O(flow_keys)) L(32,O(protocol)) L(32,O(vlan_present)) E
P("socket",sf) L(32,O(len)) L(32,O(cb[1])) L(32,O(hash)) L(16,O(tc_index)) L(16,O(protocol)+2) S(32,O(cb[1]),4) E
P("lwt_xmit", lx) L(32,O(mark)) L(32,O(data)) L(32,O(data_end)) S(32,O(cb[1]),3) S(32,O(priority),3) S(32,O(mark),3) E
P("sk_skb/stream_verdict", skv) L(32,O(len)) L(32,O(data)) L(32,O(data_end)) L(32,O(local_port)) L(32,O(cb[1])) S(32,O(priority),3) S(32,O(tc_index),1) E
P("sk_skb/stream_parser", skp) L(32,O(data_end)) E
#undef T
#define T struct bpf_sk_lookup
P("sk_lookup",skl) L(64,O(sk)) L(32,O(family)) L(32,O(protocol)) L(32,O(remote_ip4)) L(32,O(remote_ip6[1])) L(16,O(remote_port)) L(32,O(local_ip4)) L(32,O(local_ip6[2])) L(32,O(local_port)) L(32,O(ingress_ifindex)) L(16,O(remote_ip4)+2) L(8,O(family)+1) L(8,O(local_port)) L(32,O(remote_port)) E
#undef T
#define T struct bpf_sock_addr
P("cgroup/connect4",c4) L(32,O(user_family)) L(32,O(user_ip4)) L(32,O(user_port)) L(32,O(family)) L(32,O(type)) L(32,O(protocol)) L(64,O(sk)) L(8,O(user_ip4)+1) L(16,O(user_port)) S(32,O(user_ip4),7) S(8,O(user_ip4)+1,7) S(32,O(user_port),8) S(16,O(user_port),8) E
P("cgroup/sendmsg4",s4)  S(8,O(msg_src_ip4)+1,7) S(32,O(msg_src_ip4),8) L(32,O(msg_src_ip4)) E
#undef T
#define T struct sk_msg_md
P("sk_msg",sm) L(64,O(data)) L(64,O(data_end)) E
#undef T
#define T struct bpf_sockopt
P("cgroup/getsockopt", go) S(32,O(retval),0) L(32,O(retval)) E
char _license[] SEC("license") = "GPL";
