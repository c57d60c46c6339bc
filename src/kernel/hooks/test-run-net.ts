import { ByteReader } from '../../base/index.ts';
import type { Errno, ProgTestRunResult } from '../../syscall/index.ts';
import { errno } from '../../uapi/index.ts';
import type { Region } from '../../vm/index.ts';
import { kernelAddress } from '../../vm/index.ts';
import { KernelStruct } from '../layout/struct.ts';
import { ETH_P_IPV6, ethTypeTrans } from '../net/ethernet.ts';
import { PacketMemory } from '../net/packet-memory.ts';
import { ETH_HLEN, SkBuff } from '../net/sk-buff.ts';
import type { Runtime } from './scope.ts';
import type { TestRun } from './test-run-common.ts';
import { contextIn, finishRun, runRepeatedly, testScope } from './test-run-common.ts';

const AF_INET = 2;
const AF_INET6 = 10;
const SK_LOOKUP_SIZE = 72;
const FLOW_KEYS_SIZE = 56;
/** Offset of `bpf_flow_keys.n_proto`. */
const N_PROTO = 10;
const HEADROOM = 64;
const NF_INET_LOCAL_OUT = 3;

/** A kernel struct that lives for one run. */
function makeStruct(runtime: Runtime, name: string): { struct: KernelStruct; region: Region } {
  const size = runtime.layout().sizeOf(name) ?? 64;
  const region = runtime.state.memory.alloc(size, { kind: 'context', name });
  return { struct: new KernelStruct(runtime.state.memory, runtime.layout(), region.offset), region };
}

/** BPF_PROG_TEST_RUN of sk_lookup programs: the context says what is looked for. */
export function testRunSkLookup(runtime: Runtime, run: TestRun): ProgTestRunResult | Errno {
  const { attr } = run;
  if (attr.flags || attr.cpu || attr.batchSize || attr.dataIn?.length || attr.dataSizeOut) return -errno.EINVAL;
  const context = contextIn(attr, SK_LOOKUP_SIZE);
  if (typeof context === 'number') return context;
  if (!context) return -errno.EINVAL;
  const md = new ByteReader(context, runtime.state.endian);
  if (md.u64(0) !== 0n || md.u16(38) !== 0 || md.u32(68) !== 0) return -errno.EINVAL;
  if (md.u32(60) > 0xffff) return -errno.ERANGE;
  const family = md.u32(8);
  if (family !== AF_INET && family !== AF_INET6) return -errno.EAFNOSUPPORT;
  const { struct, region } = makeStruct(runtime, 'bpf_sk_lookup_kern');
  const addresses = runtime.state.memory.alloc(32, { kind: 'object', name: 'addresses', writable: false });
  try {
    fillSkLookup(struct, md, addresses.offset);
    const ended = runRepeatedly(testScope(runtime, run), struct.address, attr.repeat ?? 1);
    return finishRun(attr, { ...ended, data: new Uint8Array(0), context });
  } finally {
    runtime.state.memory.free(addresses);
    runtime.state.memory.free(region);
  }
}

function fillSkLookup(struct: KernelStruct, md: ByteReader, addresses: number): void {
  const family = md.u32(8);
  struct.set('bpf_sk_lookup_kern.family', family);
  struct.set('bpf_sk_lookup_kern.protocol', md.u32(12));
  struct.set('bpf_sk_lookup_kern.sport', md.u16(36));
  struct.set('bpf_sk_lookup_kern.dport', md.u32(60));
  struct.set('bpf_sk_lookup_kern.ingress_ifindex', md.u32(64));
  if (family === AF_INET) {
    struct.set('bpf_sk_lookup_kern.v4.saddr', md.u32(16));
    struct.set('bpf_sk_lookup_kern.v4.daddr', md.u32(40));
    return;
  }
  struct.memory.bytes().set(md.slice(20, 16), addresses);
  struct.memory.bytes().set(md.slice(44, 16), addresses + 16);
  struct.set64('bpf_sk_lookup_kern.v6.saddr', kernelAddress(addresses));
  struct.set64('bpf_sk_lookup_kern.v6.daddr', kernelAddress(addresses + 16));
}

