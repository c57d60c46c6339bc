import type { ContextStruct } from '../../catalog/index.ts';
import { contextFieldAt, contextOfProgType } from '../../catalog/index.ts';
import type { PointerClass } from '../../isa/index.ts';
import { bpf_prog_type } from '../../uapi/index.ts';
import type { ProgContext } from '../core/services.ts';
import type { KernelState } from '../core/state.ts';

/** Program types whose context is an array of 8-byte arguments. */
const ARGUMENT_TYPES: ReadonlySet<number> = new Set([
  bpf_prog_type.BPF_PROG_TYPE_TRACING,
  bpf_prog_type.BPF_PROG_TYPE_LSM,
  bpf_prog_type.BPF_PROG_TYPE_STRUCT_OPS,
]);

/** The context whose accesses are translated, or undefined. */
export function contextStructOf(prog: ProgContext): ContextStruct | undefined {
  return contextOfProgType(prog.type);
}

/** What a load of the context yields where it is a pointer; undefined for a number. */
export function contextPointer(
  _state: KernelState,
  prog: ProgContext,
  offset: number,
  size: number,
): PointerClass | undefined {
  const context = contextStructOf(prog);
  if (!context) return ARGUMENT_TYPES.has(prog.type) && size === 8 ? 'unknown' : undefined;
  const field = contextFieldAt(context, offset);
  if (!field?.pointer || field.offset !== offset || size !== field.size) return undefined;
  return field.pointer;
}
