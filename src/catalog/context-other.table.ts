// The fields of contexts that are no packet's and no socket's alone (Linux 6.18, seen in `bpftool prog dump xlated`).
import type { ContextStruct } from './context.ts';

export const sysctlContext: ContextStruct = {
  name: 'bpf_sysctl',
  size: 8,
  kernel: 'bpf_sysctl_kern',
  temp: 'bpf_sysctl_kern.tmp_reg',
  fields: [
    { name: 'write', offset: 0, size: 4, path: ['bpf_sysctl_kern.write'] },
    { name: 'file_pos', offset: 4, size: 4, path: ['bpf_sysctl_kern.ppos', 'u32'], width: 4, store: true },
  ],
};

export const sockoptContext: ContextStruct = {
  name: 'bpf_sockopt',
  size: 40,
  kernel: 'bpf_sockopt_kern',
  temp: 'bpf_sockopt_kern.tmp_reg',
  fields: [
    { name: 'sk', offset: 0, size: 8, path: ['bpf_sockopt_kern.sk'], pointer: 'socket' },
    { name: 'optval', offset: 8, size: 8, path: ['bpf_sockopt_kern.optval'], pointer: 'packet' },
    { name: 'optval_end', offset: 16, size: 8, path: ['bpf_sockopt_kern.optval_end'], pointer: 'packet_end' },
    { name: 'level', offset: 24, size: 4, path: ['bpf_sockopt_kern.level'], store: true },
    { name: 'optname', offset: 28, size: 4, path: ['bpf_sockopt_kern.optname'], store: true },
    { name: 'optlen', offset: 32, size: 4, path: ['bpf_sockopt_kern.optlen'], store: true },
    {
      name: 'retval',
      offset: 36,
      size: 4,
      path: ['bpf_sockopt_kern.current_task', 'task_struct.bpf_ctx', 'bpf_cg_run_ctx.retval'],
      store: true,
    },
  ],
};

export const perfEventContext: ContextStruct = {
  name: 'bpf_perf_event_data',
  size: 184,
  kernel: 'bpf_perf_event_data_kern',
  fields: [
    { name: 'regs', offset: 0, size: 168, path: ['bpf_perf_event_data_kern.regs', 'pt_regs'], bytes: true },
    {
      name: 'sample_period',
      offset: 168,
      size: 8,
      path: ['bpf_perf_event_data_kern.data', 'perf_sample_data.period'],
    },
    { name: 'addr', offset: 176, size: 8, path: ['bpf_perf_event_data_kern.data', 'perf_sample_data.addr'] },
  ],
};
