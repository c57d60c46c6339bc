// The fields of the other network contexts, and where Linux 6.18 takes them from (seen in `bpftool prog dump xlated`).
import type { ContextField, ContextStruct } from './context.ts';

export const xdpContext: ContextStruct = {
  name: 'xdp_md',
  size: 24,
  kernel: 'xdp_buff',
  fields: [
    { name: 'data', offset: 0, size: 4, path: ['xdp_buff.data'], pointer: 'packet' },
    { name: 'data_end', offset: 4, size: 4, path: ['xdp_buff.data_end'], pointer: 'packet_end' },
    { name: 'data_meta', offset: 8, size: 4, path: ['xdp_buff.data_meta'], pointer: 'packet_meta' },
    {
      name: 'ingress_ifindex',
      offset: 12,
      size: 4,
      path: ['xdp_buff.rxq', 'xdp_rxq_info.dev', 'net_device.ifindex'],
    },
    { name: 'rx_queue_index', offset: 16, size: 4, path: ['xdp_buff.rxq', 'xdp_rxq_info.queue_index'] },
    {
      name: 'egress_ifindex',
      offset: 20,
      size: 4,
      path: ['xdp_buff.txq', 'xdp_txq_info.dev', 'net_device.ifindex'],
    },
  ],
};

export const skLookupContext: ContextStruct = {
  name: 'bpf_sk_lookup',
  size: 72,
  kernel: 'bpf_sk_lookup_kern',
  fields: [
    { name: 'sk', offset: 0, size: 8, path: ['bpf_sk_lookup_kern.selected_sk'], pointer: 'socket' },
    { name: 'family', offset: 8, size: 4, path: ['bpf_sk_lookup_kern.family'] },
    { name: 'protocol', offset: 12, size: 4, path: ['bpf_sk_lookup_kern.protocol'] },
    { name: 'remote_ip4', offset: 16, size: 4, path: ['bpf_sk_lookup_kern.v4.saddr'] },
    {
      name: 'remote_ip6',
      offset: 20,
      size: 4,
      count: 4,
      path: ['bpf_sk_lookup_kern.v6.saddr', 'in6_addr'],
      width: 4,
      via: 'nullable',
    },
    { name: 'remote_port', offset: 36, size: 4, path: ['bpf_sk_lookup_kern.sport'] },
    { name: 'local_ip4', offset: 40, size: 4, path: ['bpf_sk_lookup_kern.v4.daddr'] },
    {
      name: 'local_ip6',
      offset: 44,
      size: 4,
      count: 4,
      path: ['bpf_sk_lookup_kern.v6.daddr', 'in6_addr'],
      width: 4,
      via: 'nullable',
    },
    { name: 'local_port', offset: 60, size: 4, path: ['bpf_sk_lookup_kern.dport'] },
    { name: 'ingress_ifindex', offset: 64, size: 4, path: ['bpf_sk_lookup_kern.ingress_ifindex'] },
  ],
};

export const sockAddrContext: ContextStruct = {
  name: 'bpf_sock_addr',
  size: 72,
  kernel: 'bpf_sock_addr_kern',
  temp: 'bpf_sock_addr_kern.tmp_reg',
  fields: [
    { name: 'user_family', offset: 0, size: 4, path: ['bpf_sock_addr_kern.uaddr', 'sockaddr.sa_family'] },
    {
      name: 'user_ip4',
      offset: 4,
      size: 4,
      path: ['bpf_sock_addr_kern.uaddr', 'sockaddr_in.sin_addr'],
      width: 4,
      store: true,
    },
    {
      name: 'user_ip6',
      offset: 8,
      size: 4,
      count: 4,
      path: ['bpf_sock_addr_kern.uaddr', 'sockaddr_in6.sin6_addr'],
      width: 4,
      store: true,
    },
    { name: 'user_port', offset: 24, size: 4, path: ['bpf_sock_addr_kern.uaddr', 'sockaddr_in.sin_port'], store: true },
    {
      name: 'family',
      offset: 28,
      size: 4,
      path: ['bpf_sock_addr_kern.sk', 'sock.__sk_common+sock_common.skc_family'],
    },
    { name: 'type', offset: 32, size: 4, path: ['bpf_sock_addr_kern.sk', 'sock.sk_type'] },
    { name: 'protocol', offset: 36, size: 4, path: ['bpf_sock_addr_kern.sk', 'sock.sk_protocol'] },
    {
      name: 'msg_src_ip4',
      offset: 40,
      size: 4,
      path: ['bpf_sock_addr_kern.t_ctx', 'in_addr.s_addr'],
      store: true,
    },
    {
      name: 'msg_src_ip6',
      offset: 44,
      size: 4,
      count: 4,
      path: ['bpf_sock_addr_kern.t_ctx', 'in6_addr'],
      width: 4,
      store: true,
    },
    { name: 'sk', offset: 64, size: 8, path: ['bpf_sock_addr_kern.sk'], pointer: 'socket' },
  ],
};

