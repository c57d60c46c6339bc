// The fields of `struct __sk_buff` and `struct bpf_sock`, and where Linux 6.18 takes them from (seen in `bpftool prog
// dump xlated` of programs that access each).
import type { ContextField, ContextStruct } from './context.ts';

/** Fields of the socket that a packet or a hook belongs to, by their place in struct sock. */
const sock = (member: string) => `sock.__sk_common+sock_common.${member}`;

const skbSocket: readonly ContextField[] = [
  { name: 'family', offset: 88, size: 4, path: ['sk_buff.sk', sock('skc_family')] },
  { name: 'remote_ip4', offset: 92, size: 4, path: ['sk_buff.sk', sock('skc_daddr')] },
  { name: 'local_ip4', offset: 96, size: 4, path: ['sk_buff.sk', sock('skc_rcv_saddr')] },
  { name: 'remote_ip6', offset: 100, size: 4, count: 4, path: ['sk_buff.sk', sock('skc_v6_daddr')], width: 4 },
  { name: 'local_ip6', offset: 116, size: 4, count: 4, path: ['sk_buff.sk', sock('skc_v6_rcv_saddr')], width: 4 },
  {
    name: 'remote_port',
    offset: 132,
    size: 4,
    path: ['sk_buff.sk', sock('skc_dport')],
    ops: [{ op: 'lsh', by: 16 }],
  },
  { name: 'local_port', offset: 136, size: 4, path: ['sk_buff.sk', sock('skc_num')] },
];

export const skBuffContext: ContextStruct = {
  name: '__sk_buff',
  size: 192,
  kernel: 'sk_buff',
  fields: [
    { name: 'len', offset: 0, size: 4, path: ['sk_buff.len'] },
    { name: 'pkt_type', offset: 4, size: 4, path: ['sk_buff.pkt_type'] },
    { name: 'mark', offset: 8, size: 4, path: ['sk_buff.mark'], store: true },
    { name: 'queue_mapping', offset: 12, size: 4, path: ['sk_buff.queue_mapping'], store: { below: 0xffff } },
    { name: 'protocol', offset: 16, size: 4, path: ['sk_buff.protocol'] },
    {
      name: 'vlan_present',
      offset: 20,
      size: 4,
      path: ['sk_buff.vlan_all'],
      // Until Linux 6.1.
      formerPath: ['sk_buff.vlan_present'],
      ops: [{ op: 'bool' }],
    },
    { name: 'vlan_tci', offset: 24, size: 4, path: ['sk_buff.vlan_tci'] },
    { name: 'vlan_proto', offset: 28, size: 4, path: ['sk_buff.vlan_proto'] },
    { name: 'priority', offset: 32, size: 4, path: ['sk_buff.priority'], store: true },
    { name: 'ingress_ifindex', offset: 36, size: 4, path: ['sk_buff.skb_iif'] },
    { name: 'ifindex', offset: 40, size: 4, path: ['sk_buff.dev', 'net_device.ifindex'], via: 'nullable' },
    { name: 'tc_index', offset: 44, size: 4, path: ['sk_buff.tc_index'], store: true },
    { name: 'cb', offset: 48, size: 20, path: ['sk_buff.cb+qdisc_skb_cb.data'], bytes: true, store: true },
    { name: 'hash', offset: 68, size: 4, path: ['sk_buff.hash'] },
    { name: 'tc_classid', offset: 72, size: 4, path: ['sk_buff.cb+qdisc_skb_cb.tc_classid'], store: true },
    { name: 'data', offset: 76, size: 4, path: ['sk_buff.data'], pointer: 'packet' },
    {
      name: 'data_end',
      offset: 80,
      size: 4,
      path: ['sk_buff.cb+bpf_skb_data_end.data_end'],
      pointer: 'packet_end',
    },
    {
      name: 'napi_id',
      offset: 84,
      size: 4,
      path: ['sk_buff.napi_id'],
      // Smaller numbers are CPUs.
      ops: [{ op: 'above', config: 'CONFIG_NR_CPUS' }],
    },
    ...skbSocket,
    {
      name: 'data_meta',
      offset: 140,
      size: 4,
      path: ['sk_buff.cb+bpf_skb_data_end.data_meta'],
      pointer: 'packet_meta',
    },
    { name: 'flow_keys', offset: 144, size: 8, path: ['sk_buff.cb+qdisc_skb_cb.data'], width: 8, pointer: 'memory' },
    { name: 'tstamp', offset: 152, size: 8, path: ['sk_buff.tstamp'], via: 'timestamp', store: true },
    { name: 'wire_len', offset: 160, size: 4, path: ['sk_buff.cb+qdisc_skb_cb.pkt_len'], width: 4 },
    { name: 'gso_segs', offset: 164, size: 4, path: ['skb_shared_info.gso_segs'], via: 'shared_info' },
    { name: 'sk', offset: 168, size: 8, path: ['sk_buff.sk'], pointer: 'socket' },
    { name: 'gso_size', offset: 176, size: 4, path: ['skb_shared_info.gso_size'], via: 'shared_info' },
    { name: 'tstamp_type', offset: 180, size: 1, path: ['sk_buff.tstamp_type'] },
    {
      name: 'hwtstamp',
      offset: 184,
      size: 8,
      path: ['skb_shared_info.hwtstamps'],
      width: 8,
      via: 'shared_info',
    },
  ],
};

