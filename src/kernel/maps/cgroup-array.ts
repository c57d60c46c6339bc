import { checkShape, FD_VALUE, FILE_FLAGS, INDEX_KEY } from './create-rules.ts';
import { FdArrayMap, fdArrayLayout } from './fd-array.ts';
import type { MapType } from './map.ts';

/* BPF_MAP_TYPE_CGROUP_ARRAY: slots of fd-array.ts; `idAt` names the cgroup. */
class CgroupArrayMap extends FdArrayMap {
  protected override readonly kind = 'cgroup';

  override userReferencesGone(): void {
    this.dropContents();
  }
}

export const cgroupArray: MapType = {
  check: (attr) => checkShape(attr, { key: INDEX_KEY, value: FD_VALUE, flags: FILE_FLAGS }),
  btf: 'unsupported',
  layout: fdArrayLayout,
  open: (host, spec, region) => new CgroupArrayMap(host, spec, region),
};
