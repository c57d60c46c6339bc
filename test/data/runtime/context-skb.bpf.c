#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#define R(f) { volatile __u32 x = *(volatile __u32 *)&skb->f; (void)x; }
#define RB(f,T,o) { volatile T x = *(volatile T*)((char*)&skb->f + o); (void)x; }
SEC("tc") int rd(struct __sk_buff *skb) {
 R(len) R(pkt_type) R(mark) R(queue_mapping) R(protocol) R(vlan_present) R(vlan_tci) R(vlan_proto) R(priority) R(ingress_ifindex) R(ifindex) R(tc_index) R(cb[0]) R(cb[3]) R(cb[4]) R(hash) R(tc_classid) R(napi_id) R(wire_len) R(gso_segs) R(gso_size) RB(tstamp_type,__u8,0)
 { volatile __u64 x = skb->tstamp; } { volatile __u64 x = skb->hwtstamp; } { volatile __u64 x = skb->data_end; } { volatile __u64 x = skb->data_meta;} { volatile __u64 x = skb->data;}
 struct bpf_sock *sk = skb->sk;
 if (sk) { volatile __u32 x = sk->family; 
  sk = bpf_sk_fullsock(sk); if (sk) { 
  x = sk->bound_dev_if; x = sk->family; x= sk->type; x = sk->protocol; x = sk->mark; x = sk->priority; x = sk->src_ip4; x = sk->src_ip6[2]; x = sk->src_port; x = sk->dst_port; x = sk->dst_ip4; x = sk->dst_ip6[1]; x= sk->state; x = sk->rx_queue_mapping; } }
 return 0; }
SEC("tc") int nr(struct __sk_buff *skb) {
 RB(len,__u8,0) RB(len,__u8,1) RB(len,__u16,0) RB(len,__u16,2) RB(mark,__u8,3) RB(protocol,__u8,0) RB(protocol,__u16,0) RB(cb[1],__u8,1) RB(cb[2],__u16,2) RB(hash,__u16,2) RB(ifindex,__u8,1) { volatile __u64 x = *(__u64*)&skb->cb[0];}  RB(tstamp_type,__u8,0) RB(vlan_present,__u8,0)
 return 0; }
SEC("tc") int wr(struct __sk_buff *s) { volatile struct __sk_buff *skb = s;
 skb->mark = 5; skb->queue_mapping = skb->len; skb->queue_mapping = 7; skb->priority = skb->len; skb->tc_index = 9; skb->tc_index = skb->len; skb->cb[1] = 2; skb->cb[2] = skb->mark; skb->tc_classid = 4; skb->tc_classid = skb->mark; skb->tstamp = skb->len; skb->tstamp = 0;
 *(volatile __u8*)&skb->cb[3] = 1; *(volatile __u64*)&skb->cb[0] = 1; *(volatile __u16*)((char*)&skb->cb[3]+2) = skb->mark;
 return 0; }
SEC("tc") int pw(struct __sk_buff *skb) {
 void *d = (void*)(long)skb->data, *e = (void*)(long)skb->data_end; if (d + 14 > e) return 0; *(char*)d = 1; return 0; }
SEC("cgroup_skb/ingress") int cg(struct __sk_buff *skb) { R(len) R(mark) R(cb[1]) R(family) R(remote_ip4) R(local_ip4) R(remote_ip6[1]) R(local_ip6[2]) R(remote_port) R(local_port) RB(remote_port,__u16,0) RB(family,__u8,1) {volatile __u64 x = skb->tstamp;} { volatile __u64 x = skb->data_end; }  { volatile __u64 x = skb->data;} return 1; }
char _license[] SEC("license") = "GPL";
