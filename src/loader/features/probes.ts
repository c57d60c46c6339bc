import type { Endian } from '../../base/index.ts';
import { BtfBuilder, type NewBtfType } from '../../btf/index.ts';
import type { KernelFeature } from '../../catalog/index.ts';
import { BPF_CALL, BPF_EXIT, BPF_JMP, BPF_LD_IMM64, type Insn, Insns } from '../../isa/index.ts';
import { type Errno, type Fd, isErrno, type ProgLoadAttr, type System } from '../../syscall/index.ts';
import { bpf_attach_type, bpf_flags, bpf_func_id, bpf_map_type, bpf_prog_type, bpf_pseudo } from '../../uapi/index.ts';
import { probeArgCtx } from './probe-arg-ctx.ts';

/** Makes a call that only a kernel with the feature lets through, and takes back what it made. */
export type Probe = (system: System) => boolean;

/** `r0 = 0` and the return. */
const RETURN_0: readonly Insn[] = [
  { code: 0xb7, dst: 0, src: 0, off: 0, imm: 0 },
  { code: BPF_JMP | BPF_EXIT, dst: 0, src: 0, off: 0, imm: 0 },
];

/** Whether the call gave an fd, which is closed. */
export function given(system: System, fd: Fd | Errno): boolean {
  if (isErrno(fd)) return false;
  system.close(fd);
  return true;
}

const endianOf = (system: System): Endian => system.machineFacts().endian;

function loads(system: System, insns: readonly Insn[], attr: Partial<ProgLoadAttr> = {}): boolean {
  const { bytes } = Insns.from(insns, endianOf(system));
  const fixed = { progType: bpf_prog_type.BPF_PROG_TYPE_SOCKET_FILTER, insns: bytes, license: 'GPL' };
  return given(system, system.progLoad({ ...fixed, ...attr }));
}

const INT: NewBtfType = {
  kind: 'INT',
  name: 'int',
  size: 4,
  bits: 32,
  bitsOffset: 0,
  signed: true,
  char: false,
  bool: false,
};

/** Whether the kernel takes BTF of an `int` (type 1) and these types. */
const takesTypes =
  (...types: readonly NewBtfType[]): Probe =>
  (system) => {
    const builder = new BtfBuilder({ endian: endianOf(system) });
    for (const type of [INT, ...types]) builder.add(type);
    return given(system, system.btfLoad({ btf: builder.encode() }));
  };

const proto: NewBtfType = { kind: 'FUNC_PROTO', name: '', returnType: 0, params: [{ name: 'a', type: 1 }] };
const variable: NewBtfType = { kind: 'VAR', name: 'x', type: 1, linkage: 'static' };
const datasec = (name: string): NewBtfType => {
  return { kind: 'DATASEC', name, size: 4, vars: [{ type: 2, offset: 0, size: 4 }] };
};

function hasGlobalData(system: System): boolean {
  const attr = { mapType: bpf_map_type.BPF_MAP_TYPE_ARRAY, keySize: 4, valueSize: 32, maxEntries: 1 };
  const map = system.mapCreate(attr);
  if (isErrno(map)) return false;
  const load: Insn[] = [
    { code: BPF_LD_IMM64, dst: 1, src: bpf_pseudo.BPF_PSEUDO_MAP_VALUE, off: 0, imm: map },
    { code: 0, dst: 0, src: 0, off: 0, imm: 16 },
    { code: 0x7a, dst: 1, src: 0, off: 0, imm: 42 },
  ];
  const has = loads(system, [...load, ...RETURN_0]);
  system.close(map);
  return has;
}

function hasProbeReadKernel(system: System): boolean {
  const insns: Insn[] = [
    { code: 0xbf, dst: 1, src: 10, off: 0, imm: 0 },
    { code: 0x07, dst: 1, src: 0, off: 0, imm: -8 },
    { code: 0xb7, dst: 2, src: 0, off: 0, imm: 8 },
    { code: 0xb7, dst: 3, src: 0, off: 0, imm: 0 },
    { code: BPF_JMP | BPF_CALL, dst: 0, src: 0, off: 0, imm: bpf_func_id.BPF_FUNC_probe_read_kernel },
    RETURN_0[1],
  ];
  return loads(system, insns, { progType: bpf_prog_type.BPF_PROG_TYPE_TRACEPOINT });
}