const msgSock = (member: string) => ['sk_msg.sk', `sock.__sk_common+sock_common.${member}`];

export const skMsgContext: ContextStruct = {
  name: 'sk_msg_md',
  size: 80,
  kernel: 'sk_msg',
  fields: [
    { name: 'data', offset: 0, size: 8, path: ['sk_msg.data'], pointer: 'packet' },
    { name: 'data_end', offset: 8, size: 8, path: ['sk_msg.data_end'], pointer: 'packet_end' },
    { name: 'family', offset: 16, size: 4, path: msgSock('skc_family') },
    { name: 'remote_ip4', offset: 20, size: 4, path: msgSock('skc_daddr') },
    { name: 'local_ip4', offset: 24, size: 4, path: msgSock('skc_rcv_saddr') },
    { name: 'remote_ip6', offset: 28, size: 4, count: 4, path: msgSock('skc_v6_daddr'), width: 4 },
    { name: 'local_ip6', offset: 44, size: 4, count: 4, path: msgSock('skc_v6_rcv_saddr'), width: 4 },
    { name: 'remote_port', offset: 60, size: 4, path: msgSock('skc_dport'), ops: [{ op: 'lsh', by: 16 }] },
    { name: 'local_port', offset: 64, size: 4, path: msgSock('skc_num') },
    { name: 'size', offset: 68, size: 4, path: ['sk_msg.sg+sk_msg_sg.size'] },
    { name: 'sk', offset: 72, size: 8, path: ['sk_msg.sk'], pointer: 'socket' },
  ],
};

export const skReuseportContext: ContextStruct = {
  name: 'sk_reuseport_md',
  size: 56,
  kernel: 'sk_reuseport_kern',
  fields: [
    { name: 'data', offset: 0, size: 8, path: ['sk_reuseport_kern.skb', 'sk_buff.data'], pointer: 'packet' },
    { name: 'data_end', offset: 8, size: 8, path: ['sk_reuseport_kern.data_end'], pointer: 'packet_end' },
    { name: 'len', offset: 16, size: 4, path: ['sk_reuseport_kern.skb', 'sk_buff.len'] },
    { name: 'eth_protocol', offset: 20, size: 4, path: ['sk_reuseport_kern.skb', 'sk_buff.protocol'] },
    { name: 'ip_protocol', offset: 24, size: 4, path: ['sk_reuseport_kern.sk', 'sock.sk_protocol'] },
    { name: 'bind_inany', offset: 28, size: 4, path: ['sk_reuseport_kern.bind_inany'] },
    { name: 'hash', offset: 32, size: 4, path: ['sk_reuseport_kern.hash'] },
    { name: 'sk', offset: 40, size: 8, path: ['sk_reuseport_kern.sk'], pointer: 'socket' },
    { name: 'migrating_sk', offset: 48, size: 8, path: ['sk_reuseport_kern.migrating_sk'], pointer: 'socket' },
  ],
};

const opsSock = (member: string) => ['bpf_sock_ops_kern.sk', `sock.__sk_common+sock_common.${member}`];

function opsTcp(name: string, offset: number, path: string, size = 4): ContextField {
  return { name, offset, size, path: ['bpf_sock_ops_kern.sk', path], via: 'full_socket' };
}

