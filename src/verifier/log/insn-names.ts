import type { InsnNames } from '../../isa/index.ts';
import { bpf_pseudo, bpf_pseudo_call } from '../../uapi/index.ts';
import type { Walk } from '../walk/walk.ts';

const VALUES: readonly number[] = [bpf_pseudo.BPF_PSEUDO_MAP_VALUE, bpf_pseudo.BPF_PSEUDO_MAP_IDX_VALUE];

/** What instructions name, as the kernel's log says it: kfuncs by name, maps by address. */
export function insnNames({ program, options }: Walk): InsnNames {
  return {
    call(insns, i) {
      if (insns.src(i) !== bpf_pseudo_call.BPF_PSEUDO_KFUNC_CALL) return undefined;
      const index = insns.off(i);
      const btf = index === 0 ? options.vmlinux() : options.moduleBtf?.(index)?.btf;
      const id = insns.imm(i);
      return btf && id > 0 && id < btf.typeCount ? btf.nameOf(id) : undefined;
    },
    imm64(insns, i) {
      const map = program.maps[program.mapAt.get(i) ?? -1];
      if (map?.address === undefined) return undefined;
      const off = VALUES.includes(insns.src(i)) ? insns.imm(i + 1) >>> 0 : 0;
      return `0x${(map.address + BigInt(off)).toString(16)}`;
    },
  };
}
