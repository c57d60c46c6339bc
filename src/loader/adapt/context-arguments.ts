import { ByteReader, ByteWriter } from '../../base/index.ts';
import {
  BTF_KIND,
  type Btf,
  BtfBuilder,
  type BtfFunc,
  type BtfFuncProto,
  type BtfId,
  parseBtf,
  skipModifiers,
  skipModifiersAndTypedefs,
} from '../../btf/index.ts';
import type { RelocatedProgram } from '../../relo/index.ts';
import { bpf_prog_type as T } from '../../uapi/index.ts';

const TAG = 'arg:ctx';
const PT_REGS = 'bpf_user_pt_regs_t';

/** The struct that a pointer to the context must lead to, by program type. @see Documentation/bpf/kfuncs.rst (v6.12) */
const CONTEXTS: ReadonlyMap<number, string> = new Map([
  [T.BPF_PROG_TYPE_CGROUP_DEVICE, 'bpf_cgroup_dev_ctx'],
  [T.BPF_PROG_TYPE_CGROUP_SKB, '__sk_buff'],
  [T.BPF_PROG_TYPE_CGROUP_SOCK, 'bpf_sock'],
  [T.BPF_PROG_TYPE_CGROUP_SOCK_ADDR, 'bpf_sock_addr'],
  [T.BPF_PROG_TYPE_CGROUP_SOCKOPT, 'bpf_sockopt'],
  [T.BPF_PROG_TYPE_CGROUP_SYSCTL, 'bpf_sysctl'],
  [T.BPF_PROG_TYPE_FLOW_DISSECTOR, '__sk_buff'],
  [T.BPF_PROG_TYPE_KPROBE, PT_REGS],
  [T.BPF_PROG_TYPE_LWT_IN, '__sk_buff'],
  [T.BPF_PROG_TYPE_LWT_OUT, '__sk_buff'],
  [T.BPF_PROG_TYPE_LWT_SEG6LOCAL, '__sk_buff'],
  [T.BPF_PROG_TYPE_LWT_XMIT, '__sk_buff'],
  [T.BPF_PROG_TYPE_NETFILTER, 'bpf_nf_ctx'],
  [T.BPF_PROG_TYPE_PERF_EVENT, 'bpf_perf_event_data'],
  [T.BPF_PROG_TYPE_RAW_TRACEPOINT, 'bpf_raw_tracepoint_args'],
  [T.BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE, 'bpf_raw_tracepoint_args'],
  [T.BPF_PROG_TYPE_SCHED_ACT, '__sk_buff'],
  [T.BPF_PROG_TYPE_SCHED_CLS, '__sk_buff'],
  [T.BPF_PROG_TYPE_SK_LOOKUP, 'bpf_sk_lookup'],
  [T.BPF_PROG_TYPE_SK_MSG, 'sk_msg_md'],
  [T.BPF_PROG_TYPE_SK_REUSEPORT, 'sk_reuseport_md'],
  [T.BPF_PROG_TYPE_SK_SKB, '__sk_buff'],
  [T.BPF_PROG_TYPE_SOCK_OPS, 'bpf_sock_ops'],
  [T.BPF_PROG_TYPE_SOCKET_FILTER, '__sk_buff'],
  [T.BPF_PROG_TYPE_XDP, 'xdp_md'],
]);

/** An argument of a global function that is tagged as the context. */
interface TaggedArgument {
  readonly fn: BtfFunc;
  readonly position: number;
}

/** Whether an object has arguments that only kernels since 6.8 know to be the context. */
export function taggedArguments(btf: Btf): TaggedArgument[] {
  const found: TaggedArgument[] = [];
  for (let id = 1; id < btf.typeCount; id++) {
    if (btf.kindOf(id) !== BTF_KIND.DECL_TAG || btf.nameOf(id) !== TAG) continue;
    const tag = btf.typeById(id);
    const fn = tag.kind === 'DECL_TAG' ? btf.typeById(tag.type) : undefined;
    if (tag.kind !== 'DECL_TAG' || fn?.kind !== 'FUNC' || fn.linkage !== 'global') continue;
    if (tag.componentIndex >= 0) found.push({ fn, position: tag.componentIndex });
  }
  return found;
}

/** The object's BTF with functions added, and the `func_info` of the programs that use these. */
export interface FixedArguments {
  readonly bytes: Uint8Array;
  readonly btf: Btf;
  readonly funcInfo: ReadonlyMap<RelocatedProgram, Uint8Array>;
}

/**
 * Gives tagged arguments the type that older kernels know the context by: each program gets a copy of the functions
 * that it calls, for its own kind of context.
 * @returns undefined where nothing has to change
 */
