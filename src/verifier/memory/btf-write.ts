import {
  type Btf,
  type BtfComposite,
  type BtfId,
  type BtfType,
  isComposite,
  resolveType,
  sizeOf,
} from '../../btf/index.ts';
import { bpf_prog_type } from '../../uapi/index.ts';
import type { Refusal } from '../refusal.ts';
import type { Walk } from '../walk/walk.ts';

/** Bytes of a struct of the kernel. */
export interface StructStore {
  readonly name: string;
  readonly off: number;
  readonly size: number;
}

const T = bpf_prog_type;
/** Program types that may store to some members of some structs of the kernel. */
const CONNTRACK_TYPES: readonly number[] = [T.BPF_PROG_TYPE_XDP, T.BPF_PROG_TYPE_SCHED_CLS, T.BPF_PROG_TYPE_SCHED_ACT];

/** A store to an object of the kernel: only few members of few structs. @see net/core/filter.c (v6.12) */
export function checkStructWrite(walk: Walk, { name, off, size }: StructStore): Refusal | undefined {
  const { options } = walk;
  if (CONNTRACK_TYPES.includes(options.progType)) return checkConntrackWrite(walk, { name, off, size });
  if (options.progType === T.BPF_PROG_TYPE_STRUCT_OPS) return checkOpsWrite(walk, { name, off, size });
  return walk.denied('only read is supported');
}

function checkConntrackWrite(walk: Walk, { name, off, size }: StructStore): Refusal | undefined {
  if (!name.startsWith('nf_conn')) return walk.denied('only read is supported');
  const mark = memberOf(walk, 'nf_conn', 'mark');
  if (mark && off === mark.start) {
    if (off + size <= mark.end) return undefined;
    return walk.denied(
      `write access at off ${off} with size ${size} beyond the member of nf_conn ended at ${mark.end}`,
    );
  }
  return walk.denied(`no write support to nf_conn at off ${off}`);
}

interface OpsWrites {
  /** The only struct that programs may store to. */
  readonly struct: string;
  readonly members: readonly string[];
}

/** By struct of operations: what programs that stand for its members may store to. */
const OPS_WRITES: Readonly<Record<string, OpsWrites>> = {
  tcp_congestion_ops: {
    struct: 'tcp_sock',
    members: [
      'sk_pacing_rate',
      'sk_pacing_status',
      'icsk_ca_priv',
      'icsk_ack.pending',
      'snd_cwnd',
      'snd_cwnd_cnt',
      'snd_cwnd_stamp',
      'snd_ssthresh',
      'ecn_flags',
      'app_limited',
    ],
  },
  sched_ext_ops: { struct: 'task_struct', members: ['scx.slice', 'scx.dsq_vtime', 'scx.disallow'] },
};
const DUMMY_STATE = 'bpf_dummy_ops_state';

function checkOpsWrite(walk: Walk, { name, off, size }: StructStore): Refusal | undefined {
  const { attachTarget, vmlinux } = walk.options;
  const ops = attachTarget?.btf.nameOf(attachTarget.typeId) ?? '';
  if (ops === 'bpf_dummy_ops') {
    if (name !== DUMMY_STATE) return walk.denied(`only access to ${DUMMY_STATE} is supported`);
    const bytes = vmlinux()?.findByName(DUMMY_STATE, 'STRUCT')?.size ?? 0;
    return off + size <= bytes ? undefined : walk.denied(`write access at off ${off} with size ${size}`);
  }
  const writes = OPS_WRITES[ops];
  if (writes?.struct !== name) return walk.denied('only read is supported');
  for (const member of writes.members) {
    const place = memberOf(walk, name, member);
    if (!place || off < place.start || off >= place.end) continue;
    if (off + size <= place.end) return undefined;
    return walk.denied(
      `write access at off ${off} with size ${size} beyond the member of ${name} ended at ${place.end}`,
    );
  }
  return walk.denied(`no write support to ${name} at off ${off}`);
}

/** Where a member of a struct of the kernel stands, also one of a struct inside of it: `icsk_ack.pending`. */
function memberOf(walk: Walk, struct: string, path: string): Bytes | undefined {
  const btf = walk.options.vmlinux();
  let type: BtfType | undefined = btf?.findByName(struct, 'STRUCT');
  let place: Bytes = { start: 0, end: 0 };
  for (const name of path.split('.')) {
    const member: MemberFound | undefined =
      btf && type && isComposite(type) ? findMember({ btf, name, base: place.start, depth: 0 }, type) : undefined;
    if (!btf || !member) return undefined;
    place = member;
    type = resolveType(btf, member.type);
  }
  return place;
}

/** From the first byte to behind the last one. */
interface Bytes {
  readonly start: number;
  readonly end: number;
}

interface MemberFound extends Bytes {
  readonly type: BtfId;
}

interface Search {
  readonly btf: Btf;
  readonly name: string;
  /** Bytes before the struct that is searched. */
  readonly base: number;
  readonly depth: number;
}

const MAX_DEPTH = 8;

function findMember(search: Search, type: BtfComposite): MemberFound | undefined {
  const { btf, name, base, depth } = search;
  for (const member of type.members) {
    const start = base + Math.floor(member.bitOffset / 8);
    if (member.name === name) return { start, end: start + (sizeOf(btf, member.type) ?? 0), type: member.type };
    const inner = resolveType(btf, member.type);
    if (!isComposite(inner) || depth === MAX_DEPTH) continue;
    const found = findMember({ btf, name, base: start, depth: depth + 1 }, inner);
    if (found) return found;
  }
  return undefined;
}
