import { bpf_flags } from '../../uapi/index.ts';
import { checkShape, FD_VALUE, FILE_FLAGS, INDEX_KEY } from './create-rules.ts';
import { FdArrayMap, fdArrayLayout } from './fd-array.ts';
import type { MapType } from './map.ts';

/* BPF_MAP_TYPE_PERF_EVENT_ARRAY: slots of fd-array.ts, by convention one a CPU; `idAt` names the perf event. */
export class PerfEventArrayMap extends FdArrayMap {
  protected override readonly kind = 'perf_event';
}

export const perfEventArray: MapType = {
  check: (attr) =>
    checkShape(attr, { key: INDEX_KEY, value: FD_VALUE, flags: FILE_FLAGS | bpf_flags.BPF_F_PRESERVE_ELEMS }),
  btf: 'unsupported',
  layout: fdArrayLayout,
  open: (host, spec, region) => new PerfEventArrayMap(host, spec, region),
};
