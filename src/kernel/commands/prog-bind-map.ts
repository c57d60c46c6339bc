import type { Errno, Fd } from '../../syscall/index.ts';
import { type Caller, idOfFd } from '../process/caller.ts';

/** BPF_PROG_BIND_MAP: the program holds the map from now on. */
export function progBindMap(caller: Caller, progFd: Fd, mapFd: Fd): Errno | 0 {
  const { state } = caller;
  const progId = idOfFd(caller, 'prog', progFd);
  if (progId < 0) return progId;
  const mapId = idOfFd(caller, 'map', mapFd);
  if (mapId < 0) return mapId;
  const prog = state.progs.expect(progId);
  if (prog.header.mapIds.includes(mapId)) return 0;
  prog.header.mapIds.push(mapId);
  state.maps.hold(mapId);
  state.progs.touch(progId);
  return 0;
}
