import { MapHandle, PerfBuffer, type PerfRecord, type PerfRingPlace, SyscallError } from '../../loader/index.ts';
import type { Fd, System } from '../../syscall/index.ts';
import { bpf_map_type } from '../../uapi/index.ts';
import type { Handler } from '../context.ts';
import { errFailed, strerror } from '../errors.ts';
import { pause } from '../io.ts';
import { KernelObjects } from '../kernel-objects.ts';
import type { ParkedProcess } from '../parked-process.ts';
import { takeMapWithInfo } from '../refs.ts';
import { type PipedRecord, perfRecord } from '../render/perf-record.ts';
import type { Words } from '../words.ts';

/** Pages of each ring, as bpftool has it. */
const PAGES = 16;
/** How often the rings are looked at; the machine is not held meanwhile. */
const INTERVAL_MS = 100;

/** The rings of a map that a parked process has open. */
interface Rings {
  readonly map: Fd;
  readonly rings: readonly PerfRingPlace[];
}

/** Takes `cpu N index M`, both or none; none means every CPU. */
function takePlace(words: Words): PerfRingPlace | undefined {
  const given: { cpu?: number; index?: number } = {};
  while (words.count > 0) {
    if (words.count < 2) words.end();
    if (words.takeIf('cpu')) given.cpu = words.takeU32('CPU ID');
    else if (words.takeIf('index')) given.index = words.takeU32('index');
    else words.end();
  }
  const { cpu, index } = given;
  if (cpu === undefined && index === undefined) return undefined;
  if (cpu === undefined || index === undefined) throw errFailed('cpu and index must be specified together');
  return { cpu, index };
}

/** `map event_pipe`: what programs put into a perf event array, also those that others run, until it is interrupted. */
export const mapEventPipe: Handler = async (context, words) => {
  const signal = context.io.interrupted();
  const { ParkedProcess } = await import('../parked-process.ts');
  const { process, value: rings } = ParkedProcess.start(await context.machine(), (system) => openRings(system, words));
  return { stream: records(process, rings, signal), signal, farewell: 'Stopping...' };
};

function openRings(system: System, words: Words): Rings {
  const { fd: map, info } = takeMapWithInfo(new KernelObjects(system), words);
  if (info.type !== bpf_map_type.BPF_MAP_TYPE_PERF_EVENT_ARRAY) throw errFailed('map is not a perf event array');
  const place = takePlace(words);
  try {
    const buffer = new PerfBuffer(new MapHandle(system, map, info.name), { pages: PAGES, rings: place && [place] });
    return { map, rings: buffer.rings };
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error;
    throw errFailed(`failed to create perf buffer: ${strerror(error.errno)} (${-error.errno})`);
  }
}

async function* records(process: ParkedProcess, open: Rings, signal: AbortSignal): AsyncGenerator<PipedRecord> {
  const buffer = (system: System) =>
    new PerfBuffer(new MapHandle(system, open.map, ''), { pages: PAGES, rings: open.rings });
  try {
    for (;;) {
      // A look at a snapshot keeps nobody waiting; only records that are there are worth the lock.
      const some = process.look((system) => !buffer(system).read().next().done);
      if (some === undefined) throw errFailed('the rings were closed: this process was stopped for too long');
      const taken: PerfRecord[] =
        some || process.due ? (process.work((system) => [...buffer(system).read()]) ?? []) : [];
      for (const record of taken) yield perfRecord(record);
      if (signal.aborted) return;
      await pause(INTERVAL_MS, signal);
    }
  } finally {
    process.end();
  }
}