/** `__sk_buff` of tc programs: their packets always have a device. */
export const tcContext: ContextStruct = {
  ...skBuffContext,
  fields: skBuffContext.fields.map((field) => (field.name === 'ifindex' ? { ...field, via: undefined } : field)),
};

/** `__sk_buff` of stream parsers and verdicts: the end of the packet is not kept in the control block. */
export const skSkbContext: ContextStruct = {
  ...skBuffContext,
  fields: skBuffContext.fields.map((field) => {
    if (field.name === 'data_end') return { ...field, path: ['sk_buff.data'], via: 'linear_end' as const };
    if (field.name === 'cb') return { ...field, path: ['sk_buff.cb+sk_skb_cb.data'] };
    return field;
  }),
};

export const flowDissectorContext: ContextStruct = {
  name: '__sk_buff',
  size: 192,
  kernel: 'bpf_flow_dissector',
  fields: [
    { name: 'data', offset: 76, size: 4, path: ['bpf_flow_dissector.data'], pointer: 'packet' },
    { name: 'data_end', offset: 80, size: 4, path: ['bpf_flow_dissector.data_end'], pointer: 'packet_end' },
    { name: 'flow_keys', offset: 144, size: 8, path: ['bpf_flow_dissector.flow_keys'], pointer: 'memory' },
  ],
};

/** `struct bpf_sock`: the context of socket hooks, and what helpers that give sockets return. */
export const sockContext: ContextStruct = {
  name: 'bpf_sock',
  size: 80,
  kernel: 'sock',
  fields: [
    { name: 'bound_dev_if', offset: 0, size: 4, path: [sock('skc_bound_dev_if')], store: true },
    { name: 'family', offset: 4, size: 4, path: [sock('skc_family')] },
    { name: 'type', offset: 8, size: 4, path: ['sock.sk_type'] },
    { name: 'protocol', offset: 12, size: 4, path: ['sock.sk_protocol'] },
    { name: 'mark', offset: 16, size: 4, path: ['sock.sk_mark'], store: true },
    { name: 'priority', offset: 20, size: 4, path: ['sock.sk_priority'], store: true },
    { name: 'src_ip4', offset: 24, size: 4, path: [sock('skc_rcv_saddr')] },
    { name: 'src_ip6', offset: 28, size: 4, count: 4, path: [sock('skc_v6_rcv_saddr')], width: 4 },
    { name: 'src_port', offset: 44, size: 4, path: [sock('skc_num')] },
    { name: 'dst_port', offset: 48, size: 2, path: [sock('skc_dport')] },
    { name: 'dst_ip4', offset: 52, size: 4, path: [sock('skc_daddr')] },
    { name: 'dst_ip6', offset: 56, size: 4, count: 4, path: [sock('skc_v6_daddr')], width: 4 },
    { name: 'state', offset: 72, size: 4, path: [sock('skc_state')] },
    {
      name: 'rx_queue_mapping',
      offset: 76,
      size: 4,
      path: [sock('skc_rx_queue_mapping')],
      ops: [{ op: 'none', at: 0xffff }],
    },
  ],
};

const tcp = (name: string, offset: number, size = 4, path = `tcp_sock.${name}`): ContextField => ({
  name,
  offset,
  size,
  path: [path],
});

/** `struct bpf_xdp_sock`, what a look-up in an XSKMAP gives. */
export const xdpSockContext: ContextStruct = {
  name: 'bpf_xdp_sock',
  size: 4,
  kernel: 'xdp_sock',
  fields: [{ name: 'queue_id', offset: 0, size: 4, path: ['xdp_sock.queue_id'] }],
};

/** `struct bpf_tcp_sock`, what bpf_tcp_sock gives. */
export const tcpSockContext: ContextStruct = {
  name: 'bpf_tcp_sock',
  size: 120,
  kernel: 'tcp_sock',
  fields: [
    tcp('snd_cwnd', 0),
    tcp('srtt_us', 4),
    { name: 'rtt_min', offset: 8, size: 4, path: ['tcp_sock.rtt_min+minmax.s+minmax_sample.v'] },
    tcp('snd_ssthresh', 12),
    tcp('rcv_nxt', 16),
    tcp('snd_nxt', 20),
    tcp('snd_una', 24),
    tcp('mss_cache', 28),
    tcp('ecn_flags', 32),
    tcp('rate_delivered', 36),
    tcp('rate_interval_us', 40),
    tcp('packets_out', 44),
    tcp('retrans_out', 48),
    tcp('total_retrans', 52),
    tcp('segs_in', 56),
    tcp('data_segs_in', 60),
    tcp('segs_out', 64),
    tcp('data_segs_out', 68),
    tcp('lost_out', 72),
    tcp('sacked_out', 76),
    tcp('bytes_received', 80, 8),
    tcp('bytes_acked', 88, 8),
    tcp('dsack_dups', 96),
    tcp('delivered', 100),
    tcp('delivered_ce', 104),
    tcp('icsk_retransmits', 108, 4, 'inet_connection_sock.icsk_retransmits'),
  ],
};
