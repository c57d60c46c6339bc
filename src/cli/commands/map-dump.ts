import { type Fd, isErrno, type MapInfo } from '../../syscall/index.ts';
import { bpf_map_type, errno } from '../../uapi/index.ts';
import type { Handler } from '../context.ts';
import { entryFormat } from '../entry-format.ts';
import { errUsage, strerror } from '../errors.ts';
import type { KernelObjects } from '../kernel-objects.ts';
import { takeMaps } from '../refs.ts';
import { hexJson } from '../render/hex.ts';
import { Fields, type Json, JsonWriter } from '../render/json.ts';
import { mapHeaderJson, mapHeaderPlain } from '../render/map.ts';
import {
  type EntryFormat,
  entryErrorPlain,
  entryJson,
  entryPlain,
  isMapOfMaps,
  typedEntry,
} from '../render/map-entry.ts';

/** Prints every element of the maps that a reference means, read as they are printed. */
export const mapDump: Handler = async (context, words) => {
  if (words.count !== 2) throw errUsage();
  const { objects } = await context.session();
  const fds = takeMaps(objects, words);
  const maps = fds.map((fd) => {
    const info = objects.mapInfo(fd);
    return { fd, info, format: entryFormat(objects, info), stopped: 0 };
  });
  const typed = maps.every(({ info }) => info.btfId !== 0);
  return {
    status: () => maps.find(({ stopped }) => stopped !== 0)?.stopped ?? 0,
    plain: () => (typed ? typedDump(objects, maps) : plainDump(objects, maps)),
    json: () => {
      if (maps.length === 1) return entriesJson(objects, maps[0]);
      return maps.map((map) => ({ ...mapHeaderJson(map.info), elements: entriesJson(objects, map) }));
    },
  };
};

interface DumpedMap {
  readonly fd: Fd;
  readonly info: MapInfo;
  readonly format: EntryFormat;
  /** Negative errno where the map could not be read to its end. */
  stopped: number;
}

type Entry =
  | { readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly key: Uint8Array; readonly error: number };

/** Elements in the map's order; slots of maps and programs that are empty are left out. */
function* entries({ system }: KernelObjects, map: DumpedMap): Generator<Entry> {
  const { fd, info } = map;
  const holdsObjects = isMapOfMaps(info.type) || info.type === bpf_map_type.BPF_MAP_TYPE_PROG_ARRAY;
  for (let key: Uint8Array | undefined; ; ) {
    const next = system.mapGetNextKey(fd, key);
    if (isErrno(next)) {
      map.stopped = next === -errno.ENOENT ? 0 : next;
      return;
    }
    key = next as Uint8Array;
    const value = system.mapLookupElem(fd, key);
    if (!isErrno(value)) yield { key, value: value as Uint8Array };
    else if (!(holdsObjects && value === -errno.ENOENT)) yield { key, error: value };
  }
}

function errorPlain(format: EntryFormat, key: Uint8Array, error: number): string {
  const unreadable = format.info.type === bpf_map_type.BPF_MAP_TYPE_REUSEPORT_SOCKARRAY;
  if (error === -errno.ENOENT) return entryErrorPlain(format, key, '<no entry>');
  return entryErrorPlain(format, key, error === -errno.ENOSPC && unreadable ? '<cannot read>' : strerror(error));
}

function* plainDump(objects: KernelObjects, maps: readonly DumpedMap[]): Generator<string> {
  for (const [i, map] of maps.entries()) {
    if (maps.length > 1) yield mapHeaderPlain(map.info);
    const format = { ...map.format, btf: undefined };
    let found = 0;
    for (const entry of entries(objects, map)) {
      if ('value' in entry) found++;
      yield 'value' in entry ? entryPlain(format, entry.key, entry.value) : errorPlain(format, entry.key, entry.error);
    }
    yield `Found ${found} element${found === 1 ? '' : 's'}\n`;
    if (i < maps.length - 1) yield '\n';
  }
}

/** The form of maps with types: like JSON, for people. */
function* typedDump(objects: KernelObjects, maps: readonly DumpedMap[]): Generator<string> {
  const pieces: string[] = [];
  const writer = new JsonWriter((text) => pieces.push(text as string), true);
  if (maps.length > 1) writer.begin('[');
  for (const map of maps) {
    if (maps.length > 1) {
      writer.begin('{');
      for (const [name, value] of Object.entries(mapHeaderJson(map.info))) {
        if (value === undefined) continue;
        writer.name(name);
        writer.value(value);
      }
      writer.name('elements');
    }
    writer.begin('[');
    for (const entry of entries(objects, map)) {
      if ('value' in entry) writer.value(typedOrPlain(map.format, entry));
      writer.flush();
      if (!('value' in entry)) pieces.push(errorPlain(map.format, entry.key, entry.error));
      yield* pieces.splice(0);
    }
    writer.end(']');
    if (maps.length > 1) writer.end('}');
  }
  if (maps.length > 1) writer.end(']');
  writer.finish();
  yield* pieces;
}

function typedOrPlain(format: EntryFormat, { key, value }: { key: Uint8Array; value: Uint8Array }): Json {
  const { btf } = format;
  if (btf === undefined)
    return new Fields([
      ['key', hexJson(key)],
      ['value', hexJson(value)],
    ]);
  return typedEntry({ ...format, btf }, { key, value, plain: true });
}

function* entriesJson(objects: KernelObjects, map: DumpedMap): Generator<Json> {
  for (const entry of entries(objects, map)) {
    if ('value' in entry) yield entryJson(map.format, entry.key, entry.value);
    else yield { key: hexJson(entry.key), value: { error: strerror(entry.error) } };
  }
}
