import { InternalError } from '../../base/index.ts';
import type { HelperFunction, HelperTable } from '../../vm/index.ts';
import { createEngine, kernelOffset } from '../../vm/index.ts';
import type { KernelState } from '../core/state.ts';
import { isMapped } from '../helpers/access.ts';
import { ObjectHeap } from '../kfuncs/heap.ts';
import { KernelLayout } from '../layout/layout.ts';
import { DeviceTable } from '../net/device.ts';
import { TaskTable } from '../tasks/table.ts';
import type { Runtime } from './scope.ts';
import { scopeOf } from './scope.ts';
import { tailCallTarget } from './tail-call.ts';

/**
 * Steps after which a run is stopped: programs are not proved to end, and an endless one must not hang its caller. Far
 * above what a program that Linux takes comes to in one run; some seconds in the interpreter.
 */
const STEP_BUDGET = 2 ** 28;

/** The functions that programs call, by their numbers and BTF ids. */
export interface Callables {
  readonly helpers: ReadonlyMap<number, HelperFunction>;
  readonly kfuncs: ReadonlyMap<string, HelperFunction>;
}

/** Makes the part of a kernel that runs programs. */
export function createRuntime(state: KernelState, callables: Callables): Runtime {
  let known: KernelLayout | undefined;
  const layout = () => {
    if (!known) {
      const btf = state.structs();
      if (!btf) throw new InternalError('the kernel profile has no BTF');
      known = new KernelLayout(btf);
    }
    return known;
  };
  const table: HelperTable = {
    helper: (id) => callables.helpers.get(id),
    kfunc: (_program, btfId) => {
      const btf = state.btf();
      return btf?.has(btfId) ? callables.kfuncs.get(btf.nameOf(btfId)) : undefined;
    },
    tailCallTarget,
    probeReadable: (address, size) => isMapped(state.memory, kernelOffset(address), size),
    packetLoad: (exec, offset, size) => loadFromPacket(scopeOf(exec).packet, offset, size),
    programAt: (address) => state.progAt(address)?.executable(),
    now: () => state.clock.now(),
  };
  const engine = createEngine(state.engine, { memory: state.memory, helpers: table });
  let socketCookies = 0n;
  let cgroup = 0n;
  const heap = new ObjectHeap(state.memory);
  return {
    state,
    layout,
    heap,
    rootCgroup: () => {
      cgroup ||= heap.create(layout().sizeOf('cgroup') ?? 64, 'cgroup');
      return cgroup;
    },
    nextSocketCookie: () => ++socketCookies,
    hasLayout: () => state.structs() !== undefined,
    devices: new DeviceTable(state.memory, layout),
    tasks: new TaskTable({ memory: state.memory, layout, now: () => state.clock.now() }),
    run(scope, { context, address, args }) {
      const program = scope.prog.executable();
      const entry = address === undefined ? 0 : Number((address - program.textBase) / 8n);
      const options = { context, cpu: scope.cpu, scope, entry, budget: STEP_BUDGET, observe: state.watch?.stepped };
      return engine.run(program, args ? { ...options, args } : options);
    },
  };
}

/** Where the network header begins, for a program that asks by an offset of this and more. */
const SKF_NET_OFF = -0x10_0000;
/** The same for the link layer header. */
const SKF_LL_OFF = -0x20_0000;

/** Bytes for BPF_LD_ABS and BPF_LD_IND, most significant first. */
function loadFromPacket(
  packet: { kind: string; load(offset: number, length: number): Uint8Array | undefined } | undefined,
  offset: number,
  size: 1 | 2 | 4,
): number | undefined {
  if (packet?.kind !== 'skb') return undefined;
  let at = offset;
  if (offset < 0) {
    const skb = packet as unknown as { headerOffset(header: 'mac' | 'network'): number };
    if (offset >= SKF_NET_OFF) at = skb.headerOffset('network') + offset - SKF_NET_OFF;
    else if (offset >= SKF_LL_OFF) at = skb.headerOffset('mac') + offset - SKF_LL_OFF;
    else return undefined;
  }
  const bytes = packet.load(at, size);
  return bytes?.reduce((value, byte) => value * 256 + byte, 0);
}
