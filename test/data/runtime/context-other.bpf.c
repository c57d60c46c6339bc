#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#define R(f) { volatile __u32 x = *(volatile __u32 *)&c->f; (void)x; }
#define R8(f) { volatile __u64 x = *(volatile __u64 *)&c->f; (void)x; }
#define RB(f,T,o) { volatile T x = *(volatile T*)((char*)&c->f + o); (void)x; }
#define W(f,v) *(volatile __u32*)&c->f = (v);
SEC("flow_dissector") int fd(struct __sk_buff *c) { R8(data) R8(data_end) R8(flow_keys) return 0; }
SEC("sk_lookup") int skl(struct bpf_sk_lookup *c) { R8(sk) R(family) R(protocol) R(remote_ip4) R(remote_ip6[1]) RB(remote_port,__u16,0) R(local_ip4) R(local_ip6[2]) R(local_port) R(ingress_ifindex) RB(cookie,__u32,0) RB(remote_ip4,__u16,2) RB(family,__u8,1)  RB(local_port,__u8,0) RB(remote_port,__u32,0) return 1; }
SEC("sockops") int so(struct bpf_sock_ops *c) { R(op) R(args[0]) R(args[3]) R(family) R(remote_ip4) R(local_ip4) R(remote_ip6[1]) R(local_ip6[3]) R(remote_port) R(local_port) R(is_fullsock) R(snd_cwnd) R(srtt_us) R(bpf_sock_ops_cb_flags) R(state) R(rtt_min) R(snd_ssthresh) R(rcv_nxt) R(snd_nxt) R(snd_una) R(mss_cache) R(ecn_flags) R(rate_delivered) R(rate_interval_us) R(packets_out) R(retrans_out) R(total_retrans) R(segs_in) R(data_segs_in) R(segs_out) R(data_segs_out) R(lost_out) R(sacked_out) R(sk_txhash) R8(bytes_received) R8(bytes_acked) R8(sk) R(skb_len) R(skb_tcp_flags) R8(skb_data) R8(skb_data_end) R8(skb_hwtstamp) W(reply, 5) W(replylong[1], c->op) W(sk_txhash, c->op) return 1; }
SEC("cgroup/connect4") int c4(struct bpf_sock_addr *c) { R(user_family) R(user_ip4) R(user_port) R(family) R(type) R(protocol) R8(sk) W(user_ip4, c->type) W(user_port, 8) RB(user_ip4,__u8,1) RB(user_ip4,__u16,2) return 1; }
SEC("cgroup/sendmsg6") int s6(struct bpf_sock_addr *c) { R(user_family) R(user_ip6[1]) R(user_port) R(msg_src_ip6[2]) W(msg_src_ip6[2], 8) W(user_ip6[3], 8) return 1; }
SEC("cgroup/sendmsg4") int s4(struct bpf_sock_addr *c) { R(msg_src_ip4) W(msg_src_ip4, c->type) return 1; }
SEC("cgroup/sock_create") int sc(struct bpf_sock *c) { R(bound_dev_if) R(family) R(type) R(protocol) R(mark) R(priority) W(mark, c->type) W(priority, 4) W(bound_dev_if, 3) return 1; }
SEC("cgroup/post_bind4") int pb(struct bpf_sock *c) { R(src_ip4) R(src_port) RB(src_port,__u16,0) RB(type,__u8,0) return 1; }
SEC("perf_event") int pe(struct bpf_perf_event_data *c) { R8(sample_period) R8(addr) R8(regs.ip) R8(regs.ax) RB(sample_period,__u32,0) return 1; }
SEC("sk_msg") int sm(struct sk_msg_md *c) { R8(data) R8(data_end) R(family) R(remote_ip4) R(local_ip4) R(remote_ip6[1]) R(local_ip6[2]) R(remote_port) R(local_port) R(size) R8(sk) return 1; }
SEC("sk_reuseport") int sr(struct sk_reuseport_md *c) { R8(data) R8(data_end) R(len) R(eth_protocol) R(ip_protocol) R(bind_inany) R(hash) R8(sk) R8(migrating_sk) RB(eth_protocol,__u16,0) return 1; }
SEC("cgroup/sysctl") int sy(struct bpf_sysctl *c) { R(write) R(file_pos) W(file_pos, 1) W(file_pos,c->write) return 1; }
SEC("cgroup/getsockopt") int go(struct bpf_sockopt *c) { R8(sk) R8(optval) R8(optval_end) R(level) R(optname) R(optlen) R(retval) W(retval,0) W(optlen, 5) return 1; }
SEC("cgroup/setsockopt") int sso(struct bpf_sockopt *c) { R(level) W(level, 5) W(optname, c->optlen) W(optlen,c->level) return 1; }
SEC("cgroup/dev") int dv(struct bpf_cgroup_dev_ctx *c) { R(access_type) R(major) RB(access_type,__u16,0) return 1; }
SEC("socket") int sf(struct __sk_buff *c) { R(len) R(cb[1]) R(family) W(cb[1], 4) return 0;}
SEC("socket") int sfa(struct __sk_buff *c) { return *(volatile __u32*)&c->len; }
SEC("netfilter") int nf(struct __sk_buff *c) { return 1; }
SEC("lwt_xmit") int lx(struct __sk_buff *c) { R(len) R(cb[1]) R(mark) R(priority) R(hash) R8(data) return 0; }
SEC("sk_skb/stream_verdict") int skv(struct __sk_buff *c) { R(len) R(priority) R8(data) R8(data_end) R(local_port) W(priority,3) R(cb[0]) W(cb[2],1) return 0; }
SEC("sk_skb/stream_parser") int skp(struct __sk_buff *c) { R(len) R8(data) R8(data_end) return 0; }

SEC("cgroup_skb/ingress") int ts(struct __sk_buff *s) { struct bpf_sock *sk = s->sk; struct bpf_tcp_sock *c; if (!sk) return 1; sk = bpf_sk_fullsock(sk); if (!sk) return 1; c = bpf_tcp_sock(sk); if (!c) return 1; R(snd_cwnd) R(srtt_us) R(rtt_min) R(snd_ssthresh) R(rcv_nxt) R(snd_nxt) R(snd_una) R(mss_cache) R(ecn_flags) R(rate_delivered) R(rate_interval_us) R(packets_out) R(retrans_out) R(total_retrans) R(segs_in) R(data_segs_in) R(segs_out) R(data_segs_out) R(lost_out) R(sacked_out) R8(bytes_received) R8(bytes_acked) R(dsack_dups) R(delivered) R(delivered_ce) R(icsk_retransmits) return 1; }
char _license[] SEC("license") = "GPL";
