import { History } from '../prune/history.ts';
import type { Refusal } from '../refusal.ts';
import { NOTHING_SHARED } from '../state/state.ts';
import { defer } from '../walk/defer.ts';
import { enterFrame } from '../walk/frames.ts';
import type { Walk } from '../walk/walk.ts';

/**
 * Puts the walk through a callback aside; the call itself goes on as if the callback was not called any more. `set` gives
 * the callback's frame its arguments.
 */
export function deferSync(walk: Walk, subprogram: number, set: (caller: number) => void): Refusal | undefined {
  const { state } = walk;
  const before = state.save();
  const caller = state.current;
  const { frame, shared } = state;
  state.frame = { ...frame, callbackDepth: frame.callbackDepth + 1 };
  state.change({ callbackUnrollDepth: shared.callbackUnrollDepth + 1 });
  const callback = { callSite: walk.insn, subprogram, callback: 'sync', returns: [0, 1], callbackDepth: 0 } as const;
  const refusal = enterFrame(walk, callback);
  if (refusal) return refusal;
  set(caller);
  const full = defer(walk, walk.program.subprograms[subprogram]);
  state.restore(before);
  state.frame = { ...frame, callbackDepth: 0 };
  return full;
}

/** A callback that runs later, on its own: nothing that holds here holds there. */
export function deferAsync(
  walk: Walk,
  { subprogram, sleepable }: { readonly subprogram: number; readonly sleepable: boolean },
  set: () => void,
): Refusal | undefined {
  const { state } = walk;
  walk.asyncCallbacks[subprogram] = 1;
  const before = state.save();
  const asyncEntry = (state.frame.asyncEntry ?? 0) + 1;
  state.frames = [];
  state.shared = { ...NOTHING_SHARED, sleepable };
  const refusal = enterFrame(walk, {
    callSite: -1,
    subprogram,
    callback: 'async',
    returns: [0, 0],
    callbackDepth: 0,
    asyncEntry,
  });
  if (refusal) return refusal;
  set();
  const [parent, history, first] = [walk.parent, walk.history, walk.first];
  walk.parent = undefined;
  walk.history = new History();
  walk.first = walk.program.subprograms[subprogram];
  const full = defer(walk, walk.first);
  Object.assign(walk, { parent, history, first });
  state.restore(before);
  return full;
}
