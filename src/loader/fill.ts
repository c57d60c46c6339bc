import { invariant } from '../base/index.ts';
import { BPF_CALL, BPF_JMP, type Insns } from '../isa/index.ts';
import type { MapSpec } from '../object/index.ts';
import type { RelocatedProgram } from '../relo/index.ts';
import type { Fd } from '../syscall/index.ts';
import { bpf_pseudo } from '../uapi/index.ts';

/** A call of this plus a map's index stands where a map was not created. @see libbpf's log (v1.5) */
export const POISON_MAP = 2_001_000_000;

/** Where fds come from. */
export interface FdSource {
  /** Undefined for a map that was not created. */
  map(spec: MapSpec): Fd | undefined;
  module(name: string): Fd;
}

/** The program's instructions with the fds of this process written in; a copy. */
export function fillFds(program: RelocatedProgram, fds: FdSource): Insns {
  const insns = program.insns.slice();
  for (const { insn, map, kind, offset } of program.mapRefs) {
    invariant(insn + 1 < insns.length, 'a map reference takes two slots');
    const fd = fds.map(map);
    if (fd === undefined) {
      poison(insns, insn, POISON_MAP + map.index);
      poison(insns, insn + 1, POISON_MAP + map.index);
      continue;
    }
    const pseudo = kind === 'fd' ? bpf_pseudo.BPF_PSEUDO_MAP_FD : bpf_pseudo.BPF_PSEUDO_MAP_VALUE;
    insns.setRegs(insn, insns.dst(insn), pseudo);
    insns.setImm(insn, fd);
    insns.setImm(insn + 1, offset);
  }
  for (const { insn, module, kind, fdIndex } of program.moduleRefs) {
    if (kind === 'kfunc') insns.setOff(insn, fdIndex);
    else insns.setImm(insn + 1, fds.module(module));
  }
  return insns;
}

/** What is never run may stay; what is reached, the verifier refuses. */
function poison(insns: Insns, insn: number, imm: number): void {
  insns.set(insn, { code: BPF_JMP | BPF_CALL, dst: 0, src: 0, off: 0, imm });
}
