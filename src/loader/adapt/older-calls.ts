import type { MapSpec, ProgramSpec } from '../../object/index.ts';
import type { MapCreateAttr, ProgLoadAttr } from '../../syscall/index.ts';
import { bpf_flags } from '../../uapi/index.ts';
import type { KernelFeatures } from '../features/kernel-features.ts';

/** The attributes of a load without what the kernel does not know and the program can do without. */
export function olderProgAttr(attr: ProgLoadAttr, spec: ProgramSpec, features: KernelFeatures): ProgLoadAttr {
  const isOptional = spec.sec?.attachOptional === true && (attr.expectedAttachType ?? 0) !== 0;
  return {
    ...attr,
    progName: attr.progName && features.has('names') ? attr.progName : undefined,
    expectedAttachType: isOptional && !features.has('expected_attach_type') ? undefined : attr.expectedAttachType,
  };
}

/** A data section that also a kernel without global data would create, as it does not know what it is for. */
export function isPlainSection({ origin, flags }: MapSpec): boolean {
  return isSection(origin) && (flags & (bpf_flags.BPF_F_MMAPABLE | bpf_flags.BPF_F_RDONLY_PROG)) === 0;
}

function isSection(origin: MapSpec['origin']): boolean {
  return origin !== 'btf' && origin !== 'legacy' && origin !== 'struct_ops';
}

/**
 * The same of a map that the kernel has refused.
 * @returns `skip` for a data section where the kernel has no global data; undefined where there is nothing to leave out
 */
export function olderMapAttr(
  attr: MapCreateAttr,
  { origin }: MapSpec,
  features: KernelFeatures,
): MapCreateAttr | 'skip' | undefined {
  let older = attr;
  if (attr.mapName && !features.has('names')) older = { ...older, mapName: undefined };
  if (isSection(origin)) {
    if (!features.has('global_data')) return 'skip';
    const flags = attr.mapFlags ?? 0;
    if ((flags & bpf_flags.BPF_F_MMAPABLE) !== 0 && !features.has('array_mmap')) {
      older = { ...older, mapFlags: flags & ~bpf_flags.BPF_F_MMAPABLE };
    }
  }
  return older === attr ? undefined : older;
}
