import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Process } from '../../src/kernel/index.ts';
import { loadObject } from '../../src/loader/index.ts';
import { openObject } from '../../src/object/index.ts';
import type { Errno, Fd, MapCreateAttr, ProgLoadAttr, System } from '../../src/syscall/index.ts';
import { bpf_map_type } from '../../src/uapi/index.ts';
import type { LiveKernel } from './live-kernel.ts';

/** What an object asks of a kernel before its programs are loaded, in order; `fd` is what it got. */
type Preparation =
  | { readonly kind: 'btf'; readonly fd: Fd; readonly btf: Uint8Array }
  | { readonly kind: 'map'; readonly fd: Fd; readonly attr: MapCreateAttr }
  | { readonly kind: 'update'; readonly fd: Fd; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly kind: 'freeze'; readonly fd: Fd };

/** The programs of an object as they would be loaded, and what has to be there for them. */
export interface Captured {
  readonly programs: readonly ProgLoadAttr[];
  readonly preparations: readonly Preparation[];
}

const FAKE_FD = 100_000;

/** Opens an object in an emulated process up to the point where its programs would be loaded. */
export function captureObject(path: string, process: Process): Captured {
  const names = new Set<string | undefined>();
  const programs: ProgLoadAttr[] = [];
  const preparations: Preparation[] = [];
  const got = <T extends Fd | Errno>(fd: T, preparation: Preparation): T => {
    if (fd >= 0) preparations.push(preparation);
    return fd;
  };
  const changes: Partial<System> = {
    progLoad(attr) {
      if (!names.has(attr.progName)) return process.progLoad(attr);
      programs.push(attr);
      return FAKE_FD + programs.length;
    },
    btfLoad(attr) {
      const fd = process.btfLoad(attr);
      return got(fd, { kind: 'btf', fd, btf: attr.btf });
    },
    mapCreate(attr) {
      const fd = process.mapCreate(attr);
      return got(fd, { kind: 'map', fd, attr });
    },
    mapUpdateElem(fd, key, value, flags) {
      return got(process.mapUpdateElem(fd, key, value, flags), { kind: 'update', fd, key, value });
    },
    mapFreeze: (fd) => got(process.mapFreeze(fd), { kind: 'freeze', fd }),
    close: () => 0,
    progBindMap: () => 0,
  };
  const system = new Proxy(process as System, {
    get(target, property) {
      const value = Reflect.get(property in changes ? changes : target, property);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  try {
    const object = openObject(readFileSync(path), { name: basename(path) });
    for (const program of object.programs) {
      program.autoload = true;
      names.add(program.name.slice(0, 15));
    }
    loadObject(system, object);
  } catch {
    // What was captured until then is as good.
  }
  return { programs, preparations };
}

const OF_MAPS: readonly number[] = [bpf_map_type.BPF_MAP_TYPE_ARRAY_OF_MAPS, bpf_map_type.BPF_MAP_TYPE_HASH_OF_MAPS];

/** Does the same in the running kernel. @returns its fds by those of the emulated process */
export async function prepareLive(live: LiveKernel, preparations: readonly Preparation[]): Promise<Map<Fd, Fd>> {
  const fds = new Map<Fd, Fd>();
  const ofMaps = new Set<Fd>();
  const known = (fd: Fd | undefined) => (fd ? fds.get(fd) : undefined);
  for (const step of preparations) {
    if (step.kind === 'btf') fds.set(step.fd, (await live.btfLoad(step)).result);
    else if (step.kind === 'map') {
      const { attr } = step;
      const own = { btfFd: known(attr.btfFd), innerMapFd: known(attr.innerMapFd) };
      fds.set(step.fd, (await live.mapCreate({ ...attr, ...own })).result);
      if (OF_MAPS.includes(attr.mapType)) ofMaps.add(step.fd);
    } else if (step.kind === 'freeze') await live.mapFreeze(known(step.fd) ?? -1);
    else {
      const value = ofMaps.has(step.fd) ? innerFd(step.value, fds) : step.value;
      await live.mapUpdate(known(step.fd) ?? -1, step.key, value);
    }
  }
  return fds;
}

function innerFd(value: Uint8Array, fds: ReadonlyMap<Fd, Fd>): Uint8Array {
  const fd = new DataView(value.buffer, value.byteOffset).getInt32(0, true);
  return new Uint8Array(Int32Array.of(fds.get(fd) ?? -1).buffer);
}
