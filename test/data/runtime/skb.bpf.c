#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#define INFO { return (s->protocol & 0xffff) | s->pkt_type << 16 | s->ifindex << 20 | s->ingress_ifindex << 24; }
SEC("tc") int tcinfo(struct __sk_buff *s) INFO
SEC("tc") int tclen(struct __sk_buff *s) { return s->len | s->data_end - s->data << 16; }
SEC("tc") int tcmeta(struct __sk_buff *s) { return s->data - s->data_meta | s->wire_len << 16; }
SEC("tc") int tcmisc(struct __sk_buff *s) { return s->gso_segs | s->gso_size << 8 | s->hash << 16 | s->tc_classid << 24 | s->napi_id; }
SEC("tc") int tcvlan(struct __sk_buff *s) { return s->vlan_present | s->vlan_tci << 1 | s->queue_mapping << 8 | s->vlan_proto; }
SEC("tc") int tcset(struct __sk_buff *s) { s->mark = 7; s->priority = 8; s->cb[0] = 1; s->cb[4] = 5; s->tstamp = 77; s->tc_index = 3; s->queue_mapping = 4; s->tc_classid=9; return -1; }
SEC("socket") int sflen(struct __sk_buff *s) { return s->len; }
SEC("cgroup_skb/ingress") int cglen(struct __sk_buff *s) { return s->len | s->data_end - s->data << 16; }
SEC("cgroup_skb/ingress") int cgfam(struct __sk_buff *s) { return s->family | s->remote_port << 8 | s->local_ip4 ; }
SEC("cgroup_skb/egress") int cgid(struct __sk_buff *s) { return bpf_skb_cgroup_id(s); }
SEC("lwt_xmit") int lwtlen(struct __sk_buff *s) { return s->len | s->data_end - s->data << 16; }
SEC("lwt_in") int lwtin(struct __sk_buff *s) { return (s->protocol & 0xffff) | s->pkt_type << 16 | s->ifindex << 20; }
SEC("tc") int headroom(struct __sk_buff *s) { return bpf_skb_change_head(s, 20, 0); }
SEC("tc") int tailr(struct __sk_buff *s) { return bpf_skb_change_tail(s, 2000, 0); }
SEC("tc") int pull(struct __sk_buff *s) { return bpf_skb_pull_data(s, 200); }
SEC("tc") int vpush(struct __sk_buff *s) { return bpf_skb_vlan_push(s, bpf_htons(0x8100), 5); }
SEC("tc") int adjroom(struct __sk_buff *s) { return bpf_skb_adjust_room(s, 8, BPF_ADJ_ROOM_MAC, 0); }
SEC("tc") int chproto(struct __sk_buff *s) { return bpf_skb_change_proto(s, bpf_htons(0x86dd), 0); }
SEC("tc") int hashes(struct __sk_buff *s) { return bpf_get_hash_recalc(s); }
SEC("tc") int cookie(struct __sk_buff *s) { return bpf_get_socket_cookie(s); }
SEC("tc") int uid(struct __sk_buff *s) { return bpf_get_socket_uid(s); }
SEC("tc") int classid(struct __sk_buff *s) { return bpf_get_cgroup_classid(s); }
SEC("tc") int under(struct __sk_buff *s) { return bpf_skb_ancestor_cgroup_id(s, 0); }
SEC("tc") int redir(struct __sk_buff *s) { return bpf_redirect(1, 0); }
SEC("tc") int sk(struct __sk_buff *s) { struct bpf_sock *k = s->sk; if (!k) return 100; k = bpf_sk_fullsock(k); if (!k) return 101; return k->family | k->type << 4 | k->protocol << 8 | k->state << 16| bpf_ntohl(k->src_ip4) << 24; }
char _license[] SEC("license") = "GPL";
