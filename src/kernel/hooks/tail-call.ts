import type { ExecutableProgram, Execution } from '../../vm/index.ts';
import { ProgArrayMap } from '../maps/prog-array.ts';
import { scopeOf } from './scope.ts';

/** The program in a slot of a program array, or undefined where bpf_tail_call falls through. */
export function tailCallTarget(exec: Execution, address: bigint, index: number): ExecutableProgram | undefined {
  const { state } = scopeOf(exec).runtime;
  const map = state.mapAt(address);
  const id = map instanceof ProgArrayMap ? map.idAt(index >>> 0) : 0;
  return id ? state.progs.get(id)?.executable() : undefined;
}
