import { ByteWriter } from '../base/index.ts';
import type { MapSpec, ProgramSpec } from '../object/index.ts';
import { type Fd, isErrno } from '../syscall/index.ts';
import type { CreatedMap, MapContext } from './create-maps.ts';
import { errSyscall } from './errors.ts';

/** Writes the values of struct_ops maps, the fds of their programs put in. */
export function fillStructOps(
  { system, object, relocated }: MapContext,
  maps: ReadonlyMap<MapSpec, CreatedMap>,
  programs: ReadonlyMap<ProgramSpec, Fd>,
): void {
  for (const { map: spec, value, programs: members } of relocated.structOps) {
    const map = maps.get(spec);
    if (map === undefined) continue;
    const filled = value.slice();
    for (const { offset, program } of members) {
      const fd = programs.get(program);
      if (fd !== undefined) filled.set(new ByteWriter(object.endian, 8).u64(BigInt(fd)).toBytes(), offset);
    }
    const updated = system.mapUpdateElem(map.fd, new Uint8Array(4), filled);
    if (isErrno(updated)) throw errSyscall('BPF_MAP_UPDATE_ELEM', spec.name, updated);
  }
}
