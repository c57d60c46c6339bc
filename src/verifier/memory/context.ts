import { type ContextPointer, contextAccess, hasContextFields } from '../../catalog/index.ts';
import { bpf_prog_type } from '../../uapi/index.ts';
import { sync } from '../domain/bounds.ts';
import { AUX, AUX2, ID, OFF, REF, S32_MAX, S32_MIN, SMAX, SMIN } from '../domain/row.ts';
import { set64 } from '../domain/words.ts';
import type { Refusal } from '../refusal.ts';
import {
  mayBeNull,
  PTR_MAYBE_NULL,
  PTR_TO_FLOW_KEYS,
  PTR_TO_PACKET,
  PTR_TO_PACKET_END,
  PTR_TO_PACKET_META,
  PTR_TO_SOCK_COMMON,
  PTR_TO_SOCKET,
} from '../state/reg-type.ts';
import { setPointer, setUnknown } from '../walk/set-row.ts';
import type { Walk } from '../walk/walk.ts';
import type { Access } from './access-kind.ts';
import { argumentAt, hasTypedArguments } from './context-arguments.ts';
import type { Loaded } from './context-loaded.ts';
import { plainContextAccess } from './context-plain.ts';
import { loadUnknown } from './load-result.ts';
import { checkUnmoved } from './place.ts';

const POINTERS: Readonly<Record<ContextPointer, number>> = {
  packet: PTR_TO_PACKET,
  packet_meta: PTR_TO_PACKET_META,
  packet_end: PTR_TO_PACKET_END,
  sock: PTR_TO_SOCKET,
  sock_or_null: PTR_TO_SOCKET | PTR_MAYBE_NULL,
  sock_common_or_null: PTR_TO_SOCK_COMMON | PTR_MAYBE_NULL,
  flow_keys: PTR_TO_FLOW_KEYS,
};

/** A load or store of the context, by a pointer to its start. */
export function accessContext(walk: Walk, access: Access): Refusal | undefined {
  const { register, size, write, into } = access;
  const moved = checkUnmoved(walk, register);
  if (moved) return moved;
  const off = walk.w[walk.reg(register) + OFF] + access.off;
  const loaded = resolve(walk, access, off);
  if (loaded === undefined) return walk.denied(`invalid bpf_context access off=${off} size=${size}`);
  if ('errno' in loaded) return loaded;
  if (!write && into !== undefined) store(walk, access, loaded);
  return undefined;
}

/** What of `__sk_buff` is for CAP_BPF in programs of control groups: where the packet is, and setting its time. */
const PACKET: readonly [number, number] = [76, 84];
const TSTAMP: readonly [number, number] = [152, 160];

function overlaps([first, end]: readonly [number, number], off: number, size: number): boolean {
  return off < end && first < off + size;
}

function resolve(walk: Walk, { size, write, signed = false }: Access, off: number): Loaded | Refusal | undefined {
  const { progType, expectedAttachType } = walk.options;
  if (progType === bpf_prog_type.BPF_PROG_TYPE_CGROUP_SKB && !walk.program.privileges.bpfCapable) {
    if (overlaps(PACKET, off, size) || (write && overlaps(TSTAMP, off, size))) return undefined;
  }
  if (hasContextFields(progType)) {
    const bytes = { offset: off, size, write, signed, attachType: expectedAttachType };
    const allowed = contextAccess(progType, bytes);
    if (!allowed) return undefined;
    return allowed.pointer ? { kind: 'pointer', type: POINTERS[allowed.pointer] } : { kind: 'number' };
  }
  if (hasTypedArguments(walk)) return write ? undefined : argumentAt(walk, { off, size });
  return plainContextAccess(walk.options, { off, size, write });
}

function store(walk: Walk, access: Access, loaded: Loaded): void {
  const { w } = walk;
  const row = walk.reg(access.into!);
  switch (loaded.kind) {
    case 'number':
      loadUnknown(walk, access);
      return;
    case 'range':
      setUnknown(w, row);
      set64(w, row + SMIN, loaded.min, loaded.min >> 31);
      set64(w, row + SMAX, loaded.max, loaded.max >> 31);
      w[row + S32_MIN] = loaded.min;
      w[row + S32_MAX] = loaded.max;
      sync(w, row);
      return;
    case 'pointer':
      setPointer(w, row, loaded.type);
      w[row + AUX] = loaded.typeId ?? 0;
      w[row + AUX2] = loaded.btf ?? 0;
      w[row + REF] = loaded.reference ?? 0;
      if (mayBeNull(loaded.type)) w[row + ID] = walk.newId();
  }
}