/** BPF_PROG_TEST_RUN of flow dissectors: what comes out are the `struct bpf_flow_keys` that the program filled in. */
export function testRunFlowDissector(runtime: Runtime, run: TestRun): ProgTestRunResult | Errno {
  const { attr } = run;
  if (attr.flags || attr.cpu || attr.batchSize) return -errno.EINVAL;
  const data = attr.dataIn ?? new Uint8Array(0);
  if (data.length < ETH_HLEN) return -errno.EINVAL;
  const given = contextIn(attr, FLOW_KEYS_SIZE);
  if (typeof given === 'number') return given;
  const { memory } = runtime.state;
  const packet = new PacketMemory(memory, data.length);
  const keys = memory.alloc(FLOW_KEYS_SIZE, { kind: 'object', name: 'bpf_flow_keys' });
  const { struct, region } = makeStruct(runtime, 'bpf_flow_dissector');
  try {
    memory.bytes().set(data, packet.start);
    const view = memory.view();
    const little = runtime.state.endian === 'little';
    view.setUint16(keys.offset, ETH_HLEN, little);
    view.setUint16(keys.offset + 2, ETH_HLEN, little);
    memory.bytes().set(data.subarray(12, 14), keys.offset + N_PROTO);
    if (given) memory.bytes().set(given.subarray(48, 52), keys.offset + 48);
    struct.set64('bpf_flow_dissector.data', kernelAddress(packet.start));
    struct.set64('bpf_flow_dissector.data_end', kernelAddress(packet.start + data.length));
    struct.set64('bpf_flow_dissector.flow_keys', kernelAddress(keys.offset));
    const ended = runRepeatedly(testScope(runtime, run), struct.address, attr.repeat ?? 1);
    const clamp = (at: number, from: number) =>
      memory.view().setUint16(at, Math.min(Math.max(memory.view().getUint16(at, little), from), data.length), little);
    clamp(keys.offset, ETH_HLEN);
    clamp(keys.offset + 2, memory.view().getUint16(keys.offset, little));
    const out = memory.bytes().slice(keys.offset, keys.offset + FLOW_KEYS_SIZE);
    return finishRun(attr, { ...ended, data: out });
  } finally {
    for (const one of [region, keys]) memory.free(one);
    packet.free();
  }
}

/** BPF_PROG_TEST_RUN of netfilter programs: the packet at the hook of outgoing ones. */
export function testRunNetfilter(runtime: Runtime, run: TestRun): ProgTestRunResult | Errno {
  const { attr } = run;
  if (attr.flags || attr.cpu || attr.batchSize) return -errno.EINVAL;
  const data = attr.dataIn ?? new Uint8Array(0);
  if (data.length < ETH_HLEN) return -errno.EINVAL;
  const { loopback } = runtime.devices;
  const skb = new SkBuff(runtime.state.memory, runtime.layout(), { device: loopback, data, headroom: HEADROOM });
  const { struct, region } = makeStruct(runtime, 'bpf_nf_ctx');
  const state = makeStruct(runtime, 'nf_hook_state');
  try {
    ethTypeTrans(skb, loopback);
    state.struct.set('nf_hook_state.hook', NF_INET_LOCAL_OUT);
    state.struct.set('nf_hook_state.pf', skb.protocol === ETH_P_IPV6 ? AF_INET6 : AF_INET);
    state.struct.set64('nf_hook_state.out', loopback.struct.address);
    struct.set64('bpf_nf_ctx.skb', skb.context);
    struct.set64('bpf_nf_ctx.state', state.struct.address);
    const scope = { ...testScope(runtime, run), packet: skb };
    const ended = runRepeatedly(scope, struct.address, attr.repeat ?? 1);
    return finishRun(attr, { ...ended, data: skb.bytes().slice() });
  } finally {
    for (const one of [region, state.region]) runtime.state.memory.free(one);
    skb.free();
  }
}
