import { type Btf, type BtfFuncProto, type BtfId, resolveType } from '../../btf/index.ts';
import { bpf_prog_type } from '../../uapi/index.ts';
import type { VerifyOptions } from '../options.ts';

/** The function whose arguments a program gets. */
export interface Target {
  readonly btf: Btf;
  /** As messages say it. */
  readonly name: string;
  readonly proto: BtfFuncProto;
  /** Parameters that the program does not get. */
  readonly skip: number;
  /** A struct_ops: the kernel's own function of that member, whose parameters' names say more. */
  readonly stub?: BtfFuncProto;
}

/** @returns undefined where the program is attached to nothing with a prototype: its arguments are numbers then */
export function targetOf({ options }: { readonly options: VerifyOptions }): Target | undefined {
  const target = options.attachTarget;
  if (!target) return undefined;
  const { btf, typeId } = target;
  if (options.progType === bpf_prog_type.BPF_PROG_TYPE_STRUCT_OPS) return memberOf(options, btf, typeId);
  const type = btf.typeById(typeId);
  if (type.kind === 'TYPEDEF') {
    // A tracepoint: a pointer to a function whose first parameter is the tracepoint's own.
    const proto = protoBehind(btf, type.type);
    return proto && { btf, name: type.name.replace(/^btf_trace_/, ''), proto, skip: 1 };
  }
  const proto = type.kind === 'FUNC' ? btf.typeById(type.type) : undefined;
  return proto?.kind === 'FUNC_PROTO' ? { btf, name: type.name, proto, skip: 0 } : undefined;
}

function memberOf({ expectedAttachType }: VerifyOptions, btf: Btf, typeId: BtfId): Target | undefined {
  const struct = btf.typeById(typeId);
  const member = struct.kind === 'STRUCT' ? struct.members[expectedAttachType] : undefined;
  const proto = member && protoBehind(btf, member.type);
  if (!member || !proto) return undefined;
  const stub = btf.findByName(`${struct.name}__${member.name}`, 'FUNC');
  const stubProto = stub && btf.typeById(stub.type);
  return {
    btf,
    name: member.name,
    proto,
    skip: 0,
    stub: stubProto?.kind === 'FUNC_PROTO' ? stubProto : undefined,
  };
}

function protoBehind(btf: Btf, id: BtfId): BtfFuncProto | undefined {
  const pointer = resolveType(btf, id);
  const proto = pointer.kind === 'PTR' ? resolveType(btf, pointer.type) : undefined;
  return proto?.kind === 'FUNC_PROTO' ? proto : undefined;
}
