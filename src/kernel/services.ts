import type { KernelServices } from './core/services.ts';
import type { KernelState } from './core/state.ts';
import { contextPointer } from './fixup/context-of.ts';
import { translateProgram } from './fixup/translate.ts';
import { getU64 } from './helpers/access.ts';
import { helpers } from './helpers/registry.ts';
import { runIterator } from './hooks/iterator.ts';
import { createRuntime } from './hooks/runtime.ts';
import { testRun } from './hooks/test-run.ts';
import { fireTimer, freeTimer, TIMER_EVENT } from './hooks/timer.ts';
import { createWorld } from './hooks/world.ts';
import { kfuncs } from './kfuncs/registry.ts';

/** Wires what runs programs to what loads them. */
export function createServices(state: KernelState): KernelServices {
  const runtime = createRuntime(state, { helpers, kfuncs });
  return {
    contextPointer,
    translate: (kernel, request) =>
      translateProgram({ state: kernel, layout: runtime.layout, helpers, kfuncs }, request),
    testRun: (_state, options) => testRun(runtime, options),
    runIterator: (_state, link, task) => runIterator(runtime, link, task),
    world: (advanceTo) => createWorld(runtime, advanceTo),
    fire(_state, event) {
      if (event.kind === TIMER_EVENT) fireTimer(runtime, event);
    },
    freeField(_state, _map, { field, offset }) {
      if (field.kind === 'kptr') runtime.heap.drop(getU64(state, offset));
      if (field.kind === 'timer') freeTimer(state, offset);
    },
    hasNetDevice: (_state, ifindex) => runtime.devices.get(ifindex) !== undefined,
    netDevices: () => runtime.devices.list().map(({ options }) => options),
  };
}
