import { ByteWriter } from '../base/index.ts';
import type { MapSpec, ProgramSpec } from '../object/index.ts';
import type { RelocatedObject } from '../relo/index.ts';
import { type Fd, isErrno, type System } from '../syscall/index.ts';
import { bpf_attach_type, bpf_flags } from '../uapi/index.ts';
import { errSyscall } from './errors.ts';

/** Values of the struct_ops maps, by map, with the fds of their programs put in. */
export function structOpsValues(
  { object, structOps }: RelocatedObject,
  programs: ReadonlyMap<ProgramSpec, { readonly fd: Fd }>,
): Map<MapSpec, Uint8Array> {
  const values = new Map<MapSpec, Uint8Array>();
  for (const { map, value, programs: members } of structOps) {
    const filled = value.slice();
    for (const { offset, program } of members) {
      const loaded = programs.get(program);
      if (loaded) filled.set(new ByteWriter(object.endian, 8).u64(BigInt(loaded.fd)).toBytes(), offset);
    }
    values.set(map, filled);
  }
  return values;
}

/** A struct_ops map to register. */
interface StructOpsMap {
  readonly system: System;
  readonly spec: MapSpec;
  readonly fd: Fd;
  readonly value: Uint8Array;
}

/**
 * Registers the operations. With BPF_F_LINK a link does it, else the update itself.
 * @returns the link's fd; undefined where the map stands for itself
 * @throws {SyscallError}
 */
export function registerStructOps({ system, spec, fd, value }: StructOpsMap): Fd | undefined {
  const updated = system.mapUpdateElem(fd, new Uint8Array(4), value);
  if (isErrno(updated)) throw errSyscall('BPF_MAP_UPDATE_ELEM', spec.name, updated);
  if ((spec.flags & bpf_flags.BPF_F_LINK) === 0) return undefined;
  const link = system.linkCreate({ progFd: fd, attachType: bpf_attach_type.BPF_STRUCT_OPS });
  if (isErrno(link)) throw errSyscall('BPF_LINK_CREATE', spec.name, link);
  return link;
}
