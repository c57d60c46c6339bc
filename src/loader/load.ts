import type { BpfObject } from '../object/index.ts';
import { relocateObject } from '../relo/index.ts';
import type { Fd, System } from '../syscall/index.ts';
import { loadBtf } from './adapt/adapt-btf.ts';
import { createMaps, fillProgramSlots, type MapContext } from './create-maps.ts';
import { errEndian } from './errors.ts';
import { loadPrograms } from './load-programs.ts';
import { LoadedObject } from './loaded.ts';
import type { LoadOptions } from './options.ts';
import { relocationTarget } from './target.ts';

/**
 * Relocates an opened object against the kernel behind `system` and loads it: BTF, maps, programs. Either all of it is
 * loaded, or nothing stays behind (but for maps that were pinned on the way).
 *
 * @throws {LoaderError} `LOADER_ENDIAN` where the byte orders differ, {ReloError} where it does not fit the kernel,
 *   {ProgramLoadError} where a program is refused, {SyscallError} where another call is
 * @example
 * import { readFileSync } from 'node:fs';
 * import { createKernel, loadObject, openObject } from 'ebpfts';
 * import { createNodeHost } from 'ebpfts/host';
 * import { newProfile } from 'ebpfts/machine';
 *
 * const kernel = createKernel({ profile: newProfile(createNodeHost()) });
 * const object = openObject(readFileSync('xdp_drop.bpf.o'), { name: 'xdp_drop' });
 * const loaded = loadObject(kernel.openProcess(), object, { kconfig: 'CONFIG_HZ=1000' });
 * console.log(loaded.program('xdp_drop').testRun({ dataIn: new Uint8Array(64) }).retval);
 */
export function loadObject(system: System, object: BpfObject, options: LoadOptions = {}): LoadedObject {
  const { endian } = system.machineFacts();
  if (object.endian !== endian) throw errEndian(object.name, object.endian, endian);
  const relocated = relocateObject(object, relocationTarget(system, options));
  const btf = loadBtf(system, relocated);
  const context: MapContext = { system, object, relocated, btfFd: btf.fd, options };
  try {
    const maps = createMaps(context);
    const programs = orClose(system, maps, () => loadPrograms({ system, relocated, maps, btf, options }));
    const loaded = new LoadedObject({ system, object, relocated, maps, programs, options });
    const fds = new Map([...programs].map(([spec, { fd }]) => [spec, fd]));
    return orClose(system, [...programs, ...maps], () => {
      fillProgramSlots(context, maps, fds);
      return loaded;
    });
  } finally {
    if (btf.fd !== undefined) system.close(btf.fd);
  }
}

/** Does something; where it fails, closes what was held until then. */
function orClose<T>(system: System, held: Iterable<readonly [unknown, { readonly fd: Fd }]>, action: () => T): T {
  try {
    return action();
  } catch (error) {
    for (const [, { fd }] of held) system.close(fd);
    throw error;
  }
}
