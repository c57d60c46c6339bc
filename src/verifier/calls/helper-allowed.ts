import { bpf_attach_type, bpf_prog_type } from '../../uapi/index.ts';
import type { Refusal } from '../refusal.ts';
import type { Walk } from '../walk/walk.ts';
import { helperUser } from './helper-user.ts';

/** Functions in which a path may be printed: nothing there holds the locks that this takes. */
const PATH_FUNCTIONS: readonly string[] = [
  'security_file_permission',
  'security_inode_getattr',
  'security_file_open',
  'security_path_truncate',
  'vfs_truncate',
  'vfs_fallocate',
  'dentry_open',
  'vfs_getattr',
  'filp_close',
];

/** Helpers that not every program of their types may call: it depends on what the program is attached to. */
export function checkHelperAllowed(walk: Walk, name: string): Refusal | undefined {
  return isAllowed(walk, name) ? undefined : walk.invalid('helper call is not allowed in probe');
}

function isAllowed(walk: Walk, name: string): boolean {
  const { progType, expectedAttachType, target, sleepable } = helperUser(walk);
  const isTracing = progType === bpf_prog_type.BPF_PROG_TYPE_TRACING;
  const isIter = isTracing && expectedAttachType === bpf_attach_type.BPF_TRACE_ITER;
  const isLsm = progType === bpf_prog_type.BPF_PROG_TYPE_LSM;
  switch (name) {
    case 'bpf_d_path':
      return isIter || (isLsm ? sleepable : isTracing && PATH_FUNCTIONS.includes(target));
    case 'bpf_sk_storage_get':
    case 'bpf_sk_storage_delete':
      if (!isTracing || isIter || expectedAttachType === bpf_attach_type.BPF_TRACE_RAW_TP) return true;
      return !target.startsWith('bpf_sk_storage');
    case 'bpf_ima_inode_hash':
    case 'bpf_ima_file_hash':
      return sleepable;
    default:
      return true;
  }
}
