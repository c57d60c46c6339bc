import { bpf_func_id, bpf_pseudo_call } from '../../uapi/index.ts';
import type { VerifyOptions } from '../options.ts';
import type { CallKind } from './control-flow.ts';

const SYNC_HELPERS: readonly number[] = [
  bpf_func_id.BPF_FUNC_for_each_map_elem,
  bpf_func_id.BPF_FUNC_find_vma,
  bpf_func_id.BPF_FUNC_loop,
  bpf_func_id.BPF_FUNC_user_ringbuf_drain,
];
const SYNC_KFUNCS: readonly string[] = ['bpf_rbtree_add_impl'];
const ASYNC_KFUNCS: readonly string[] = [
  'bpf_wq_set_callback_impl',
  'bpf_task_work_schedule_signal',
  'bpf_task_work_schedule_resume',
  'bpf_task_work_schedule_signal_impl',
  'bpf_task_work_schedule_resume_impl',
];

/** What the call at `insn` does that matters to where states are saved. */
export function callKindOf(options: VerifyOptions, insn: number): CallKind {
  const { insns } = options;
  switch (insns.src(insn)) {
    case 0:
      if (SYNC_HELPERS.includes(insns.imm(insn))) return 'sync callback';
      return insns.imm(insn) === bpf_func_id.BPF_FUNC_timer_set_callback ? 'async callback' : 'other';
    case bpf_pseudo_call.BPF_PSEUDO_KFUNC_CALL:
      return kfuncKind(kfuncNameAt(options, insn));
    default:
      return 'other';
  }
}

function kfuncKind(name: string): CallKind {
  if (SYNC_KFUNCS.includes(name)) return 'sync callback';
  if (ASYNC_KFUNCS.includes(name)) return 'async callback';
  return /^bpf_iter_.*_next$/.test(name) ? 'iterator next' : 'other';
}

/** The name of the kfunc that is called; empty where there is none. */
export function kfuncNameAt(options: VerifyOptions, insn: number): string {
  const id = options.insns.imm(insn);
  const slot = options.insns.off(insn);
  const btf = slot === 0 ? options.vmlinux() : options.moduleBtf?.(slot)?.btf;
  return btf?.has(id) ? btf.nameOf(id) : '';
}