export const sockOpsContext: ContextStruct = {
  name: 'bpf_sock_ops',
  size: 224,
  kernel: 'bpf_sock_ops_kern',
  temp: 'bpf_sock_ops_kern.temp',
  fields: [
    { name: 'op', offset: 0, size: 4, path: ['bpf_sock_ops_kern.op'] },
    { name: 'args', offset: 4, size: 4, count: 4, path: ['bpf_sock_ops_kern.args'], width: 4, store: true },
    { name: 'family', offset: 20, size: 4, path: opsSock('skc_family') },
    { name: 'remote_ip4', offset: 24, size: 4, path: opsSock('skc_daddr') },
    { name: 'local_ip4', offset: 28, size: 4, path: opsSock('skc_rcv_saddr') },
    { name: 'remote_ip6', offset: 32, size: 4, count: 4, path: opsSock('skc_v6_daddr'), width: 4 },
    { name: 'local_ip6', offset: 48, size: 4, count: 4, path: opsSock('skc_v6_rcv_saddr'), width: 4 },
    { name: 'remote_port', offset: 64, size: 4, path: opsSock('skc_dport'), ops: [{ op: 'lsh', by: 16 }] },
    { name: 'local_port', offset: 68, size: 4, path: opsSock('skc_num') },
    { name: 'is_fullsock', offset: 72, size: 4, path: ['bpf_sock_ops_kern.is_fullsock'] },
    opsTcp('snd_cwnd', 76, 'tcp_sock.snd_cwnd'),
    opsTcp('srtt_us', 80, 'tcp_sock.srtt_us'),
    opsTcp('bpf_sock_ops_cb_flags', 84, 'tcp_sock.bpf_sock_ops_cb_flags'),
    { name: 'state', offset: 88, size: 4, path: opsSock('skc_state') },
    {
      name: 'rtt_min',
      offset: 92,
      size: 4,
      path: ['bpf_sock_ops_kern.sk', 'tcp_sock.rtt_min+minmax.s+minmax_sample.v'],
    },
    opsTcp('snd_ssthresh', 96, 'tcp_sock.snd_ssthresh'),
    opsTcp('rcv_nxt', 100, 'tcp_sock.rcv_nxt'),
    opsTcp('snd_nxt', 104, 'tcp_sock.snd_nxt'),
    opsTcp('snd_una', 108, 'tcp_sock.snd_una'),
    opsTcp('mss_cache', 112, 'tcp_sock.mss_cache'),
    opsTcp('ecn_flags', 116, 'tcp_sock.ecn_flags'),
    opsTcp('rate_delivered', 120, 'tcp_sock.rate_delivered'),
    opsTcp('rate_interval_us', 124, 'tcp_sock.rate_interval_us'),
    opsTcp('packets_out', 128, 'tcp_sock.packets_out'),
    opsTcp('retrans_out', 132, 'tcp_sock.retrans_out'),
    opsTcp('total_retrans', 136, 'tcp_sock.total_retrans'),
    opsTcp('segs_in', 140, 'tcp_sock.segs_in'),
    opsTcp('data_segs_in', 144, 'tcp_sock.data_segs_in'),
    opsTcp('segs_out', 148, 'tcp_sock.segs_out'),
    opsTcp('data_segs_out', 152, 'tcp_sock.data_segs_out'),
    opsTcp('lost_out', 156, 'tcp_sock.lost_out'),
    opsTcp('sacked_out', 160, 'tcp_sock.sacked_out'),
    { ...opsTcp('sk_txhash', 164, 'sock.sk_txhash'), store: true },
    opsTcp('bytes_received', 168, 'tcp_sock.bytes_received', 8),
    opsTcp('bytes_acked', 176, 'tcp_sock.bytes_acked', 8),
    { name: 'sk', offset: 184, size: 8, path: ['bpf_sock_ops_kern.sk'], via: 'full_socket', pointer: 'socket' },
    {
      name: 'skb_data',
      offset: 192,
      size: 8,
      path: ['bpf_sock_ops_kern.skb', 'sk_buff.data'],
      via: 'nullable',
      pointer: 'packet',
    },
    {
      name: 'skb_data_end',
      offset: 200,
      size: 8,
      path: ['bpf_sock_ops_kern.skb_data_end'],
      pointer: 'packet_end',
    },
    { name: 'skb_len', offset: 208, size: 4, path: ['bpf_sock_ops_kern.skb', 'sk_buff.len'], via: 'nullable' },
    {
      name: 'skb_tcp_flags',
      offset: 212,
      size: 4,
      path: ['bpf_sock_ops_kern.skb', 'sk_buff.cb+tcp_skb_cb.tcp_flags'],
      via: 'nullable',
    },
  ],
};
