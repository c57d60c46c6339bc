import type { Btf, BtfComposite, BtfMember } from '../btf/index.ts';
import { essentialName, resolveType, sizeOf } from '../btf/index.ts';
import type { MapSpec, ProgramSpec } from '../object/index.ts';
import { bpf_prog_type } from '../uapi/index.ts';
import { errStructOps } from './errors.ts';
import { findKernelType } from './kernel-types.ts';
import type { RelocateOptions } from './options.ts';
import type { RelocatedStructOps } from './program.ts';

const VALUE_PREFIX = 'bpf_struct_ops_';

/** What a struct_ops program is loaded as: which kernel struct, which member. */
export interface StructOpsUse {
  readonly btfId: number;
  readonly module: string | undefined;
  readonly member: number;
}

/** The struct_ops maps on one kernel, and what that means for the programs they refer to. */
export interface ResolvedStructOps {
  readonly maps: readonly RelocatedStructOps[];
  readonly uses: ReadonlyMap<ProgramSpec, StructOpsUse>;
  /** Programs that some struct_ops map refers to: loaded if one of these maps is created, whatever their spec says. */
  readonly autoload: ReadonlyMap<ProgramSpec, boolean>;
}

/** The kernel's side of a struct_ops struct. */
interface KernelStruct {
  readonly btf: Btf;
  readonly module: string | undefined;
  readonly struct: BtfComposite;
  /** `struct bpf_struct_ops_NAME`, which holds the struct as a member. */
  readonly value: BtfComposite;
  /** Bytes into the value. */
  readonly dataOffset: number;
}

/**
 * Translates the struct_ops maps that are to be created into the kernel's layout, member by member.
 * @throws {ReloError} `RELO_STRUCT_OPS` where the kernel has no such struct or member, or of another type
 */
export function resolveStructOps(
  maps: readonly MapSpec[],
  local: Btf | undefined,
  options: RelocateOptions,
): ResolvedStructOps {
  const uses = new Map<ProgramSpec, StructOpsUse>();
  const dropped = new Set<ProgramSpec>();
  const relocated: RelocatedStructOps[] = [];
  /** By program: the maps that still refer to it, once members that the kernel lacks are dropped. */
  const users = new Map<ProgramSpec, MapSpec[]>();
  for (const map of maps) {
    if (map.structOps === undefined || local === undefined) continue;
    let kept: readonly ProgramSpec[] = map.structOps.programs.filter((program) => program !== undefined);
    if (map.autocreate) {
      const result = translate({ map, local, uses, options });
      relocated.push(result);
      const present = new Set(result.programs.map(({ program }) => program));
      for (const program of kept) if (!present.has(program)) dropped.add(program);
      kept = [...present];
    }
    for (const program of kept) {
      const known = users.get(program);
      if (known) known.push(map);
      else users.set(program, [map]);
    }
  }
  const autoload = new Map<ProgramSpec, boolean>();
  for (const program of dropped) autoload.set(program, false);
  for (const [program, of] of users)
    autoload.set(
      program,
      of.some(({ autocreate }) => autocreate),
    );
  return { maps: relocated, uses, autoload };
}

function findKernelStruct(map: MapSpec, options: RelocateOptions): KernelStruct {
  const name = essentialName(map.structOps?.typeName ?? '');
  const value = findKernelType(options, `${VALUE_PREFIX}${name}`, 'STRUCT');
  if (value === undefined) throw errStructOps(map.name, `struct ${VALUE_PREFIX}${name} is not found in kernel BTF`);
  const { btf, module } = value;
  const struct = btf.findByName(name, 'STRUCT');
  if (struct === undefined) throw errStructOps(map.name, `struct ${name} is not found in kernel BTF`);
  const valueType = btf.typeById(value.id) as BtfComposite;
  const data = valueType.members.find(({ type }) => type === struct.id);
  if (data === undefined) {
    throw errStructOps(map.name, `struct ${name} data is not found in struct ${VALUE_PREFIX}${name}`);
  }
  return { btf, module, struct, value: valueType, dataOffset: data.bitOffset / 8 };
}

