import type { PerfRecord } from '../../loader/index.ts';
import { decimalJson, hexLines } from './hex.ts';
import type { Json } from './json.ts';

/** A record of a ring as `map event_pipe` prints it. */
export interface PipedRecord {
  readonly plain: string;
  readonly json: Json;
}

const PERF_RECORD_LOST = 2;
const PERF_RECORD_SAMPLE = 9;
const NS_PER_S = 1_000_000_000n;

/** What a program put into a ring, or how many records found no room there. */
export function perfRecord(record: PerfRecord): PipedRecord {
  const { cpu, index } = record;
  if (record.kind === 'lost') {
    const { id, count } = record;
    return { plain: `lost ${count} events\n`, json: { type: PERF_RECORD_LOST, cpu, index, lost: { id, count } } };
  }
  const { time, data } = record;
  const at = `${time / NS_PER_S}.${(time % NS_PER_S).toString().padStart(9, '0')}`;
  return {
    plain: `== @${at} CPU: ${cpu} index: ${index} =====\n${hexLines(data)}\n`,
    json: { type: PERF_RECORD_SAMPLE, cpu, index, timestamp: time, data: decimalJson(data) },
  };
}
