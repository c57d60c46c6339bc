import { MapHandle, PerfBuffer, type PerfRecord } from '../../loader/index.ts';
import { bpf_map_type } from '../../uapi/index.ts';
import type { Handler } from '../context.ts';
import { errFailed } from '../errors.ts';
import { takeMapWithInfo } from '../refs.ts';
import { decimalJson, hexLines } from '../render/hex.ts';
import type { Json } from '../render/json.ts';
import type { Words } from '../words.ts';

const PERF_RECORD_LOST = 2;
const PERF_RECORD_SAMPLE = 9;

/** Takes `cpu N index M`, both or none. */
function takePlace(words: Words): { cpu: number; index: number } | undefined {
  let cpu: number | undefined;
  let index: number | undefined;
  while (words.count > 0) {
    if (words.count < 2) words.end();
    if (words.takeIf('cpu')) cpu = words.takeU32('CPU ID');
    else if (words.takeIf('index')) index = words.takeU32('index');
    else words.end();
  }
  if (cpu === undefined && index === undefined) return undefined;
  if (cpu === undefined || index === undefined) throw errFailed('cpu and index must be specified together');
  return { cpu, index };
}

/** Prints what programs write into a perf event array, until it is interrupted. */
export const mapEventPipe: Handler = async (context, words) => {
  const { objects, system } = await context.session();
  const { fd, info } = takeMapWithInfo(objects, words);
  if (info.type !== bpf_map_type.BPF_MAP_TYPE_PERF_EVENT_ARRAY) throw errFailed('map is not a perf event array');
  const place = takePlace(words);
  const buffer = new PerfBuffer(new MapHandle(system, fd, info.name), { pages: 16, rings: place && [place] });
  const signal = context.io.interrupted();
  return { stream: pieces(buffer, signal), farewell: 'Stopping...', signal };
};

async function* pieces(buffer: PerfBuffer, signal: AbortSignal): AsyncGenerator<{ plain: string; json: Json }> {
  try {
    for await (const record of buffer.records(signal)) yield { plain: recordPlain(record), json: recordJson(record) };
  } finally {
    buffer.close();
  }
}

function recordPlain(record: PerfRecord): string {
  if (record.kind === 'lost') return `lost ${record.count} events\n`;
  const seconds = record.time / 1_000_000_000n;
  const nanoseconds = String(record.time % 1_000_000_000n).padStart(9, '0');
  const head = `== @${seconds}.${nanoseconds} CPU: ${record.cpu} index: ${record.index} =====`;
  return `${head}\n${hexLines(record.data)}\n`;
}

function recordJson(record: PerfRecord): Json {
  const { cpu, index } = record;
  if (record.kind === 'lost') {
    return { type: PERF_RECORD_LOST, cpu, index, lost: { id: record.id, count: record.count } };
  }
  return { type: PERF_RECORD_SAMPLE, cpu, index, timestamp: record.time, data: decimalJson(record.data) };
}
