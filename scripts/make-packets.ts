// Writes samples/packets: Ethernet frames to run the samples on, one a file, and all of them as one capture.
// Usage: npx tsx scripts/make-packets.ts
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ByteWriter } from '../src/base/index.ts';

const folder = fileURLToPath(new URL('../samples/packets/', import.meta.url));

const ETHERTYPE = { ipv4: 0x0800, arp: 0x0806, ipv6: 0x86dd } as const;
const PROTOCOL = { icmp: 1, tcp: 6, udp: 17 } as const;
const TCP_SYN = 0x02;

/** Of RFC 5737 and RFC 3849: addresses for documentation. */
const CLIENT = [192, 0, 2, 10];
const SERVER = [198, 51, 100, 1];
const CLIENT6 = [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x0a];
const SERVER6 = [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x01];

/** The Internet checksum (RFC 1071). */
function checksum(bytes: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += (bytes[i] << 8) | (bytes[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return ~sum & 0xffff;
}

const be16 = (value: number): number[] => [value >> 8, value & 0xff];

/** `bytes` with the checksum over them (and over `pseudo`, a header that is not sent) put at `offset`. */
function sealed(bytes: number[], offset: number, pseudo: readonly number[] = []): number[] {
  const sum = be16(checksum([...pseudo, ...bytes]));
  return bytes.with(offset, sum[0]).with(offset + 1, sum[1]);
}

function ethernet(type: number, payload: readonly number[]): number[] {
  return [0x02, 0, 0, 0, 0, 0x01, 0x02, 0, 0, 0, 0, 0x0a, ...be16(type), ...payload];
}

function ipv4(protocol: number, payload: readonly number[]): number[] {
  const header = [0x45, 0, ...be16(20 + payload.length), 0x12, 0x34, 0x40, 0, 64, protocol, 0, 0, ...CLIENT, ...SERVER];
  return ethernet(ETHERTYPE.ipv4, [...sealed(header, 10), ...payload]);
}

const pseudo4 = (protocol: number, length: number): number[] => [...CLIENT, ...SERVER, 0, protocol, ...be16(length)];
const pseudo6 = (protocol: number, length: number): number[] => [
  ...CLIENT6,
  ...SERVER6,
  ...[0, 0, ...be16(length), 0, 0, 0, protocol],
];

function tcpSyn(port: number, pseudo: (protocol: number, length: number) => number[]): number[] {
  const segment = [...be16(40000), ...be16(port), 0, 0, 0, 1, 0, 0, 0, 0, 0x50, TCP_SYN, 0xfa, 0xf0, 0, 0, 0, 0];
  return sealed(segment, 16, pseudo(PROTOCOL.tcp, segment.length));
}

function udp(port: number, data: readonly number[]): number[] {
  const datagram = [...be16(40000), ...be16(port), ...be16(8 + data.length), 0, 0, ...data];
  return sealed(datagram, 6, pseudo4(PROTOCOL.udp, datagram.length));
}

function ipv6(protocol: number, payload: readonly number[]): number[] {
  return ethernet(ETHERTYPE.ipv6, [
    ...[0x60, 0, 0, 0, ...be16(payload.length), protocol, 64],
    ...CLIENT6,
    ...SERVER6,
    ...payload,
  ]);
}

/** A DNS question for the A record of example.com. */
const DNS_QUESTION = [
  ...[0xab, 0xcd, 0x01, 0, 0, 1, 0, 0, 0, 0, 0, 0],
  ...[7, ...Buffer.from('example'), 3, ...Buffer.from('com'), 0, 0, 1, 0, 1],
];

const packets: Record<string, number[]> = {
  'tcp-syn-22': ipv4(PROTOCOL.tcp, tcpSyn(22, pseudo4)),
  'tcp-syn-80': ipv4(PROTOCOL.tcp, tcpSyn(80, pseudo4)),
  'udp-53': ipv4(PROTOCOL.udp, udp(53, DNS_QUESTION)),
  'icmp-echo': ipv4(PROTOCOL.icmp, sealed([8, 0, 0, 0, 0, 1, 0, 1, ...Buffer.from('ebpfts!!')], 2)),
  'tcp-syn-22-ipv6': ipv6(PROTOCOL.tcp, tcpSyn(22, pseudo6)),
  arp: ethernet(ETHERTYPE.arp, [
    ...[0, 1, 8, 0, 6, 4, 0, 1, 0x02, 0, 0, 0, 0, 0x0a, ...CLIENT],
    ...[0, 0, 0, 0, 0, 0, ...SERVER],
  ]),
};

/** A capture in the classic format (pcap-savefile(5)): microseconds, Ethernet, little-endian, 1 ms between packets. */
function pcap(frames: readonly number[][]): Uint8Array {
  const out = new ByteWriter('little');
  out.u32(0xa1b2c3d4).u16(2).u16(4).u32(0).u32(0).u32(65535).u32(1);
  frames.forEach((frame, i) => {
    out
      .u32(1_700_000_000)
      .u32(i * 1000)
      .u32(frame.length)
      .u32(frame.length)
      .raw(Uint8Array.from(frame));
  });
  return out.toBytes();
}

mkdirSync(folder, { recursive: true });
for (const [name, frame] of Object.entries(packets)) writeFileSync(`${folder}${name}.bin`, Uint8Array.from(frame));
writeFileSync(`${folder}all.pcap`, pcap(Object.values(packets)));
