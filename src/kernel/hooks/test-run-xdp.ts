import { ByteReader } from '../../base/index.ts';
import type { Errno, ProgTestRunResult } from '../../syscall/index.ts';
import { bpf_attach_type, errno } from '../../uapi/index.ts';
import type { Device } from '../net/device.ts';
import { ETH_HLEN } from '../net/sk-buff.ts';
import { XdpBuff } from '../net/xdp-buff.ts';
import type { Runtime } from './scope.ts';
import type { TestRun } from './test-run-common.ts';
import { contextIn, finishRun, runRepeatedly, testScope } from './test-run-common.ts';

/** Bytes of `struct xdp_md`, and where its fields are. */
const XDP_MD_SIZE = 24;
const field = { data: 0, dataEnd: 4, dataMeta: 8, ingressIfindex: 12, rxQueueIndex: 16, egressIfindex: 20 } as const;
/** Largest metadata: the room before a packet without the frame's own bytes. */
const MAX_META = 216;
/** Pages that a packet may go on in beyond its first buffer. */
const MAX_FRAGS = 17;
const PAGE = 4096;

const { BPF_XDP_DEVMAP, BPF_XDP_CPUMAP } = bpf_attach_type;

/** BPF_PROG_TEST_RUN of XDP programs. @see Documentation/bpf/bpf_prog_run.rst (v6.12) */
export function testRunXdp(runtime: Runtime, run: TestRun): ProgTestRunResult | Errno {
  const { attr, prog } = run;
  const { expectedAttachType } = prog.header;
  if (expectedAttachType === BPF_XDP_DEVMAP || expectedAttachType === BPF_XDP_CPUMAP) return -errno.EINVAL;
  // DEVIATION: BPF_F_TEST_XDP_LIVE_FRAMES, which sends the packets on, is not there; Linux has it from 5.18 on.
  if (attr.flags || attr.batchSize) return -errno.EINVAL;
  const context = contextIn(attr, XDP_MD_SIZE);
  if (typeof context === 'number') return context;
  const data = attr.dataIn ?? new Uint8Array(0);
  if (data.length < ETH_HLEN) return -errno.EINVAL;
  const wanted = context && readContext(runtime, context, data.length);
  if (typeof wanted === 'number') return wanted;
  const layout = runtime.layout();
  if (data.length > XdpBuff.maxLinear(layout) + MAX_FRAGS * PAGE) return -errno.ENOMEM;
  const device = wanted?.device ?? runtime.devices.loopback;
  const xdp = new XdpBuff(runtime.state.memory, layout, { device, data, ...wanted });
  try {
    const ended = runRepeatedly({ ...testScope(runtime, run), packet: xdp }, xdp.context, attr.repeat ?? 1);
    const bytes = xdp.bytes(true);
    if (context) writeContext(context, xdp, runtime.state.endian === 'little');
    if (attr.dataSizeOut && attr.dataSizeOut < xdp.length - xdp.linearLength) return -errno.ENOSPC;
    return finishRun(attr, { ...ended, data: bytes, ...(context && { context }) });
  } finally {
    xdp.free();
  }
}

interface WantedContext {
  readonly device: Device;
  readonly metaSize: number;
  /** Bytes of metadata and packet that lie in one piece: from 6.18 on, `data_end` may be less than the packet. */
  readonly linear: number;
}

/** Checks the context that the caller gave, and what it says of the packet. */
function readContext(runtime: Runtime, context: Uint8Array, size: number): WantedContext | Errno {
  const md = new ByteReader(context, runtime.state.endian);
  const metaSize = md.u32(field.data);
  const end = md.u32(field.dataEnd);
  if (md.u32(field.dataMeta) !== 0 || end > size || metaSize > end || metaSize > MAX_META) return -errno.EINVAL;
  const ifindex = md.u32(field.ingressIfindex);
  const queue = md.u32(field.rxQueueIndex);
  if (md.u32(field.egressIfindex) !== 0) return -errno.EINVAL;
  if (ifindex === 0 && queue !== 0) return -errno.EINVAL;
  const device = ifindex === 0 ? runtime.devices.loopback : runtime.devices.get(ifindex);
  if (!device) return -errno.ENODEV;
  // Every device has one receive queue.
  if (queue !== 0) return -errno.EINVAL;
  if (metaSize % 4 !== 0 || size - metaSize < ETH_HLEN) return -errno.EINVAL;
  return { device, metaSize, linear: end };
}

/** Tells the caller where the packet begins and ends now, counted from its metadata. */
function writeContext(context: Uint8Array, xdp: XdpBuff, little: boolean): void {
  const view = new DataView(context.buffer);
  view.setUint32(field.data, xdp.data - xdp.dataMeta, little);
  view.setUint32(field.dataEnd, xdp.dataEnd - xdp.dataMeta, little);
}
