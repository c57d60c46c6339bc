import { bpf_core_relo_kind } from '../../uapi/index.ts';

/** A CO-RE relocation's kind, as libbpf's log spells it. */
export type CoreKind =
  | 'byte_off'
  | 'byte_sz'
  | 'field_exists'
  | 'signed'
  | 'lshift_u64'
  | 'rshift_u64'
  | 'local_type_id'
  | 'target_type_id'
  | 'type_exists'
  | 'type_size'
  | 'enumval_exists'
  | 'enumval_value'
  | 'type_matches'
  | 'unknown';

/** What a kind asks about. */
export type CoreSubject = 'field' | 'type' | 'enumerator' | 'unknown';

const KINDS: ReadonlyMap<number, readonly [CoreKind, CoreSubject]> = new Map([
  [bpf_core_relo_kind.BPF_CORE_FIELD_BYTE_OFFSET, ['byte_off', 'field']],
  [bpf_core_relo_kind.BPF_CORE_FIELD_BYTE_SIZE, ['byte_sz', 'field']],
  [bpf_core_relo_kind.BPF_CORE_FIELD_EXISTS, ['field_exists', 'field']],
  [bpf_core_relo_kind.BPF_CORE_FIELD_SIGNED, ['signed', 'field']],
  [bpf_core_relo_kind.BPF_CORE_FIELD_LSHIFT_U64, ['lshift_u64', 'field']],
  [bpf_core_relo_kind.BPF_CORE_FIELD_RSHIFT_U64, ['rshift_u64', 'field']],
  [bpf_core_relo_kind.BPF_CORE_TYPE_ID_LOCAL, ['local_type_id', 'type']],
  [bpf_core_relo_kind.BPF_CORE_TYPE_ID_TARGET, ['target_type_id', 'type']],
  [bpf_core_relo_kind.BPF_CORE_TYPE_EXISTS, ['type_exists', 'type']],
  [bpf_core_relo_kind.BPF_CORE_TYPE_SIZE, ['type_size', 'type']],
  [bpf_core_relo_kind.BPF_CORE_ENUMVAL_EXISTS, ['enumval_exists', 'enumerator']],
  [bpf_core_relo_kind.BPF_CORE_ENUMVAL_VALUE, ['enumval_value', 'enumerator']],
  [bpf_core_relo_kind.BPF_CORE_TYPE_MATCHES, ['type_matches', 'type']],
]);

/** Name of a `enum bpf_core_relo_kind`. */
export function coreKind(kind: number): CoreKind {
  return KINDS.get(kind)?.[0] ?? 'unknown';
}

/** What a `enum bpf_core_relo_kind` asks about. */
export function coreSubject(kind: number): CoreSubject {
  return KINDS.get(kind)?.[1] ?? 'unknown';
}