interface TranslateContext {
  readonly map: MapSpec;
  readonly local: Btf;
  readonly uses: Map<ProgramSpec, StructOpsUse>;
  readonly options: RelocateOptions;
}

function translate({ map, local, uses, options }: TranslateContext): RelocatedStructOps {
  const kernel = findKernelStruct(map, options);
  const { structOps, initialData } = map;
  const value = new Uint8Array(kernel.value.size);
  const programs: { offset: number; program: ProgramSpec }[] = [];
  const struct = local.typeById(structOps?.typeId ?? 0) as BtfComposite;
  const source = initialData ?? new Uint8Array(struct.size);
  const byName = new Map(
    kernel.struct.members.map((member, index) => [member.name, { member, index }] as const).reverse(),
  );
  struct.members.forEach((member, i) => {
    const size = sizeOf(local, member.type);
    if (size === undefined) throw errStructOps(map.name, `failed to resolve the size of member ${member.name}`);
    const at = member.bitOffset / 8;
    const data = source.subarray(at, at + size);
    const found = byName.get(member.name);
    if (found === undefined) {
      if (data.some((byte) => byte !== 0)) {
        throw errStructOps(map.name, `Cannot find member ${member.name} in kernel BTF`);
      }
      return;
    }
    const offset = kernel.dataOffset + found.member.bitOffset / 8;
    const isPointer = checkMember({ map, local, kernel, member, kernelMember: found.member });
    if (isPointer) {
      const program = structOps?.programs[i];
      if (program === undefined) return;
      checkFunctionPointer(map, kernel, found.member);
      noteUse(
        { map, uses, program, member: member.name },
        { btfId: kernel.struct.id, module: kernel.module, member: found.index },
      );
      programs.push({ offset, program });
      return;
    }
    const kernelSize = sizeOf(kernel.btf, found.member.type);
    if (kernelSize !== size) {
      throw errStructOps(map.name, `Error in size of member ${member.name}: ${size} != ${kernelSize}(kernel)`);
    }
    value.set(data, offset);
  });
  return { map, valueTypeId: kernel.value.id, module: kernel.module, value, programs };
}

/** Members must be of one kind on both sides. @returns whether it is a pointer */
function checkMember(at: {
  map: MapSpec;
  local: Btf;
  kernel: KernelStruct;
  member: BtfMember;
  kernelMember: BtfMember;
}): boolean {
  const { map, local, kernel, member, kernelMember } = at;
  if (member.bitfieldSize !== 0 || kernelMember.bitfieldSize !== 0) {
    throw errStructOps(map.name, `bitfield ${member.name} is not supported`);
  }
  const type = resolveType(local, member.type);
  const kernelType = resolveType(kernel.btf, kernelMember.type);
  if (type.kind !== kernelType.kind) {
    throw errStructOps(map.name, `Unmatched member type ${member.name} ${type.kind} != ${kernelType.kind}(kernel)`);
  }
  return type.kind === 'PTR';
}

function checkFunctionPointer(map: MapSpec, kernel: KernelStruct, member: BtfMember): void {
  const pointer = resolveType(kernel.btf, member.type);
  if (pointer.kind !== 'PTR' || resolveType(kernel.btf, pointer.type).kind !== 'FUNC_PROTO') {
    throw errStructOps(map.name, `kernel member ${member.name} is not a func ptr`);
  }
}

/** A program may stand in several maps, but only as the same member of the same struct. */
function noteUse(
  at: { map: MapSpec; uses: Map<ProgramSpec, StructOpsUse>; program: ProgramSpec; member: string },
  use: StructOpsUse,
): void {
  const { map, uses, program, member } = at;
  if (program.progType !== bpf_prog_type.BPF_PROG_TYPE_STRUCT_OPS) {
    throw errStructOps(map.name, `member ${member} is not a struct_ops program`);
  }
  const known = uses.get(program);
  if (known === undefined) {
    uses.set(program, use);
    return;
  }
  if (known.btfId !== use.btfId || known.member !== use.member) {
    const both = `[${known.btfId}] member ${known.member} != [${use.btfId}] member ${use.member}`;
    throw errStructOps(map.name, `func ptr ${member}: invalid reuse of prog ${program.name}: ${both}`);
  }
}
