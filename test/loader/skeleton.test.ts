import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { System } from '../../src/index.ts';
import { createKernel } from '../../src/kernel/index.ts';
import { Globals } from '../gen/golden/globals.skel.ts';
import { RingbufPackets } from '../gen/golden/ringbuf_packets.skel.ts';
import { color, TypedValues, wide } from '../gen/golden/typed_values.skel.ts';
import { XdpSshFirewall } from '../gen/golden/xdp_ssh_firewall.skel.ts';
import { shippedKernelBtf } from '../support/samples.ts';

const XDP_DROP = 1;
const XDP_PASS = 2;
/** 192.0.2.10, the source of every packet, as a little-endian machine reads it. */
const CLIENT = 0x0a0200c0;

const btf = shippedKernelBtf();

function machine(): System {
  const profile = {
    version: '6.12.117',
    arch: 'x86_64',
    endian: 'little' as const,
    pageSize: 4096,
    cpus: 2,
    btf: () => btf,
    config: new Map<string, string>(),
  };
  return createKernel({ profile }).openProcess();
}

function packet(name: string): Uint8Array {
  return readFileSync(new URL(`../../samples/packets/${name}.bin`, import.meta.url));
}

describe('a skeleton in an emulated machine', () => {
  it('runs packets, and its maps and globals tell what came of them', () => {
    using firewall = XdpSshFirewall.openAndLoad(machine());
    const { loaded } = firewall.progs.xdp_ssh_firewall;
    const run = (name: string) => loaded.testRun({ dataIn: packet(name) }).retval;

    expect([run('tcp-syn-80'), run('tcp-syn-22'), run('tcp-syn-22')]).toEqual([XDP_PASS, XDP_DROP, XDP_DROP]);
    expect(firewall.maps.refused.lookup(CLIENT)).toMatchObject({ packets: 2n, bytes: 108n });
    expect([...firewall.maps.refused.keys()]).toEqual([CLIENT]);
    expect(firewall.bss.passed_packets).toBe(1n);

    firewall.maps.allowed.update(CLIENT, 1);
    expect(run('tcp-syn-22')).toBe(XDP_PASS);
    expect(firewall.bss.passed_packets).toBe(2n);
    expect(firewall.maps.allowed.delete(CLIENT)).toBe(true);
    expect(firewall.maps.allowed.delete(CLIENT)).toBe(false);
  });

  it('takes constants until it is loaded, variables at any time', () => {
    using firewall = XdpSshFirewall.open();
    firewall.rodata.ssh_port = 80;
    firewall.bss.passed_packets = 41n;
    firewall.load(machine());
    const { loaded } = firewall.progs.xdp_ssh_firewall;
    expect(loaded.testRun({ dataIn: packet('tcp-syn-80') }).retval).toBe(XDP_DROP);
    expect(loaded.testRun({ dataIn: packet('tcp-syn-22') }).retval).toBe(XDP_PASS);
    expect(firewall.bss.passed_packets).toBe(42n);
    expect(firewall.rodata.ssh_port).toBe(80);
    expect(() => {
      firewall.rodata.ssh_port = 22;
    }).toThrow("'ssh_port' in .rodata cannot be set any more: the section is read-only once loaded");
    firewall.bss.passed_packets = 0n;
    expect(firewall.bss.passed_packets).toBe(0n);
  });

  it('reads a ring buffer as typed records, at once and as they come', async () => {
    using skeleton = RingbufPackets.openAndLoad(machine());
    const { loaded } = skeleton.progs.ringbuf_packets;
    loaded.testRun({ dataIn: packet('udp-53') });
    expect([...skeleton.maps.events.read()]).toEqual([
      expect.objectContaining({ source: CLIENT, length: 71, protocol: 17, ttl: 64 }),
    ]);
    expect([...skeleton.maps.events.read()]).toEqual([]);

    const lengths: number[] = [];
    const reading = (async () => {
      for await (const event of skeleton.maps.events) {
        lengths.push(event.length);
        if (lengths.length === 2) break;
      }
    })();
    loaded.testRun({ dataIn: packet('tcp-syn-80') });
    loaded.testRun({ dataIn: packet('arp') });
    loaded.testRun({ dataIn: packet('icmp-echo') });
    await reading;
    expect(lengths).toEqual([54, 50]);
    expect(skeleton.bss.lost).toBe(0n);
  });

  it('reads values of every kind of type', () => {
    using skeleton = TypedValues.openAndLoad(machine());
    skeleton.progs.typed_values.loaded.testRun({ dataIn: packet('arp') });
    const [[key, value]] = skeleton.maps.values;
    expect(key).toEqual({ id: 0x1234, kind: 7, tag: 'tag' });
    expect(value).toMatchObject({
      negative: -5,
      big: 0xfedcba9876543210n,
      name: 'typed',
      color: color.BLUE,
      wide: wide.WIDE_BIG,
      bits: { low: 5, middle: 4321, signed_bits: -7, long_bits: 0x123456789an },
      grid: [
        [0, 0, 0],
        [0, 0, 0xbeef],
      ],
    });
    expect(value.either.place).toEqual({ x: 11, y: 22 });
    expect(skeleton.maps.values.lookup({ id: 0x1234, kind: 7, tag: 'tag' })).toEqual(value);
    skeleton.maps.by_color.update(color.GREEN, [{ x: 1, y: -1 }]);
    expect(skeleton.maps.by_color.lookup(color.GREEN)?.[0]).toEqual({ x: 1, y: -1 });
  });

  it('has the variables of every data section', () => {
    using skeleton = Globals.open();
    expect(skeleton.data.limits).toEqual({ low: 60, high: 1500, flags: { enabled: 1, level: 5 }, offset: -1n });
    skeleton.data.limits = { ...skeleton.data.limits, low: 10 };
    skeleton.rodata.sizes = [50, 100, 200, 400];
    skeleton.load(machine());
    const run = (name: string) => skeleton.progs.globals.loaded.testRun({ dataIn: packet(name) }).retval;
    expect([run('icmp-echo'), run('tcp-syn-80'), run('udp-53')]).toEqual([XDP_PASS, XDP_PASS, XDP_PASS]);
    expect(skeleton.bss.histogram).toEqual([1, 2, 0, 0]);
    expect(skeleton.data.countdown).toBe(997);
    expect(skeleton.data_hot.hot_counter).toBe(3n);
    expect(skeleton.bss.last_length.whole).toBe(71n);
    // MODE_SUM: three times the length, less one, for each packet.
    expect(skeleton.bss.result).toBe(BigInt(3 * (50 + 54 + 71) - 3));
  });

  it('says what comes first in its life cycle', () => {
    const skeleton = XdpSshFirewall.open();
    expect(() => skeleton.maps.allowed.lookup(1)).toThrow("'allowed' is not loaded yet: call load() first");
    expect(() => skeleton.attach()).toThrow("'XdpSshFirewall' is not loaded yet: call load() first");
    skeleton.load(machine());
    expect(() => skeleton.load(machine())).toThrow("'XdpSshFirewall' is loaded already");
    skeleton.close();
    expect(() => skeleton.maps.allowed.fd).toThrow("'allowed' is not loaded yet: call load() first");
  });
});
