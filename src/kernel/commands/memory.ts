import { type Errno, type Fd, isErrno, type MappedMemory } from '../../syscall/index.ts';
import { errno } from '../../uapi/index.ts';
import type { Memory } from '../../vm/index.ts';
import { PerfRing } from '../maps/perf-ring.ts';
import { RingbufMap } from '../maps/ringbuf.ts';
import type { Caller } from '../process/caller.ts';

/** What mmap(2) is asked for. */
export interface MmapRequest {
  /** Bytes, a multiple of the page size. */
  readonly offset: number;
  readonly length: number;
  readonly write: boolean;
}

/** mmap(2) of a map or a perf event. The mapping holds the map; `unmap` gives it back. */
export function mmap(caller: Caller, fd: Fd, request: MmapRequest): MappedMemory | Errno {
  const file = caller.fds.get(fd);
  if (!file) return -errno.EBADF;
  const { state } = caller;
  const { pageSize } = state.profile;
  if (request.length <= 0 || request.offset < 0 || request.offset % pageSize !== 0) return -errno.EINVAL;
  if (file.kind === 'perf_event') return mmapPerfEvent(caller, file.id, request);
  if (file.kind !== 'map') return -errno.ENODEV;
  if (!file.readable || (request.write && !file.writable)) return -errno.EACCES;
  const map = state.maps.expect(file.id);
  const range = map.mmapRange(request.offset, request.length, request.write);
  if (isErrno(range)) return range;
  state.memory.touch(range.offset, range.length);
  state.maps.holdForUser(file.id);
  return mapping(state.memory, range, () => state.maps.dropForUser(file.id));
}

function mmapPerfEvent(caller: Caller, id: number, { offset, length }: MmapRequest): MappedMemory | Errno {
  const { perfEvents, memory, profile, endian } = caller.state;
  const { pageSize } = profile;
  const event = perfEvents.expect(id);
  const dataPages = length / pageSize - 1;
  if (offset !== 0 || !Number.isInteger(Math.log2(dataPages))) return -errno.EINVAL;
  if (event.ring && event.ring.dataSize !== dataPages * pageSize) return -errno.EINVAL;
  if (!event.ring) {
    const options = { memory, endian, pageSize, dataPages, eventId: BigInt(id), name: `perf event ${id}` };
    event.ring = PerfRing.create(options);
    if (!event.ring) return -errno.ENOMEM;
    caller.state.trackRing(event);
    perfEvents.touch(id);
  }
  perfEvents.hold(id);
  return mapping(memory, { offset: event.ring.region.offset, length }, () => perfEvents.drop(id));
}

function mapping(
  memory: Memory,
  { offset, length }: { readonly offset: number; readonly length: number },
  release: () => void,
): MappedMemory {
  let mapped = true;
  return {
    length,
    bytes: () => memory.bytes().subarray(offset, offset + length),
    unmap() {
      if (mapped) release();
      mapped = false;
    },
  };
}

/** poll(2) for reading. */
export async function poll(
  caller: Caller,
  fd: Fd,
  options: { readonly timeoutMs?: number; readonly signal?: AbortSignal },
): Promise<boolean> {
  const file = caller.fds.get(fd);
  if (!file) return false;
  const { state } = caller;
  if (file.kind === 'perf_event') {
    const event = state.perfEvents.expect(file.id);
    return state.waiters.wait(`perf_event ${file.id}`, () => event.ring?.readable === true, options);
  }
  const map = file.kind === 'map' ? state.maps.expect(file.id) : undefined;
  if (!(map instanceof RingbufMap)) return true;
  return state.waiters.wait(`map ${file.id}`, () => map.readable, options);
}
