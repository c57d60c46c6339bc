import { ByteWriter } from '../../base/index.ts';
import { BtfBuilder } from '../../btf/index.ts';
import { BPF_CALL, BPF_EXIT, BPF_JMP, type Insn, Insns } from '../../isa/index.ts';
import { isErrno, type System } from '../../syscall/index.ts';
import { bpf_prog_type, bpf_pseudo_call } from '../../uapi/index.ts';

/** Slot of the subprogram. */
const SUBPROGRAM = 2;

/**
 * Whether the kernel takes a global function whose only argument, a `void *`, is tagged as the program's context.
 * Without the tag it could not tell what the pointer leads to.
 */
export function probeArgCtx(system: System): boolean {
  const { endian } = system.machineFacts();
  const builder = new BtfBuilder({ endian });
  const int = builder.add({
    kind: 'INT',
    name: 'int',
    size: 4,
    bits: 32,
    bitsOffset: 0,
    signed: true,
    char: false,
    bool: false,
  });
  const pointer = builder.add({ kind: 'PTR', name: '', type: 0 });
  const proto = builder.add({
    kind: 'FUNC_PROTO',
    name: '',
    returnType: int,
    params: [{ name: 'ctx', type: pointer }],
  });
  const main = builder.add({ kind: 'FUNC', name: 'a', type: proto, linkage: 'global' });
  const subprogram = builder.add({ kind: 'FUNC', name: 'b', type: proto, linkage: 'global' });
  builder.add({ kind: 'DECL_TAG', name: 'arg:ctx', type: subprogram, componentIndex: 0, attribute: false });
  const btfFd = system.btfLoad({ btf: builder.encode() });
  if (isErrno(btfFd)) return false;
  const exit: Insn = { code: BPF_JMP | BPF_EXIT, dst: 0, src: 0, off: 0, imm: 0 };
  const insns: Insn[] = [
    { code: BPF_JMP | BPF_CALL, dst: 0, src: bpf_pseudo_call.BPF_PSEUDO_CALL, off: 0, imm: 1 },
    exit,
    { code: 0xb7, dst: 0, src: 0, off: 0, imm: 0 },
    exit,
  ];
  const funcInfo = new ByteWriter(endian).u32(0).u32(main).u32(SUBPROGRAM).u32(subprogram).toBytes();
  const fd = system.progLoad({
    progType: bpf_prog_type.BPF_PROG_TYPE_KPROBE,
    insns: Insns.from(insns, endian).bytes,
    license: 'GPL',
    progBtfFd: btfFd,
    funcInfo,
    funcInfoRecSize: 8,
  });
  system.close(btfFd);
  if (isErrno(fd)) return false;
  system.close(fd);
  return true;
}
