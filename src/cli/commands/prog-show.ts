import type { Fd, MapInfo, ProgInfo } from '../../syscall/index.ts';
import { isErrno } from '../../syscall/index.ts';
import { bpf_map_type } from '../../uapi/index.ts';
import type { Handler } from '../context.ts';
import type { KernelObjects } from '../kernel-objects.ts';
import { takeProgs } from '../refs.ts';
import { btfValue } from '../render/btf-value.ts';
import type { Json } from '../render/json.ts';
import { type ProgView, progJson, progPlain, progTable } from '../render/prog.ts';

/** Lists programs: all of them, or those that a reference means. */
export const progShow: Handler = async (context, words) => {
  const { objects } = await context.session();
  const pins = context.options.bpffs ? objects.pins('prog') : new Map<number, string[]>();
  const one = words.count === 2;
  const fds = one ? takeProgs(objects, words) : undefined;
  words.end();
  const view = (fd: Fd) => progView(objects, fd, pins);
  const views = fds ? fds.map(view) : objects.map('prog', view);
  return {
    plain: () => views.map(progPlain),
    json: () => (one && views.length === 1 ? progJson(views[0]) : views.map(progJson)),
    table: one ? undefined : () => progTable(views),
  };
};

/** What is shown of a program. */
function progView(objects: KernelObjects, fd: Fd, pins: ReadonlyMap<number, string[]>): ProgView {
  const info = objects.progInfo(fd);
  return {
    info,
    name: objects.progFullName(info),
    loadedAt: Number((info.loadTime + objects.system.machineFacts().bootTimeNs) / 1_000_000_000n),
    pins: pins.get(info.id) ?? [],
    showPins: pins.size > 0,
    metadata: [...metadata(objects, info)],
  };
}

const METADATA_PREFIX = 'bpf_metadata_';

/** Constants of a program that describe it. */
function* metadata(objects: KernelObjects, { mapIds }: ProgInfo): Generator<[string, Json, Json]> {
  const { system } = objects;
  for (const id of mapIds) {
    const fd = system.objGetFdById('map', id);
    if (isErrno(fd)) return;
    const info = objects.mapInfo(fd);
    const value = isConstants(info) ? system.mapLookupElem(fd, new Uint8Array(4)) : undefined;
    system.close(fd);
    if (value === undefined) continue;
    if (isErrno(value)) return;
    yield* variables(objects, info, value as Uint8Array);
    return;
  }
}

function isConstants(info: MapInfo): boolean {
  return (
    info.type === bpf_map_type.BPF_MAP_TYPE_ARRAY &&
    info.keySize === 4 &&
    info.maxEntries === 1 &&
    info.btfValueTypeId !== 0 &&
    info.name.includes('.rodata')
  );
}

function* variables(objects: KernelObjects, info: MapInfo, value: Uint8Array): Generator<[string, Json, Json]> {
  const btf = objects.btf(info.btfId);
  const section = btf.typeById(info.btfValueTypeId);
  if (section.kind !== 'DATASEC') return;
  const { endian } = objects.system.machineFacts();
  for (const { type, offset, size } of section.vars) {
    const variable = btf.typeById(type);
    if (variable.kind !== 'VAR' || !variable.name.startsWith(METADATA_PREFIX)) continue;
    const bytes = value.subarray(offset, offset + size);
    const print = (plain: boolean) => btfValue({ btf, endian, plain }, variable.type, bytes);
    yield [variable.name.slice(METADATA_PREFIX.length), print(true), print(false)];
  }
}
