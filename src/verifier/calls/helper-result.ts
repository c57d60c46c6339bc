import { isComposite, resolveType, sizeOf } from '../../btf/index.ts';
import type { HelperReturn } from '../../catalog/index.ts';
import { bpf_func_id, bpf_map_type } from '../../uapi/index.ts';
import { sync } from '../domain/bounds.ts';
import { AUX, AUX2, ID, REF, S32_MAX, S32_MIN, SMAX, SMIN, TYPE, U32_MAX, U32_MIN, UMAX, UMIN } from '../domain/row.ts';
import { set64 } from '../domain/words.ts';
import type { Refusal } from '../refusal.ts';
import { VMLINUX } from '../state/btf-table.ts';
import {
  MEM_ALLOC,
  MEM_PERCPU,
  MEM_RCU,
  MEM_RDONLY,
  MEM_RINGBUF,
  mayBeNull,
  PTR_MAYBE_NULL,
  PTR_TO_BTF_ID,
  PTR_TO_MAP_VALUE,
  PTR_TO_MEM,
  PTR_TO_SOCK_COMMON,
  PTR_TO_SOCKET,
  PTR_TO_TCP_SOCK,
  PTR_TRUSTED,
} from '../state/reg-type.ts';
import { kptrTarget } from '../types/kptr-target.ts';
import { holdsLock } from '../walk/null-check.ts';
import { setPointer, setUnknown } from '../walk/set-row.ts';
import type { Walk } from '../walk/walk.ts';
import type { HelperCall } from './helper-call.ts';

const f = bpf_func_id;

/** Helpers that hand out something that has to be given back. */
const ACQUIRES: readonly number[] = [
  f.BPF_FUNC_sk_lookup_tcp,
  f.BPF_FUNC_sk_lookup_udp,
  f.BPF_FUNC_skc_lookup_tcp,
  f.BPF_FUNC_ringbuf_reserve,
  f.BPF_FUNC_kptr_xchg,
];

/** Helpers whose result is the argument in another form: it lives as long. */
const CASTS: readonly number[] = [
  f.BPF_FUNC_tcp_sock,
  f.BPF_FUNC_sk_fullsock,
  f.BPF_FUNC_skc_to_tcp_sock,
  f.BPF_FUNC_skc_to_tcp6_sock,
  f.BPF_FUNC_skc_to_udp6_sock,
  f.BPF_FUNC_skc_to_mptcp_sock,
  f.BPF_FUNC_skc_to_tcp_timewait_sock,
  f.BPF_FUNC_skc_to_tcp_request_sock,
  f.BPF_FUNC_dynptr_data,
];

/** Helpers that say how many bytes they wrote, or a negative errno. */
const WRITES_AT_MOST: readonly number[] = [
  f.BPF_FUNC_get_stack,
  f.BPF_FUNC_get_task_stack,
  f.BPF_FUNC_probe_read_str,
  f.BPF_FUNC_probe_read_kernel_str,
  f.BPF_FUNC_probe_read_user_str,
];
const MAX_ERRNO = 4095;

/** R0 after the call. */
export function setHelperResult(walk: Walk, call: HelperCall): Refusal | undefined {
  const { w } = walk;
  const row = walk.reg(0);
  const { returns } = call.prototype;
  const refusal = setByKind(walk, call, returns);
  if (refusal) return refusal;
  if (returns.kind === 'int' || returns.kind === 'void') return undefined;
  if (returns.nullable && mayBeNull(w[row + TYPE])) w[row + ID] = walk.newId();
  if (CASTS.includes(call.id)) w[row + REF] = call.reference;
  else if (acquires(walk, call)) {
    const id = walk.addReference('pointer');
    w[row + ID] = id;
    w[row + REF] = id;
  }
  return undefined;
}

function acquires({ mapViews }: Walk, { id, map }: HelperCall): boolean {
  if (ACQUIRES.includes(id)) return true;
  if (id !== f.BPF_FUNC_map_lookup_elem || map < 0) return false;
  const { mapType } = mapViews[map].attr;
  return mapType === bpf_map_type.BPF_MAP_TYPE_SOCKMAP || mapType === bpf_map_type.BPF_MAP_TYPE_SOCKHASH;
}

