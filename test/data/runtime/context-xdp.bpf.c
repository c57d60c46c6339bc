#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#define R(f) { volatile __u32 x = *(volatile __u32 *)&skb->f; (void)x; }
#define RB(f,T,o) { volatile T x = *(volatile T*)((char*)&skb->f + o); (void)x; }
SEC("xdp") int rd(struct xdp_md *skb) { R(ingress_ifindex) R(rx_queue_index) {volatile __u64 x = skb->data;} {volatile __u64 x = skb->data_end;} {volatile __u64 x = skb->data_meta;}  return 0; }
SEC("xdp/devmap") int dm(struct xdp_md *skb) { R(ingress_ifindex) R(rx_queue_index) R(egress_ifindex) return 0; }
SEC("xdp") int pw(struct xdp_md *skb) {
 void *d = (void*)(long)skb->data, *e = (void*)(long)skb->data_end; if (d + 14 > e) return 0; *(char*)d = 1; return 2; }
char _license[] SEC("license") = "GPL";
