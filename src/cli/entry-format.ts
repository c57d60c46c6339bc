import type { MapInfo } from '../syscall/index.ts';
import type { KernelObjects } from './kernel-objects.ts';
import type { EntryFormat } from './render/map-entry.ts';

/** How the elements of a map are printed: with its types where it has any. */
export function entryFormat(objects: KernelObjects, info: MapInfo): EntryFormat {
  const { cpus, endian } = objects.system.machineFacts();
  const btf = info.btfVmlinuxValueTypeId
    ? objects.kernelBtf()
    : info.btfValueTypeId
      ? objects.btf(info.btfId)
      : undefined;
  return { info, btf, cpus, endian };
}
