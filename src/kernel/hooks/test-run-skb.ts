import { ByteReader } from '../../base/index.ts';
import type { Errno, ProgTestRunResult } from '../../syscall/index.ts';
import { bpf_prog_type, errno } from '../../uapi/index.ts';
import { ETH_P_IP, ETH_P_IPV6, ethTypeTrans } from '../net/ethernet.ts';
import { ETH_HLEN, SkBuff } from '../net/sk-buff.ts';
import { readSkbContext, SKB_CONTEXT_SIZE, writeSkbContext } from '../net/skb-context.ts';
import { TestSock } from '../net/sock.ts';
import type { Runtime } from './scope.ts';
import type { TestRun } from './test-run-common.ts';
import { contextIn, finishRun, runRepeatedly, testScope } from './test-run-common.ts';

/** Room before a packet that a driver leaves (NET_SKB_PAD). */
const HEADROOM = 64;
/** Largest packet: a page without the room before and `struct skb_shared_info` behind. */
const MAX_SIZE = 4096 - HEADROOM - 320;

const IPV4_SIZE = 20;
const IPV6_SIZE = 40;

const link: ReadonlySet<number> = new Set([
  bpf_prog_type.BPF_PROG_TYPE_SCHED_CLS,
  bpf_prog_type.BPF_PROG_TYPE_SCHED_ACT,
]);

/** BPF_PROG_TEST_RUN of programs that get a `__sk_buff`. @see Documentation/bpf/bpf_prog_run.rst (v6.12) */
export function testRunSkb(runtime: Runtime, run: TestRun): ProgTestRunResult | Errno {
  const { attr, prog } = run;
  // DEVIATION: BPF_F_TEST_SKB_CHECKSUM_COMPLETE (6.12 on) is taken and has no effect: packets carry no device checksum.
  if ((attr.flags ?? 0) & ~0x4 || attr.cpu || attr.batchSize) return -errno.EINVAL;
  const data = attr.dataIn ?? new Uint8Array(0);
  const context = contextIn(attr, SKB_CONTEXT_SIZE);
  if (data.length < ETH_HLEN || data.length > MAX_SIZE) return -errno.EINVAL;
  if (typeof context === 'number') return context;
  const reader = context && new ByteReader(context, runtime.state.endian);
  const fromLink = link.has(prog.header.type);
  const length = fromLink ? data.length : data.length - ETH_HLEN;
  const wanted = reader && readSkbContext(runtime.devices, reader, length);
  if (typeof wanted === 'number') return wanted;
  const layout = runtime.layout();
  const device = wanted?.device ?? runtime.devices.loopback;
  const skb = new SkBuff(runtime.state.memory, layout, { device, data, headroom: HEADROOM });
  try {
    const { address, broadcast } = runtime.devices.loopback;
    ethTypeTrans(skb, { address, broadcast });
    const shortest = skb.protocol === ETH_P_IP ? IPV4_SIZE : skb.protocol === ETH_P_IPV6 ? IPV6_SIZE : 0;
    if (skb.length < shortest) return -errno.EINVAL;
    giveSocket(runtime, skb);
    if (fromLink) skb.push(ETH_HLEN);
    wanted?.apply(skb);
    skb.computeDataPointers();
    const ended = runRepeatedly({ ...testScope(runtime, run), packet: skb }, skb.context, attr.repeat ?? 1);
    if (!fromLink) {
      skb.expand(ETH_HLEN, 0);
      skb.push(ETH_HLEN);
      skb.bytes().fill(0, 0, ETH_HLEN);
    }
    if (context) writeSkbContext(context, skb, runtime.state.endian === 'little');
    return finishRun(attr, { ...ended, data: skb.bytes().slice(), ...(context && { context }) });
  } finally {
    skb.free();
  }
}

/** A socket of the packet's addresses, closed and of no protocol. */
function giveSocket(runtime: Runtime, skb: SkBuff): void {
  const sock = new TestSock(runtime.state.memory, runtime.layout());
  skb.own(sock.region);
  skb.struct.set64('sk_buff.sk', sock.struct.address);
  const bytes = skb.bytes();
  if (skb.protocol === ETH_P_IP && bytes.length >= IPV4_SIZE) {
    sock.setAddresses4(bytes.slice(12, 16), bytes.slice(16, 20));
  } else if (skb.protocol === ETH_P_IPV6 && bytes.length >= IPV6_SIZE) {
    sock.setAddresses6(bytes.slice(8, 24), bytes.slice(24, 40));
  }
}
