import { BTF_KIND, type Btf } from '../../btf/index.ts';
import { hasFeature, hasHelper, type KernelFeature } from '../../catalog/index.ts';
import { BPF_CALL, BPF_JMP, BPF_LD_IMM64, type Insns } from '../../isa/index.ts';
import type { Errno, MapCreateAttr, ProgLoadAttr } from '../../syscall/index.ts';
import { bpf_flags, bpf_pseudo, errno } from '../../uapi/index.ts';
import type { Refusal } from './prog-attach-target.ts';

/** Attributes that a kernel of that version has no field for are refused, as any that are not 0 at the end. */
export function checkProgVersion(version: string, attr: ProgLoadAttr): Errno | 0 {
  const lacks = (feature: KernelFeature) => !hasFeature(version, feature);
  const unknown =
    (attr.progName && lacks('names')) ||
    (attr.expectedAttachType && lacks('expected_attach_type')) ||
    ((attr.progBtfFd || attr.funcInfo?.length || attr.lineInfo?.length) && lacks('btf_func'));
  return unknown ? -errno.E2BIG : 0;
}

/** The same of a map. */
export function checkMapVersion(version: string, attr: MapCreateAttr): Errno | 0 {
  const lacks = (feature: KernelFeature) => !hasFeature(version, feature);
  if ((attr.mapName && lacks('names')) || (attr.btfFd && lacks('btf'))) return -errno.E2BIG;
  const flags = attr.mapFlags ?? 0;
  if ((flags & bpf_flags.BPF_F_RDONLY_PROG) !== 0 && lacks('global_data')) return -errno.EINVAL;
  return (flags & bpf_flags.BPF_F_MMAPABLE) !== 0 && lacks('array_mmap') ? -errno.EINVAL : 0;
}

/** The first instruction that a kernel of that version does not know. */
export function checkInsnVersions(version: string, insns: Insns): Refusal | undefined {
  const hasValues = hasFeature(version, 'global_data');
  for (let i = 0; i < insns.length; i++) {
    const code = insns.code(i);
    if (code === BPF_LD_IMM64) {
      if (insns.src(i) === bpf_pseudo.BPF_PSEUDO_MAP_VALUE && !hasValues) {
        return { errno: -errno.EINVAL, log: 'unrecognized bpf_ld_imm64 insn\n' };
      }
      i++;
    } else if (code === (BPF_JMP | BPF_CALL) && insns.src(i) === 0 && isLater(version, insns.imm(i))) {
      return { errno: -errno.EINVAL, log: `invalid func unknown#${insns.imm(i)}\n` };
    }
  }
  return undefined;
}

/** A helper of Linux that came after that version; numbers that are no helper's at all are the verifier's. */
function isLater(version: string, helper: number): boolean {
  return helper > 0 && helper <= 211 && !hasHelper(version, helper);
}

/** Why a kernel of that version does not take these types; undefined where it does. */
export function unknownType(version: string, btf: Btf): string | undefined {
  const lacks = (feature: KernelFeature) => !hasFeature(version, feature);
  if (lacks('btf')) return 'BTF is not known';
  if (!lacks('btf_qmark_datasec')) return undefined;
  const kinds = new Map<number, KernelFeature>([
    [BTF_KIND.FUNC, 'btf_func'],
    [BTF_KIND.FUNC_PROTO, 'btf_func'],
    [BTF_KIND.VAR, 'btf_datasec'],
    [BTF_KIND.DATASEC, 'btf_datasec'],
    [BTF_KIND.FLOAT, 'btf_float'],
    [BTF_KIND.DECL_TAG, 'btf_decl_tag'],
    [BTF_KIND.TYPE_TAG, 'btf_type_tag'],
    [BTF_KIND.ENUM64, 'btf_enum64'],
  ]);
  for (let id = 1; id < btf.typeCount; id++) {
    const kind = btf.kindOf(id);
    const feature = kinds.get(kind);
    if (feature !== undefined && lacks(feature)) return `[${id}] Invalid kind:${kind}`;
    if (kind === BTF_KIND.ENUM && btf.flagOf(id) && lacks('btf_enum64')) return `[${id}] Invalid btf_info kind_flag`;
    if (kind === BTF_KIND.FUNC && btf.vlenOf(id) !== 0 && lacks('btf_func_global')) return `[${id}] vlen != 0`;
    if (kind === BTF_KIND.DATASEC && btf.nameOf(id).startsWith('?')) return `[${id}] Invalid name`;
  }
  return undefined;
}