function setByKind(walk: Walk, call: HelperCall, returns: HelperReturn): Refusal | undefined {
  const { w } = walk;
  const row = walk.reg(0);
  const flags = returns.nullable ? PTR_MAYBE_NULL : 0;
  switch (returns.kind) {
    case 'void':
      return undefined;
    case 'int':
      setUnknown(w, row);
      refineResult(walk, call);
      return undefined;
    case 'value':
      return setValue(walk, call, flags);
    case 'socket':
      setPointer(w, row, PTR_TO_SOCKET | flags);
      return undefined;
    case 'sock':
      setPointer(w, row, PTR_TO_SOCK_COMMON | flags);
      return undefined;
    case 'tcp_sock':
      setPointer(w, row, PTR_TO_TCP_SOCK | flags);
      return undefined;
    case 'ringbuf_mem':
    case 'dynptr_mem':
      setPointer(w, row, PTR_TO_MEM | flags | (returns.kind === 'ringbuf_mem' ? MEM_RINGBUF : 0));
      w[row + AUX] = call.allocated;
      w[row + AUX2] = call.dynptr;
      return undefined;
    case 'btf':
      return setObject(walk, returns, flags | (returns.trusted ? PTR_TRUSTED : 0));
    case 'kptr':
      return setExchanged(walk, call, flags);
    case 'percpu':
      return setPercpu(walk, call, flags);
  }
}

function setValue(walk: Walk, call: HelperCall, flags: number): Refusal | undefined {
  const { w } = walk;
  const row = walk.reg(0);
  const { attr } = walk.mapViews[call.map];
  const key = call.id === f.BPF_FUNC_map_lookup_elem ? call.constantKey : undefined;
  const isThere = key !== undefined && key >= 0 && key < attr.maxEntries;
  setPointer(w, row, PTR_TO_MAP_VALUE | (isThere ? 0 : flags));
  w[row + AUX] = call.map;
  w[row + AUX2] = call.mapUid;
  if (!mayBeNull(w[row + TYPE]) && holdsLock(walk, row)) w[row + ID] = walk.newId();
  return undefined;
}

function setObject(walk: Walk, { struct }: HelperReturn, flags: number): Refusal | undefined {
  const type = walk.options.vmlinux()?.findByName(struct, 'STRUCT');
  if (!type) return walk.unsupported(`'struct ${struct}' without the kernel's BTF`);
  const { w } = walk;
  const row = walk.reg(0);
  setPointer(w, row, PTR_TO_BTF_ID | flags);
  w[row + AUX] = type.id;
  w[row + AUX2] = VMLINUX;
  return undefined;
}

/** What the field held: an object of the kernel, or one that the program allocated. */
function setExchanged(walk: Walk, { kptr }: HelperCall, flags: number): Refusal | undefined {
  const target = kptr && kptrTarget(walk, kptr.btf, kptr.field);
  if (!target) return walk.invalid('');
  const { w } = walk;
  const row = walk.reg(0);
  const percpu = kptr.field.kptr?.tag === 'percpu_kptr' ? MEM_PERCPU : 0;
  const own = walk.btfs.isKernel(target.index) ? 0 : MEM_ALLOC | percpu;
  setPointer(w, row, PTR_TO_BTF_ID | flags | own);
  w[row + AUX] = target.typeId;
  w[row + AUX2] = target.index;
  return undefined;
}

/** One processor's copy of a variable: an object where it is a structure, else memory that is only read. */
function setPercpu(walk: Walk, { percpu }: HelperCall, flags: number): Refusal | undefined {
  const { w } = walk;
  const row = walk.reg(0);
  if (!percpu) return walk.denied('Helper has invalid btf_id in R1');
  const btf = walk.btfs.at(percpu.btf);
  const type = resolveType(btf, percpu.typeId);
  if (isComposite(type)) {
    setPointer(w, row, PTR_TO_BTF_ID | flags | (percpu.allocated ? MEM_ALLOC | MEM_RCU : 0));
    w[row + AUX] = type.id;
    w[row + AUX2] = percpu.btf;
    return undefined;
  }
  const size = sizeOf(btf, percpu.typeId);
  if (size === undefined) return walk.invalid(`unable to resolve the size of type '${type.name}': -22`);
  setPointer(w, row, PTR_TO_MEM | MEM_RDONLY | flags);
  w[row + AUX] = size;
  return undefined;
}

/** What is known of a number that a helper gives back. */
function refineResult(walk: Walk, { id, largestSize }: HelperCall): void {
  const { w } = walk;
  const row = walk.reg(0);
  if (WRITES_AT_MOST.includes(id)) {
    set64(w, row + SMAX, largestSize, 0);
    set64(w, row + SMIN, -MAX_ERRNO, -1);
    w[row + S32_MAX] = largestSize;
    w[row + S32_MIN] = -MAX_ERRNO;
  } else if (id === f.BPF_FUNC_get_smp_processor_id) {
    const last = walk.options.profile.cpus - 1;
    for (const at of [SMIN, UMIN]) set64(w, row + at, 0, 0);
    for (const at of [SMAX, UMAX]) set64(w, row + at, last, 0);
    for (const at of [S32_MIN, U32_MIN]) w[row + at] = 0;
    for (const at of [S32_MAX, U32_MAX]) w[row + at] = last;
  } else return;
  sync(w, row);
}
