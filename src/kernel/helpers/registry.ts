import { bpf_func_id } from '../../uapi/index.ts';
import type { HelperFunction } from '../../vm/index.ts';
import { csumHelpers } from './csum.ts';
import { dynptrHelpers } from './dynptr.ts';
import type { HelperFamily } from './family.ts';
import { kernelNameHelpers } from './kernel-names.ts';
import { mapHelpers } from './map.ts';
import { perfHelpers } from './perf.ts';
import { printHelpers } from './print.ts';
import { probeHelpers } from './probe.ts';
import { redirectHelpers } from './redirect.ts';
import { ringbufHelpers } from './ringbuf.ts';
import { skbHelpers } from './skb.ts';
import { skbEncapHelpers } from './skb-encap.ts';
import { socketHelpers } from './socket.ts';
import { storageHelpers } from './storage.ts';
import { syncHelpers } from './sync.ts';
import { taskHelpers } from './task.ts';
import { timeHelpers } from './time.ts';
import { timerHelpers } from './timer.ts';
import { tracingHelpers } from './tracing.ts';
import { userRingbufHelpers } from './user-ringbuf.ts';
import { xdpHelpers } from './xdp.ts';

const families: readonly HelperFamily[] = [
  csumHelpers,
  dynptrHelpers,
  kernelNameHelpers,
  mapHelpers,
  perfHelpers,
  printHelpers,
  probeHelpers,
  redirectHelpers,
  ringbufHelpers,
  skbHelpers,
  skbEncapHelpers,
  socketHelpers,
  storageHelpers,
  syncHelpers,
  taskHelpers,
  timeHelpers,
  timerHelpers,
  tracingHelpers,
  userRingbufHelpers,
  xdpHelpers,
];

/** Every helper that there is, by its number. */
export const helpers: ReadonlyMap<number, HelperFunction> = new Map(
  families.flatMap((family) =>
    Object.entries(family).map(([name, helper]) => [bpf_func_id[name as keyof typeof bpf_func_id], helper] as const),
  ),
);
