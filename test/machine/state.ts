import { createNodeHost } from '../../src/host/index.ts';
import { openMachine } from '../../src/machine/index.ts';
import type { System } from '../../src/syscall/index.ts';

/** What a machine says of one writer: the value of its map, how many programs there are; and what is wrong with it. */
export interface WriterState {
  readonly value: number;
  readonly mistakes: readonly string[];
}

/** Reads what `writer.ts` left of one label and checks that it is whole. */
export function readState(path: string, label: string): WriterState {
  const machine = openMachine({ host: createNodeHost(), name: path });
  return machine.read((kernel) => {
    const system = kernel.openProcess();
    const map = system.objGet(`/sys/fs/bpf/${label}/map`);
    if (map < 0) return { value: 0, mistakes: [] };
    const mistakes: string[] = [];
    const values = elementsOf(system, map);
    const different = new Set(values);
    if (values.length !== 1000) mistakes.push(`${values.length} elements`);
    if (different.size !== 1) mistakes.push(`values ${[...different].join(' ')}`);
    const prog = system.objGet(`/sys/fs/bpf/${label}/prog`);
    const info = prog < 0 ? undefined : system.objGetInfoByFd(prog);
    if (typeof info !== 'object' || info.kind !== 'prog') mistakes.push(`no program: ${prog}`);
    else {
      const mapInfo = system.objGetInfoByFd(map);
      const id = typeof mapInfo === 'object' && mapInfo.kind === 'map' ? mapInfo.id : 0;
      if (info.mapIds[0] !== id) mistakes.push(`the program has map ${info.mapIds[0]}, not ${id}`);
      if (info.xlated.length === 0) mistakes.push('the program has no instructions');
    }
    return { value: values[0], mistakes };
  });
}

function elementsOf(system: System, map: number): number[] {
  const values: number[] = [];
  for (let key = system.mapGetNextKey(map, undefined); typeof key !== 'number'; key = system.mapGetNextKey(map, key)) {
    const value = system.mapLookupElem(map, key);
    if (typeof value !== 'number') values.push(new DataView(value.buffer, value.byteOffset).getUint32(0, true));
  }
  return values;
}

/** How many objects there are of each kind. */
export function countObjects(path: string): { progs: number; maps: number } {
  const machine = openMachine({ host: createNodeHost(), name: path });
  return machine.read((kernel) => {
    const system = kernel.openProcess();
    const count = (kind: 'prog' | 'map') => {
      let n = 0;
      for (let id = system.objGetNextId(kind, 0); id > 0; id = system.objGetNextId(kind, id)) n++;
      return n;
    };
    return { progs: count('prog'), maps: count('map') };
  });
}