export function fixContextArguments(
  btf: Btf,
  programs: readonly RelocatedProgram[],
  tagged: readonly TaggedArgument[],
): FixedArguments | undefined {
  const fixer = new ArgumentFixer(btf, tagged);
  const funcInfo = new Map<RelocatedProgram, Uint8Array>();
  for (const program of programs) {
    const changed = fixer.fix(program);
    if (changed !== undefined) funcInfo.set(program, changed);
  }
  if (funcInfo.size === 0) return undefined;
  const bytes = fixer.builder.encode();
  return { bytes, btf: parseBtf(bytes, { pointerSize: 8 }), funcInfo };
}

/** A function's prototype in the making. */
interface Clone {
  readonly fn: BtfId;
  readonly proto: BtfId;
  readonly type: BtfFuncProto;
}

class ArgumentFixer {
  readonly builder: BtfBuilder;
  readonly #btf: Btf;
  readonly #tagged: readonly TaggedArgument[];

  constructor(btf: Btf, tagged: readonly TaggedArgument[]) {
    this.builder = BtfBuilder.from(btf);
    this.#btf = btf;
    this.#tagged = tagged;
  }

  /** @returns the program's `func_info` where it has changed */
  fix(program: RelocatedProgram): Uint8Array | undefined {
    const { funcInfo, spec } = program;
    const context = CONTEXTS.get(spec.progType);
    if (funcInfo === undefined || context === undefined) return undefined;
    const reader = new ByteReader(funcInfo.bytes, this.#btf.endian);
    const ids = Array.from({ length: funcInfo.count }, (_, i) => reader.u32(i * funcInfo.recordSize + 4));
    const clones = new Map<BtfId, Clone>();
    let pointer: BtfId = 0;
    for (const { fn, position } of this.#tagged) {
      if (!ids.includes(fn.id) || !this.#needsFix(fn, position, { progType: spec.progType, context })) continue;
      const clone = clones.get(fn.id) ?? this.#clone(fn);
      clones.set(fn.id, clone);
      if (pointer === 0) {
        const struct = this.builder.add({ kind: 'STRUCT', name: context, size: 0, bitfields: false, members: [] });
        pointer = this.builder.add({ kind: 'PTR', name: '', type: struct });
      }
      this.builder.add({ kind: 'DECL_TAG', name: TAG, type: clone.fn, componentIndex: position, attribute: false });
      const params = clone.type.params.map((param, i) => (i === position ? { ...param, type: pointer } : param));
      const type = { ...clone.type, params };
      this.builder.replace(clone.proto, type);
      clones.set(fn.id, { ...clone, type });
    }
    if (clones.size === 0) return undefined;
    const bytes = funcInfo.bytes.slice();
    ids.forEach((id, i) => {
      const clone = clones.get(id);
      if (clone === undefined) return;
      bytes.set(new ByteWriter(this.#btf.endian, 4).u32(clone.fn).toBytes(), i * funcInfo.recordSize + 4);
    });
    return bytes;
  }

  #clone(fn: BtfFunc): Clone {
    const type = this.#btf.typeById(fn.type) as BtfFuncProto;
    const proto = this.builder.add(type);
    return { proto, type, fn: this.builder.add({ ...fn, type: proto }) };
  }

  /** Whether the argument's type is one that older kernels do not take for the context, and that may be replaced. */
  #needsFix(fn: BtfFunc, position: number, program: { progType: number; context: string }): boolean {
    const btf = this.#btf;
    const proto = btf.typeById(fn.type);
    const param = proto.kind === 'FUNC_PROTO' ? proto.params[position] : undefined;
    const pointer = param && btf.typeById(skipModifiersAndTypedefs(btf, param.type));
    if (pointer?.kind !== 'PTR') return false;
    const { progType, context } = program;
    const named = btf.typeById(skipModifiers(btf, pointer.type));
    const takesRegs = progType === T.BPF_PROG_TYPE_KPROBE || progType === T.BPF_PROG_TYPE_PERF_EVENT;
    if (takesRegs && named.kind === 'TYPEDEF' && named.name === PT_REGS) return false;
    const target = btf.typeById(skipModifiersAndTypedefs(btf, pointer.type));
    if (target.kind === 'VOID') return true;
    if (target.kind === 'STRUCT') return target.name !== context && takesRegs && target.name === 'pt_regs';
    const takesWords =
      progType === T.BPF_PROG_TYPE_RAW_TRACEPOINT || progType === T.BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE;
    return takesWords && target.kind === 'INT' && target.size === 8;
  }
}
