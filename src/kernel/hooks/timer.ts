import { alignUp } from '../../base/index.ts';
import { bpf_map_type } from '../../uapi/index.ts';
import { kernelAddress } from '../../vm/index.ts';
import type { PendingEvent } from '../core/event-queue.ts';
import type { KernelState } from '../core/state.ts';
import { field } from '../maps/header.ts';
import type { BpfMap } from '../maps/map.ts';
import { errProgramFault } from './errors.ts';
import type { Runtime } from './scope.ts';

/** The event of a timer that is to expire. */
export const TIMER_EVENT = 'timer';

/** Bits that say a timer was initialized; 0 in a value that was never used. */
const INITIALIZED = 0x7449_4d45;

/**
 * A timer in a map value. Its 16 bytes are: u32 mark, u16 map and u16 program (their low bits; ids are looked up in the
 * event and by the callback's address), u64 address of the callback (0: none).
 */
class Timer {
  readonly #state: KernelState;
  readonly #place: number;

  constructor(state: KernelState, place: number) {
    this.#state = state;
    this.#place = place;
  }

  get initialized(): boolean {
    return this.#view.getUint32(this.#place, this.#little) === INITIALIZED;
  }

  get mapId(): number {
    return this.#view.getUint32(this.#place + 4, this.#little);
  }

  get callback(): bigint {
    return this.#view.getBigUint64(this.#place + 8, this.#little);
  }

  init(mapId: number): void {
    this.#view.setUint32(this.#place, INITIALIZED, this.#little);
    this.#view.setUint32(this.#place + 4, mapId, this.#little);
    this.#view.setBigUint64(this.#place + 8, 0n, this.#little);
  }

  /** Sets what is called; the timer holds its program. @param progId 0 with no callback */
  setCallback(callback: bigint, progId: number): void {
    const old = this.callback === 0n ? undefined : this.#state.progAt(this.callback);
    if (progId !== 0) this.#state.progs.hold(progId);
    this.#view.setBigUint64(this.#place + 8, callback, this.#little);
    if (old) this.#state.progs.drop(old.header.id);
  }

  /** Takes the timer out of the queue. @returns whether it was in it */
  cancel(): boolean {
    return this.#state.events.cancelWhere(({ kind, data }) => kind === TIMER_EVENT && data.place === this.#place) > 0;
  }

  get #view(): DataView {
    return this.#state.memory.view();
  }

  get #little(): boolean {
    return this.#state.endian === 'little';
  }
}

/** The timer at a place of the memory; undefined where none can be. */
export function timerAt(state: KernelState, place: number): Timer | undefined {
  if (place <= 0) return undefined;
  state.memory.touch(place, 16);
  return new Timer(state, place);
}

/** A value with a timer goes away. */
export function freeTimer(state: KernelState, place: number): void {
  const timer = timerAt(state, place);
  if (!timer?.initialized) return;
  timer.cancel();
  timer.setCallback(0n, 0);
  state.memory.bytes().fill(0, place, place + 16);
}

/** A timer expired: its callback runs with the map, the key and the value. */
export function fireTimer(runtime: Runtime, { data }: PendingEvent): void {
  const { state } = runtime;
  const map = state.maps.get(data.map as number);
  const place = data.place as number;
  const timer = map && timerAt(state, place);
  const prog = timer?.initialized ? state.progAt(timer.callback) : undefined;
  if (!map || !timer || !prog) return;
  const special = map.spec.fields.find(({ kind }) => kind === 'timer');
  const value = place - (special?.offset ?? 0);
  const about = { cpu: 0, task: runtime.tasks.idle, cookie: 0n, returnValue: 0, cleanup: [] };
  // Timers fire in a soft interrupt.
  const scope = { runtime, prog, traceFlags: '..s1.', ...about };
  const key = keyOf(runtime, map, value);
  try {
    const args = [map.address, key.address, kernelAddress(value)];
    const ended = runtime.run(scope, { context: map.address, address: timer.callback, args });
    if (!ended.ok) throw errProgramFault(ended.fault);
  } finally {
    key.free();
  }
}

/** The key of a value: it stands before it in a hash table; an array's index is made. */
function keyOf(runtime: Runtime, map: BpfMap, value: number): { address: bigint; free(): void } {
  const { state } = runtime;
  if (map.type !== bpf_map_type.BPF_MAP_TYPE_ARRAY) {
    const valueOffset = map.header.get(field.valueOffset) || alignUp(map.attr.keySize, 8);
    const keyOffset = map.header.get(field.keyOffset);
    return { address: kernelAddress(value - valueOffset + keyOffset), free: () => {} };
  }
  const index = Math.floor((value - map.header.get(field.elements)) / map.header.get(field.valueStride));
  const region = state.memory.alloc(4, { kind: 'object', name: 'timer key', writable: false });
  state.memory.view().setUint32(region.offset, index, state.endian === 'little');
  return { address: kernelAddress(region.offset), free: () => state.memory.free(region) };
}
