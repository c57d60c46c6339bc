import { BPF_CALL, BPF_JMP, type Insns } from '../../isa/index.ts';
import { bpf_func_id } from '../../uapi/index.ts';

/** Before Linux 5.5 one helper read from the kernel's memory and from the user's. */
const OLDER: ReadonlyMap<number, number> = new Map([
  [bpf_func_id.BPF_FUNC_probe_read_kernel, bpf_func_id.BPF_FUNC_probe_read],
  [bpf_func_id.BPF_FUNC_probe_read_user, bpf_func_id.BPF_FUNC_probe_read],
  [bpf_func_id.BPF_FUNC_probe_read_kernel_str, bpf_func_id.BPF_FUNC_probe_read_str],
  [bpf_func_id.BPF_FUNC_probe_read_user_str, bpf_func_id.BPF_FUNC_probe_read_str],
]);

/** Puts the older helpers in the place of those that tell the two memories apart, where the kernel lacks these. */
export function replaceProbeReads(insns: Insns, lacksProbeRead: () => boolean): void {
  for (let i = 0; i < insns.length; i++) {
    if (insns.code(i) !== (BPF_JMP | BPF_CALL) || insns.src(i) !== 0) continue;
    const older = OLDER.get(insns.imm(i));
    if (older === undefined) continue;
    if (!lacksProbeRead()) return;
    insns.setImm(i, older);
  }
}
