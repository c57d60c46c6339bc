import type { Errno, Fd, MapCreateAttr } from '../../syscall/index.ts';
import { bpf_flags, errno } from '../../uapi/index.ts';
import type { BpfMap, MapBtf } from '../maps/map.ts';
import { createMap } from '../maps/registry.ts';
import { type Caller, type FileMode, idOfFd, installFd } from '../process/caller.ts';
import { mapBtfOf } from './map-btf.ts';
import { checkObjectName } from './name.ts';
import { checkMayCreate } from './privilege.ts';
import { checkMapVersion } from './since.ts';

/** How an fd opened with these BPF_F_RDONLY and BPF_F_WRONLY may be used; -EINVAL for both at once. */
export function fileMode(flags: number): FileMode | Errno {
  const readOnly = (flags & bpf_flags.BPF_F_RDONLY) !== 0;
  const writeOnly = (flags & bpf_flags.BPF_F_WRONLY) !== 0;
  return readOnly && writeOnly ? -errno.EINVAL : { readable: !writeOnly, writable: !readOnly };
}

/** BPF_MAP_CREATE. */
export function mapCreate(caller: Caller, attr: MapCreateAttr): Fd | Errno {
  const mode = fileMode(attr.mapFlags ?? 0);
  if (typeof mode === 'number') return mode;
  const named = checkObjectName(attr.mapName ?? '');
  if (named < 0) return named;
  const older = checkMapVersion(caller.state.profile.version, attr);
  if (older < 0) return older;
  const forbidden = checkMayCreate(caller, attr);
  if (forbidden < 0) return forbidden;
  const btf = mapBtf(caller, attr);
  if (typeof btf === 'number') return btf;
  const { state } = caller;
  const innerMap = innerMapOf(caller, attr);
  const map = state.maps.add((id) => createMap(state.mapHost, { id, attr, innerMap, btf }));
  if (typeof map === 'number') return map;
  for (const btfId of [map.spec.btfId, map.spec.inner?.btfId]) if (btfId) state.btfs.hold(btfId);
  state.trackMap(map);
  return installFd(caller, 'map', map.id, mode);
}

function innerMapOf(caller: Caller, attr: MapCreateAttr): BpfMap | Errno {
  const id = idOfFd(caller, 'map', attr.innerMapFd ?? 0);
  return id < 0 ? id : caller.state.maps.expect(id);
}

function mapBtf(caller: Caller, attr: MapCreateAttr): MapBtf | undefined | Errno {
  if (!attr.btfValueTypeId) return undefined;
  const btfId = idOfFd(caller, 'btf', attr.btfFd ?? 0);
  if (btfId < 0) return btfId;
  const btf = caller.state.btfs.expect(btfId);
  return btf.kernelBtf ? -errno.EACCES : mapBtfOf(btf, attr, caller.state.profile.version);
}
