import type { Errno } from '../../syscall/index.ts';
import { errno } from '../../uapi/index.ts';
import { kernelAddress } from '../../vm/index.ts';
import type { BpfLink } from '../core/link.ts';
import type { TaskInfo } from '../core/task.ts';
import { fillMapStruct } from '../fixup/map-struct.ts';
import { KernelStruct } from '../layout/struct.ts';
import { errProgramFault } from './errors.ts';
import type { RunScope, Runtime } from './scope.ts';

/** Calls an iterator's program for one object; its fields by name, 0 for those past the end. */
type Visit = (fields: Readonly<Record<string, bigint>>) => number;

/** Walks the objects of one kind of iterator, and ends with a visit of nothing. */
type Walk = (runtime: Runtime, link: BpfLink, visit: Visit) => Errno | 0;

function walkTasks(runtime: Runtime, _link: BpfLink, visit: Visit): 0 {
  for (const task of runtime.tasks.list()) visit({ task: task.struct.address });
  visit({ task: 0n });
  return 0;
}

function walkMapElements(runtime: Runtime, link: BpfLink, visit: Visit): Errno | 0 {
  const map = runtime.state.maps.get(link.mapId);
  if (!map) return -errno.EBADF;
  const element = (key: number, value: number) =>
    visit({ map: map.address, key: kernelAddress(key), value: kernelAddress(value) });
  fillMapStruct(runtime.state, runtime.layout(), map);
  const walked = map.forEachElem(element, 0);
  if (walked < 0) return walked;
  visit({ map: map.address, key: 0n, value: 0n });
  return 0;
}

function walkMaps(runtime: Runtime, _link: BpfLink, visit: Visit): 0 {
  const { maps } = runtime.state;
  for (let id = maps.nextId(0); id >= 0; id = maps.nextId(id)) {
    const map = maps.get(id);
    if (!map) continue;
    fillMapStruct(runtime.state, runtime.layout(), map);
    visit({ map: map.address });
  }
  visit({ map: 0n });
  return 0;
}

const walks: Readonly<Record<string, Walk>> = {
  task: walkTasks,
  bpf_map: walkMaps,
  bpf_map_elem: walkMapElements,
};

/** The text of an iterator, as read(2) of it gives it. @returns -ENOTSUPP for a kind that is not there yet */
export function runIterator(runtime: Runtime, link: BpfLink, info: TaskInfo): Uint8Array | Errno {
  const target = link.attach.targetName ?? '';
  const walk = walks[target];
  const name = `bpf_iter__${target}`;
  const layout = runtime.layout();
  const size = layout.sizeOf(name);
  const prog = runtime.state.progs.get(link.progId);
  if (!walk || size === undefined || !prog) return -errno.ENOTSUPP;
  const parts: Uint8Array[] = [];
  const scope: RunScope = {
    runtime,
    prog,
    task: runtime.tasks.of(info),
    cpu: 0,
    cookie: link.cookie,
    returnValue: 0,
    cleanup: [],
    output: { write: (bytes) => parts.push(bytes.slice()) },
  };
  const { memory } = runtime.state;
  const alloc = (what: string, bytes: number) => memory.alloc(bytes, { kind: 'context', name: what });
  const regions = [alloc(name, size), alloc('bpf_iter_meta', 24), alloc('seq_file', layout.sizeOf('seq_file') ?? 128)];
  const [context, meta, seq] = regions.map((region) => new KernelStruct(memory, layout, region.offset));
  meta.set64('bpf_iter_meta.seq', seq.address);
  context.set64(`${name}.meta`, meta.address);
  let count = 0n;
  try {
    const walked = walk(runtime, link, (fields) => {
      for (const [field, value] of Object.entries(fields)) context.set64(`${name}.${field}`, value);
      meta.set64('bpf_iter_meta.seq_num', count++);
      const ended = runtime.run(scope, { context: context.address });
      if (!ended.ok) throw errProgramFault(ended.fault);
      return 0;
    });
    return walked < 0 ? walked : concat(parts);
  } finally {
    for (const region of regions) memory.free(region);
  }
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
