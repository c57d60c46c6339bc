import { type Btf, sizeOf } from '../../btf/index.ts';
import { BPF_LDX, BPF_MEM, BPF_ST, insnClass, insnMode } from '../../isa/index.ts';
import { isZero } from '../domain/narrow.ts';
import { AUX, AUX2, ID, OFF, TYPE } from '../domain/row.ts';
import type { Refusal } from '../refusal.ts';
import {
  baseType,
  MEM_ALLOC,
  MEM_PERCPU,
  MEM_RCU,
  PTR_MAYBE_NULL,
  PTR_TO_BTF_ID,
  PTR_TO_MEM,
  PTR_TRUSTED,
  PTR_UNTRUSTED,
  regTypeName,
} from '../state/reg-type.ts';
import { type KptrTarget, kptrTarget } from '../types/kptr-target.ts';
import { isSameStruct } from '../types/same-struct.ts';
import type { TypedField } from '../types/value-fields.ts';
import { setPointer } from '../walk/set-row.ts';
import type { Walk } from '../walk/walk.ts';
import type { Access } from './access-kind.ts';
import { checkUnmoved } from './place.ts';
import { inRcuSection } from './trust.ts';

export interface KptrPlace {
  readonly field: TypedField;
  /** The BTF of the type that the field is in. */
  readonly btf: Btf | undefined;
}

/** A load or store of a pointer to an object that stands in a map's value. */
export function accessKptr(walk: Walk, access: Access, place: KptrPlace): Refusal | undefined {
  const { insns, insn } = walk;
  const code = insns.code(insn);
  const { tag } = place.field.kptr!;
  if (insnMode(code) !== BPF_MEM) {
    return walk.denied('kptr in map can only be accessed using BPF_MEM instruction mode');
  }
  const isLoad = insnClass(code) === BPF_LDX;
  if (!isLoad && (tag === 'kptr' || tag === 'percpu_kptr')) return walk.denied('store to referenced kptr disallowed');
  if (!isLoad && tag === 'uptr') return walk.denied('store to uptr disallowed');
  if (isLoad) return loadKptr(walk, access, place);
  if (insnClass(code) === BPF_ST) {
    if (insns.imm(insn) === 0) return undefined;
    return walk.denied(`BPF_ST imm must be 0 when storing to kptr at off=${place.field.offset}`);
  }
  const value = access.value!;
  return isZero(walk.w, walk.reg(value)) && walk.typeOf(value) === 1 ? undefined : checkStored(walk, value, place);
}

function loadKptr(walk: Walk, { into }: Access, place: KptrPlace): Refusal | undefined {
  if (into === undefined) return undefined;
  const { w } = walk;
  const row = walk.reg(into);
  const { tag, typeId } = place.field.kptr!;
  if (tag === 'uptr') {
    const { btf } = place;
    setPointer(w, row, PTR_TO_MEM | PTR_MAYBE_NULL);
    w[row + AUX] = (btf && sizeOf(btf, typeId)) ?? 0;
  } else {
    const target = kptrTarget(walk, place.btf, place.field);
    if (!target) return walk.invalid('');
    setPointer(w, row, PTR_TO_BTF_ID | flagsOfKptr(walk, place.field, target));
    w[row + AUX] = target.typeId;
    w[row + AUX2] = target.index;
  }
  w[row + ID] = walk.newId();
  return undefined;
}

/** Objects of the kernel that are freed only after all readers under RCU are done. */
const RCU_PROTECTED: readonly string[] = [
  'prog_test_ref_kfunc',
  'cgroup',
  'bpf_cpumask',
  'task_struct',
  'bpf_crypto_ctx',
];

function flagsOfKptr(walk: Walk, { kptr }: TypedField, target: KptrTarget): number {
  const kernel = walk.btfs.isKernel(target.index);
  const name = walk.btfs.at(target.index).nameOf(target.typeId);
  const safe = kptr!.tag === 'percpu_kptr' || (kptr!.tag === 'kptr' && (!kernel || RCU_PROTECTED.includes(name)));
  if (!safe || !inRcuSection(walk)) return PTR_MAYBE_NULL | PTR_UNTRUSTED;
  const more = kptr!.tag === 'percpu_kptr' ? MEM_PERCPU : kernel ? 0 : MEM_ALLOC;
  return PTR_MAYBE_NULL | MEM_RCU | more;
}

const FLAGS = ~0xff;

/** Whether the register's pointer may be put into the field. */
export function checkStored(walk: Walk, register: number, place: KptrPlace): Refusal | undefined {
  const { w, btfs } = walk;
  const row = walk.reg(register);
  const type = w[row + TYPE];
  const target = kptrTarget(walk, place.btf, place.field);
  if (!target) return walk.invalid('');
  const { tag } = place.field.kptr!;
  const isBtf = baseType(type) === PTR_TO_BTF_ID;
  const targetName = btfs.at(target.index).nameOf(target.typeId);
  const bad = (): Refusal => {
    const name = isBtf ? btfs.at(w[row + AUX2]).nameOf(w[row + AUX]) : '';
    const other = tag === 'kptr_untrusted' ? ` or untrusted_ptr_${targetName}` : '';
    return walk.invalid(
      `invalid kptr access, R${register} type=${regTypeName(type)}${name} expected=ptr_${targetName}${other}`,
    );
  };
  if (!isBtf || (type & FLAGS & ~allowedFlags(walk, tag, target)) !== 0) return bad();
  const moved = checkUnmoved(walk, register, { fixedAllowed: true });
  if (moved) return moved;
  const from = { index: w[row + AUX2], typeId: w[row + AUX], off: w[row + OFF] };
  return isSameStruct(walk, from, { ...target, strict: tag !== 'kptr_untrusted' }) ? undefined : bad();
}

function allowedFlags({ btfs }: Walk, tag: string, { index }: KptrTarget): number {
  const percpu = tag === 'percpu_kptr' ? MEM_PERCPU : 0;
  if (!btfs.isKernel(index)) return PTR_MAYBE_NULL | MEM_ALLOC | percpu;
  return PTR_MAYBE_NULL | PTR_TRUSTED | MEM_RCU | percpu | (tag === 'kptr_untrusted' ? PTR_UNTRUSTED : 0);
}
