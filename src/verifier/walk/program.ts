import { bpf_prog_flags } from '../../uapi/index.ts';
import { AUX, AUX3, ID } from '../domain/row.ts';
import { traceMainFunction, traceValid, traceValidating } from '../log/functions.ts';
import { History } from '../prune/history.ts';
import { invalid, type Refusal } from '../refusal.ts';
import {
  CONST_PTR_TO_DYNPTR,
  DYNPTR_TYPE_LOCAL,
  MEM_RDONLY,
  PTR_MAYBE_NULL,
  PTR_TO_ARENA,
  PTR_TO_BTF_ID,
  PTR_TO_CTX,
  PTR_TO_MEM,
  PTR_TRUSTED,
  PTR_UNTRUSTED,
} from '../state/reg-type.ts';
import { NOTHING_SHARED } from '../state/state.ts';
import type { GlobalArgument } from '../types/global-argument.ts';
import { globalArguments } from '../types/global-function.ts';
import { enterFrame } from './frames.ts';
import { walkPaths } from './loop.ts';
import { setPointer, setUnknown } from './set-row.ts';
import type { Walk } from './walk.ts';

/** Walks the main function, and each function that is verified on its own. */
export function walkProgram(walk: Walk): Refusal | undefined {
  traceMainFunction(walk);
  startAt(walk, 0);
  setPointer(walk.w, walk.reg(1), PTR_TO_CTX);
  const refusal = walkPaths(walk);
  if (refusal) return refusal;
  const { globals, subprogramAt } = walk.program;
  const callback = walk.options.exceptionCallback;
  if (callback !== undefined) walk.globalsCalled[subprogramAt.get(callback) ?? 0] = 1;
  const done = new Uint8Array(globals.length);
  // A function that is verified may call others, before it and after it.
  for (let more = true; more; ) {
    more = false;
    for (let subprogram = 1; subprogram < globals.length; subprogram++) {
      // Before, all of them were verified, called or not.
      const wanted = walk.globalsCalled[subprogram] || !walk.program.switches.lazy_globals;
      if (!globals[subprogram] || !wanted || done[subprogram]) continue;
      traceValidating(walk, subprogram);
      const failed = walkGlobal(walk, subprogram);
      if (failed) return failed;
      traceValid(walk, subprogram);
      done[subprogram] = 1;
      more = true;
    }
  }
  return undefined;
}

/** Walks a global function with whatever its arguments may be. */
function walkGlobal(walk: Walk, subprogram: number): Refusal | undefined {
  const fn = walk.program.functions![subprogram];
  const wanted = globalArguments(walk.options, fn);
  if ('errno' in wanted) return wanted;
  startAt(walk, subprogram);
  const { exceptionCallback } = walk.options;
  if (exceptionCallback !== undefined && walk.program.subprograms[subprogram] === exceptionCallback) {
    if (wanted.length !== 1 || wanted[0].kind !== 'scalar') {
      return invalid('exception cb only supports single integer argument');
    }
    walk.state.frame = { ...walk.state.frame, callback: 'exception' };
    setUnknown(walk.w, walk.reg(1));
  }
  for (const [index, argument] of wanted.entries()) setArgument(walk, walk.reg(index + 1), argument);
  return walkPaths(walk);
}

function setArgument(walk: Walk, row: number, { kind, mayBeNull, size, typeId, ...argument }: GlobalArgument): void {
  const { w } = walk;
  const orNull = mayBeNull ? PTR_MAYBE_NULL : 0;
  switch (kind) {
    case 'scalar':
      setUnknown(w, row);
      return;
    case 'ctx':
      setPointer(w, row, PTR_TO_CTX);
      return;
    case 'arena':
      setPointer(w, row, PTR_TO_ARENA);
      return;
    case 'dynptr':
      setPointer(w, row, CONST_PTR_TO_DYNPTR);
      w[row + AUX] = DYNPTR_TYPE_LOCAL;
      w[row + AUX3] = 1;
      w[row + ID] = walk.newId();
      return;
    case 'btf':
      setPointer(w, row, PTR_TO_BTF_ID | (argument.untrusted ? PTR_UNTRUSTED : PTR_TRUSTED) | orNull);
      w[row + AUX] = typeId;
      break;
    default:
      setPointer(w, row, PTR_TO_MEM | orNull | (argument.untrusted ? PTR_UNTRUSTED | MEM_RDONLY : 0));
      w[row + AUX] = size;
  }
  if (mayBeNull) w[row + ID] = walk.newId();
}

/** Begins anew with the first instruction of a subprogram and no registers. */
function startAt(walk: Walk, subprogram: number): void {
  const { state } = walk;
  state.frames = [];
  state.shared = { ...NOTHING_SHARED, sleepable: (walk.options.flags & bpf_prog_flags.BPF_F_SLEEPABLE) !== 0 };
  enterFrame(walk, { callSite: -1, subprogram, callbackDepth: 0 });
  walk.insn = walk.program.subprograms[subprogram];
  walk.previous = -1;
  walk.parent = undefined;
  walk.history = new History();
  walk.first = walk.insn;
  walk.table.clear();
}