function hasCookie(system: System): boolean {
  const call: Insn = { code: BPF_JMP | BPF_CALL, dst: 0, src: 0, off: 0, imm: bpf_func_id.BPF_FUNC_get_attach_cookie };
  return loads(system, [call, RETURN_0[1]], { progType: bpf_prog_type.BPF_PROG_TYPE_TRACEPOINT });
}

function hasMmap(system: System): boolean {
  const attr = { mapType: bpf_map_type.BPF_MAP_TYPE_ARRAY, keySize: 4, valueSize: 4, maxEntries: 1 };
  return given(system, system.mapCreate({ ...attr, mapFlags: bpf_flags.BPF_F_MMAPABLE }));
}

/** How `uname -m` spells what begins the names of system calls. */
const SYSCALL_PREFIXES: Readonly<Record<string, string>> = {
  x86_64: 'x64',
  aarch64: 'arm64',
  s390x: 's390x',
  riscv64: 'riscv',
  ppc64le: 'powerpc',
};

/** Whether system calls have a wrapper that takes the registers, e.g. `__x64_sys_bpf`. */
function hasSyscallWrapper(system: System): boolean {
  const prefix = SYSCALL_PREFIXES[system.machineFacts().machine];
  if (prefix === undefined) return false;
  const func = `__${prefix}_sys_bpf`;
  return given(
    system,
    system.perfEventOpen({ event: { type: 'kprobe', func, offset: 0, address: 0n }, pid: -1, cpu: 0 }),
  );
}

/** What a loader asks a kernel about. */
export type ProbedFeature =
  | Extract<
      KernelFeature,
      `btf${string}` | 'names' | 'expected_attach_type' | 'global_data' | 'array_mmap' | 'arg_ctx_tag'
    >
  | 'probe_read_kernel'
  | 'bpf_cookie'
  | 'syscall_wrapper';

/** A call for each feature. @see https://docs.kernel.org/bpf/libbpf/ for what libbpf adapts to */
export const PROBES: Readonly<Record<ProbedFeature, Probe>> = {
  names: (system) => loads(system, RETURN_0, { progName: 'libbpf_nametest' }),
  expected_attach_type: (system) =>
    loads(system, RETURN_0, {
      progType: bpf_prog_type.BPF_PROG_TYPE_CGROUP_SOCK,
      expectedAttachType: bpf_attach_type.BPF_CGROUP_INET_SOCK_CREATE,
    }),
  btf: takesTypes(),
  btf_func: takesTypes(proto, { kind: 'FUNC', name: 'x', type: 2, linkage: 'static' }),
  btf_func_global: takesTypes(proto, { kind: 'FUNC', name: 'x', type: 2, linkage: 'global' }),
  btf_datasec: takesTypes(variable, datasec('.data')),
  btf_qmark_datasec: takesTypes(variable, datasec('?.data')),
  btf_float: takesTypes({ kind: 'FLOAT', name: 'float', size: 4 }),
  btf_decl_tag: takesTypes(variable, { kind: 'DECL_TAG', name: 'tag', type: 2, componentIndex: -1, attribute: false }),
  btf_type_tag: takesTypes(
    { kind: 'TYPE_TAG', name: 'tag', type: 1, attribute: false },
    { kind: 'PTR', name: '', type: 2 },
  ),
  btf_enum64: takesTypes({ kind: 'ENUM64', name: 'x', size: 8, signed: true, values: [] }),
  global_data: hasGlobalData,
  array_mmap: hasMmap,
  probe_read_kernel: hasProbeReadKernel,
  bpf_cookie: hasCookie,
  syscall_wrapper: hasSyscallWrapper,
  arg_ctx_tag: probeArgCtx,
};
