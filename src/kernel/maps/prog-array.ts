import type { Errno } from '../../syscall/index.ts';
import { errno } from '../../uapi/index.ts';
import { checkShape, FD_VALUE, FILE_FLAGS, INDEX_KEY } from './create-rules.ts';
import { FdArrayMap, fdArrayLayout } from './fd-array.ts';
import { field } from './header.ts';
import type { MapType, ProgOwner } from './map.ts';

/*
 * BPF_MAP_TYPE_PROG_ARRAY: slots of fd-array.ts. The first program that is put in, or that uses the map, becomes its
 * owner: what all later ones must have in common with it stands in the header.
 */
export class ProgArrayMap extends FdArrayMap {
  protected override readonly kind = 'prog';

  /** What programs of this array have in common; undefined until there is one. */
  get owner(): ProgOwner | undefined {
    if (this.header.get(field.ownerKnown) === 0) return undefined;
    return {
      type: this.header.get(field.ownerType),
      expectedAttachType: this.header.get(field.ownerAttachType),
      jited: this.header.get(field.ownerJited) === 1,
      xdpHasFrags: this.header.get(field.ownerFrags) === 1,
    };
  }

  /** Whether such a program may be in the array or call into it; the first one that asks becomes the owner. */
  isCompatible(prog: ProgOwner): boolean {
    const { owner } = this;
    if (owner !== undefined) {
      return (
        owner.type === prog.type &&
        owner.expectedAttachType === prog.expectedAttachType &&
        owner.jited === prog.jited &&
        owner.xdpHasFrags === prog.xdpHasFrags
      );
    }
    this.header.set(field.ownerKnown, 1);
    this.header.set(field.ownerType, prog.type);
    this.header.set(field.ownerAttachType, prog.expectedAttachType);
    this.header.set(field.ownerJited, prog.jited ? 1 : 0);
    this.header.set(field.ownerFrags, prog.xdpHasFrags ? 1 : 0);
    return true;
  }

  override userReferencesGone(): void {
    this.dropContents();
  }

  protected override lookupBytes(key: Uint8Array): Uint8Array | Errno {
    return this.lookupId(key);
  }

  protected override admit(id: number): Errno | 0 {
    const prog = this.host.progOwner(id);
    return prog !== undefined && this.isCompatible(prog) ? 0 : -errno.EINVAL;
  }
}

export const progArray: MapType = {
  check: (attr) => checkShape(attr, { key: INDEX_KEY, value: FD_VALUE, flags: FILE_FLAGS }),
  layout: fdArrayLayout,
  open: (host, spec, region) => new ProgArrayMap(host, spec, region),
};
