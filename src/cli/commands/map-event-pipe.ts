import { bpf_map_type } from '../../uapi/index.ts';
import type { Handler } from '../context.ts';
import { errFailed, errNotSupported } from '../errors.ts';
import { takeMapWithInfo } from '../refs.ts';
import type { Words } from '../words.ts';

/** Takes `cpu N index M`, both or none. */
function takePlace(words: Words): void {
  const given = new Set<string>();
  while (words.count > 0) {
    if (words.count < 2) words.end();
    if (words.takeIf('cpu')) {
      given.add('cpu');
      words.takeU32('CPU ID');
    } else if (words.takeIf('index')) {
      given.add('index');
      words.takeU32('index');
    } else {
      words.end();
    }
  }
  if (given.size === 1) throw errFailed('cpu and index must be specified together');
}

/**
 * `map event_pipe`. The rings of a perf event array are held by the fds of who opened them, and on a machine in a file
 * nobody else can run a program meanwhile: what would come out is nothing. The library reads such rings (`PerfBuffer`).
 */
export const mapEventPipe: Handler = async (context, words) => {
  const { objects } = await context.session();
  const { info } = takeMapWithInfo(objects, words);
  if (info.type !== bpf_map_type.BPF_MAP_TYPE_PERF_EVENT_ARRAY) throw errFailed('map is not a perf event array');
  takePlace(words);
  throw errNotSupported('ebpfts map event_pipe: rings end with the call that opens them');
};
