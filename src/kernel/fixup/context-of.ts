import type { Btf } from '../../btf/index.ts';
import { resolveType } from '../../btf/index.ts';
import type { ContextStruct } from '../../catalog/index.ts';
import { contextFieldAt, contextOfProgType } from '../../catalog/index.ts';
import type { PointerClass } from '../../isa/index.ts';
import { bpf_prog_type } from '../../uapi/index.ts';
import type { ProgContext } from '../core/services.ts';
import type { KernelState } from '../core/state.ts';

/** Program types whose context is an array of 8-byte arguments, or of pointers to kernel objects. */
const ARGUMENT_TYPES: ReadonlySet<number> = new Set([
  bpf_prog_type.BPF_PROG_TYPE_TRACING,
  bpf_prog_type.BPF_PROG_TYPE_LSM,
  bpf_prog_type.BPF_PROG_TYPE_STRUCT_OPS,
  bpf_prog_type.BPF_PROG_TYPE_NETFILTER,
]);

/** The context whose accesses are translated, or undefined. */
export function contextStructOf(prog: ProgContext): ContextStruct | undefined {
  return contextOfProgType(prog.type);
}

/** What a load of the context yields where it is a pointer; undefined for a number. */
export function contextPointer(
  state: KernelState,
  prog: ProgContext,
  offset: number,
  size: number,
): PointerClass | undefined {
  const context = contextStructOf(prog);
  if (!context) {
    if (!ARGUMENT_TYPES.has(prog.type) || size !== 8 || offset % 8 !== 0) return undefined;
    const btf = state.btf();
    return btf && isNumber(btf, prog, offset / 8) ? undefined : 'btf';
  }
  const field = contextFieldAt(context, offset);
  if (!field?.pointer || field.offset !== offset || size !== field.size) return undefined;
  return field.pointer;
}

/** Whether an argument of the traced function is known to be a number. */
function isNumber(btf: Btf, { type, attachBtfId }: ProgContext, index: number): boolean {
  if (type !== bpf_prog_type.BPF_PROG_TYPE_TRACING && type !== bpf_prog_type.BPF_PROG_TYPE_LSM) return false;
  if (!btf.has(attachBtfId) || attachBtfId === 0) return false;
  const target = btf.typeById(attachBtfId);
  let skip = 0;
  let proto = target.kind === 'FUNC' ? btf.typeById(target.type) : undefined;
  if (target.kind === 'TYPEDEF') {
    // A BTF tracepoint: a pointer to a function whose first argument is the tracepoint's own.
    const pointer = resolveType(btf, target.type);
    proto = pointer.kind === 'PTR' ? btf.typeById(pointer.type) : undefined;
    skip = 1;
  }
  if (proto?.kind !== 'FUNC_PROTO') return false;
  // Iterators get one struct of pointers instead of arguments.
  if (target.name.startsWith('bpf_iter_')) return false;
  const param = proto.params[index + skip];
  const argument = param && resolveType(btf, param.type);
  return argument?.kind === 'INT' || argument?.kind === 'ENUM' || argument?.kind === 'ENUM64';
}
