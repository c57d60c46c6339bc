import { bpf_map_type, bpf_pseudo } from '../../uapi/index.ts';
import { AUX, AUX2, OFF } from '../domain/row.ts';
import type { Refusal } from '../refusal.ts';
import { CONST_PTR_TO_MAP, PTR_TO_FUNC, PTR_TO_MAP_VALUE } from '../state/reg-type.ts';
import { setKnown, setPointer, setUnknown } from './set-row.ts';
import type { Walk } from './walk.ts';

/** A wide instruction: a number, a map, a place in its value, a function or a variable of the kernel. */
export function walkWide(walk: Walk): Refusal | undefined {
  const { insns, insn, w, program } = walk;
  const row = walk.reg(insns.dst(insn));
  const source = insns.src(insn);
  switch (source) {
    case 0:
      setKnown(w, row, { low: insns.imm(insn), high: insns.imm(insn + 1) });
      return undefined;
    case bpf_pseudo.BPF_PSEUDO_BTF_ID:
      loadVariable(walk, row);
      return undefined;
    case bpf_pseudo.BPF_PSEUDO_FUNC:
      return loadFunction(walk, row);
  }
  const map = program.mapAt.get(insn)!;
  if (source === bpf_pseudo.BPF_PSEUDO_MAP_FD || source === bpf_pseudo.BPF_PSEUDO_MAP_IDX) {
    setPointer(w, row, CONST_PTR_TO_MAP);
    w[row + AUX] = map;
    return undefined;
  }
  if (program.maps[map].attr.mapType === bpf_map_type.BPF_MAP_TYPE_ARENA) {
    // The address that processes know it by, which programs have to cast first.
    setUnknown(w, row);
    return undefined;
  }
  setPointer(w, row, PTR_TO_MAP_VALUE);
  w[row + OFF] = insns.imm(insn + 1);
  w[row + AUX] = map;
  return undefined;
}

function loadVariable({ program, insn, w, btfs }: Walk, row: number): void {
  const variable = program.variableAt.get(insn)!;
  setPointer(w, row, variable.type);
  if ('size' in variable) w[row + AUX] = variable.size;
  else {
    w[row + AUX] = variable.typeId;
    w[row + AUX2] = btfs.indexOf(variable.btf);
  }
}

function loadFunction(walk: Walk, row: number): Refusal | undefined {
  const { insns, insn, w } = walk;
  const subprogram = walk.program.subprogramAt.get(insn + 1 + insns.imm(insn))!;
  setPointer(w, row, PTR_TO_FUNC);
  w[row + AUX] = subprogram;
  return undefined;
}
