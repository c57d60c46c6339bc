import type { Errno, MapCreateAttr } from '../../syscall/index.ts';
import { bpf_flags, errno } from '../../uapi/index.ts';
import { checkShape, INDEX_KEY } from './create-rules.ts';
import { field, headerSize } from './header.ts';
import { IndexedMap } from './indexed-map.ts';
import type { MapType } from './map.ts';
import { structSize } from './memlock.ts';

/** `enum bpf_struct_ops_state`: what has become of the value. */
export const structOpsState = { INIT: 0, INUSE: 1, TOBEFREE: 2, READY: 3 } as const;

/** Bytes of the reference count and the state at the head of a value. */
const COMMON = 8;

/*
 * BPF_MAP_TYPE_STRUCT_OPS: one value, after the header. A value begins with u32 reference count and u32 state; the
 * operations follow. `state` of the header is one of `structOpsState`.
 */
export class StructOpsMap extends IndexedMap {
  readonly #value = this.region.offset + headerSize(this.host.pageSize);

  override memlock(): number {
    const { bpf_struct_ops_map, bpf_struct_ops_function } = structSize;
    const functions = bpf_struct_ops_function * (this.spec.functions ?? 0);
    return bpf_struct_ops_map + 2 * this.attr.valueSize + functions + this.host.pageSize;
  }

  /** A map that a link registers, rather than its update. */
  get isLinked(): boolean {
    return (this.flags & bpf_flags.BPF_F_LINK) !== 0;
  }

  get state(): number {
    return this.header.get(field.state);
  }

  set state(state: number) {
    this.header.set(field.state, state);
  }

  /** The operations as they were written: fds of programs where pointers to functions go. */
  get operations(): Uint8Array {
    return this.valueAt(this.#value).slice(COMMON);
  }

  protected override lookupBytes(key: Uint8Array): Uint8Array | Errno {
    if (this.u32Of(key) !== 0) return -errno.ENOENT;
    const value = this.valueAt(this.#value).slice();
    value.set(this.u32Bytes(this.state), 4);
    return value;
  }

  protected override updateBytes(key: Uint8Array, value: Uint8Array, flags: bigint): Errno | 0 {
    if (flags !== 0n) return -errno.EINVAL;
    if (this.u32Of(key) !== 0) return -errno.E2BIG;
    if (value.subarray(0, COMMON).some((byte) => byte !== 0)) return -errno.EINVAL;
    if (this.state !== structOpsState.INIT) return -errno.EBUSY;
    this.valueAt(this.#value).set(value);
    this.state = this.isLinked ? structOpsState.READY : structOpsState.INUSE;
    return 0;
  }

  protected override deleteBytes(): Errno | 0 {
    if (this.isLinked) return -errno.ENOTSUP;
    if (this.state === structOpsState.INIT) return -errno.ENOENT;
    if (this.state === structOpsState.TOBEFREE) return -errno.EINPROGRESS;
    this.state = structOpsState.TOBEFREE;
    return 0;
  }
}

function checkStructOps(attr: MapCreateAttr): Errno | 0 {
  const flags = bpf_flags.BPF_F_LINK | bpf_flags.BPF_F_VTYPE_BTF_OBJ_FD;
  return (
    checkShape(attr, { key: INDEX_KEY, entries: [1, 1], flags }) || (attr.btfVmlinuxValueTypeId ? 0 : -errno.EINVAL)
  );
}

export const structOps: MapType = {
  check: checkStructOps,
  layout({ attr }, { pageSize }) {
    const elements = headerSize(pageSize);
    return { size: elements + attr.valueSize, places: { elements } };
  },
  open: (host, spec, region) => new StructOpsMap(host, spec, region),
};
