import type { Errno } from '../../syscall/index.ts';
import { checkShape, FD_VALUE, FILE_FLAGS, INDEX_KEY } from './create-rules.ts';
import { FdArrayMap, fdArrayLayout } from './fd-array.ts';
import { admitInner, innerMetaOf } from './inner-map.ts';
import type { MapType } from './map.ts';

/* BPF_MAP_TYPE_ARRAY_OF_MAPS: slots of fd-array.ts; a slot's place is that of the inner map's region. */
class ArrayOfMaps extends FdArrayMap {
  protected override readonly kind = 'map';

  override lookupElem(key: number): number {
    return this.placeAt(this.get32(key));
  }

  protected override lookupBytes(key: Uint8Array): Uint8Array | Errno {
    return this.lookupId(key);
  }

  protected override admit(id: number): Errno | 0 {
    return admitInner(this.host, this.spec.inner, id);
  }

  protected override placeOf(id: number): number {
    return this.host.mapById(id)?.region.offset ?? 0;
  }
}

export const arrayOfMaps: MapType = {
  check: (attr) => checkShape(attr, { key: INDEX_KEY, value: FD_VALUE, flags: FILE_FLAGS }),
  btf: 'unsupported',
  inner: innerMetaOf,
  layout: fdArrayLayout,
  open: (host, spec, region) => new ArrayOfMaps(host, spec, region),
};
