#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
SEC("xdp") int pass(struct xdp_md *c) { return 2; }
SEC("xdp") int info(struct xdp_md *c) { return c->ingress_ifindex | c->rx_queue_index << 8 | (c->data - c->data_meta) << 16; }
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key,int); __type(value,int); } m SEC(".maps");
SEC("xdp") int head(struct xdp_md *c) { int k=0,*p=bpf_map_lookup_elem(&m,&k); return bpf_xdp_adjust_head(c, -216); }
SEC("xdp") int head1(struct xdp_md *c) { return bpf_xdp_adjust_head(c, -217); }
SEC("xdp") int headp(struct xdp_md *c) { return bpf_xdp_adjust_head(c, 10); }
SEC("xdp") int tail1(struct xdp_md *c) { return bpf_xdp_adjust_tail(c, -6); }
SEC("xdp") int tailg(struct xdp_md *c) { return bpf_xdp_adjust_tail(c, 100); }
SEC("xdp") int tailgg(struct xdp_md *c) { return bpf_xdp_adjust_tail(c, 3500); }
SEC("xdp") int meta(struct xdp_md *c) { return bpf_xdp_adjust_meta(c, -8); }
SEC("xdp") int meta2(struct xdp_md *c) { return bpf_xdp_adjust_meta(c, -7); }
SEC("xdp") int meta3(struct xdp_md *c) { return bpf_xdp_adjust_meta(c, -256); }
SEC("xdp") int metap(struct xdp_md *c) { return bpf_xdp_adjust_meta(c, 4); }
SEC("xdp") int redir(struct xdp_md *c) { return bpf_redirect(5, 0); }
SEC("xdp.frags") int frags(struct xdp_md *c) { return bpf_xdp_get_buff_len(c); }
SEC("xdp") int blen(struct xdp_md *c) { return bpf_xdp_get_buff_len(c); }
char _license[] SEC("license") = "GPL";
