import { type Errno, type Fd, isErrno, type MappedMemory } from '../../syscall/index.ts';
import { errno } from '../../uapi/index.ts';
import type { Memory } from '../../vm/index.ts';
import type { PerfEvent } from '../core/perf-event.ts';
import { RingbufMap } from '../maps/ringbuf.ts';
import type { Caller } from '../process/caller.ts';

/** `struct perf_event_mmap_page`: where the positions and the place of the data stand in it. */
const DATA_HEAD = 1024;
const DATA_TAIL = 1032;
const DATA_OFFSET = 1040;
const DATA_SIZE = 1048;

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
  const event = perfEvents.expect(id);
  const dataSize = length - profile.pageSize;
  if (offset !== 0 || dataSize < 0 || !isPowerOfTwo(dataSize / profile.pageSize)) return -errno.EINVAL;
  if (event.ring && event.ring.dataSize !== dataSize) return -errno.EINVAL;
  if (!event.ring) {
    const region = memory.allocPages(length, {
      kind: 'object',
      name: `perf event ${id}`,
      readable: false,
      writable: false,
    });
    if (!region) return -errno.ENOMEM;
    const little = endian === 'little';
    memory.view().setBigUint64(region.offset + DATA_OFFSET, BigInt(profile.pageSize), little);
    memory.view().setBigUint64(region.offset + DATA_SIZE, BigInt(dataSize), little);
    event.ring = { region, dataSize };
  }
  perfEvents.hold(id);
  return mapping(memory, { offset: event.ring.region.offset, length }, () => perfEvents.drop(id));
}

function isPowerOfTwo(pages: number): boolean {
  return pages === 0 || (Number.isInteger(pages) && (pages & (pages - 1)) === 0);
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
    return state.waiters.wait(`perf_event ${file.id}`, () => hasRecords(caller, event), options);
  }
  const map = file.kind === 'map' ? state.maps.expect(file.id) : undefined;
  if (!(map instanceof RingbufMap)) return true;
  return state.waiters.wait(`map ${file.id}`, () => map.readable, options);
}

function hasRecords({ state }: Caller, event: PerfEvent): boolean {
  if (!event.ring) return false;
  const view = state.memory.view();
  const at = event.ring.region.offset;
  return view.getBigUint64(at + DATA_HEAD, true) !== view.getBigUint64(at + DATA_TAIL, true);
}
