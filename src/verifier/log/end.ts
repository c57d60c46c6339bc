/** What is counted on the way, as the last line of a log says it. */
interface Counted {
  readonly insns: number;
  readonly states: number;
  readonly peakStates: number;
  readonly maxStatesPerInsn: number;
}

/** BPF_LOG_STATS: how long it took and how deep the stacks are. */
const STATISTICS = 4;
/** BPF_COMPLEXITY_LIMIT_INSNS */
const MAX_INSNS = 1_000_000;

export interface Ending {
  readonly level: number;
  readonly counted: Counted;
  /** Bytes of each subprogram's stack. */
  readonly stackDepths: readonly number[];
  /** Microseconds that verification took. */
  readonly usec: number;
}

/** The lines that every log ends with. */
export function endOfLog({ level, counted, stackDepths, usec }: Ending): string {
  const { insns, states, peakStates, maxStatesPerInsn } = counted;
  const last = `processed ${insns} insns (limit ${MAX_INSNS}) max_states_per_insn ${maxStatesPerInsn} total_states ${states} peak_states ${peakStates} mark_read 0\n`;
  if (!(level & STATISTICS)) return last;
  return `verification time ${usec} usec\nstack depth ${stackDepths.join('+')}\n${last}`;
}
