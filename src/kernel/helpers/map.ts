import { errno } from '../../uapi/index.ts';
import type { Execution } from '../../vm/index.ts';
import { kernelAddress } from '../../vm/index.ts';
import { scopeOf } from '../hooks/scope.ts';
import type { BpfMap } from '../maps/map.ts';
import { kernelPlace, result, u32 } from './access.ts';
import type { HelperFamily } from './family.ts';

/** The map behind a helper's argument, or undefined. */
export function mapOf(exec: Execution, address: bigint): BpfMap | undefined {
  return scopeOf(exec).runtime.state.mapAt(address);
}

function placeOf(exec: Execution, address: bigint, size: number): number {
  return kernelPlace(scopeOf(exec).runtime.state.memory, address, size);
}

function withValue(
  exec: Execution,
  address: bigint,
  value: bigint,
  use: (map: BpfMap, value: number) => number,
): bigint {
  const map = mapOf(exec, address);
  if (!map) return result(-errno.EINVAL);
  const place = placeOf(exec, value, map.attr.valueSize);
  return result(place < 0 ? -errno.EFAULT : use(map, place));
}

/** @see linux/bpf.h (v6.12): bpf_map_* helpers */
export const mapHelpers: HelperFamily = {
  BPF_FUNC_map_lookup_elem(exec, address, key) {
    const map = mapOf(exec, address);
    const place = map ? placeOf(exec, key, map.attr.keySize) : -1;
    return map && place >= 0 ? kernelAddress(map.lookupElem(place, exec.cpu)) : 0n;
  },
  BPF_FUNC_map_lookup_percpu_elem(exec, address, key, cpu) {
    const map = mapOf(exec, address);
    const place = map ? placeOf(exec, key, map.attr.keySize) : -1;
    return map && place >= 0 ? kernelAddress(map.lookupPercpuElem(place, u32(cpu))) : 0n;
  },
  BPF_FUNC_map_update_elem(exec, address, key, value, flags) {
    const map = mapOf(exec, address);
    if (!map) return result(-errno.EINVAL);
    const keyPlace = placeOf(exec, key, map.attr.keySize);
    const valuePlace = placeOf(exec, value, map.attr.valueSize);
    if (keyPlace < 0 || valuePlace < 0) return result(-errno.EFAULT);
    return result(map.updateElem(keyPlace, valuePlace, flags, exec.cpu));
  },
  BPF_FUNC_map_delete_elem(exec, address, key) {
    const map = mapOf(exec, address);
    if (!map) return result(-errno.EINVAL);
    const place = placeOf(exec, key, map.attr.keySize);
    return result(place < 0 ? -errno.EFAULT : map.deleteElem(place));
  },
  BPF_FUNC_map_push_elem: (exec, address, value, flags) =>
    withValue(exec, address, value, (map, place) => map.pushElem(place, flags)),
  BPF_FUNC_map_pop_elem: (exec, address, value) => withValue(exec, address, value, (map, place) => map.popElem(place)),
  BPF_FUNC_map_peek_elem: (exec, address, value) =>
    withValue(exec, address, value, (map, place) => map.peekElem(place)),
  BPF_FUNC_for_each_map_elem(exec, address, callback, context, flags) {
    const map = mapOf(exec, address);
    if (!map || flags !== 0n) return result(-errno.EINVAL);
    const visit = (key: number, value: number) =>
      Number(BigInt.asIntN(32, exec.call(callback, address, kernelAddress(key), kernelAddress(value), context)));
    return result(map.forEachElem(visit, exec.cpu));
  },
};
