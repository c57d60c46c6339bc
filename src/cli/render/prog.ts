import { progTypeNames } from '../../catalog/index.ts';
import type { ProgInfo } from '../../syscall/index.ts';
import type { Json } from './json.ts';
import { formatJson } from './json.ts';
import type { Table } from './table.ts';

/** What `prog show` says of one program. */
export interface ProgView {
  readonly info: ProgInfo;
  readonly name: string;
  /** Seconds since 1970. */
  readonly loadedAt: number;
  /** Paths; empty unless they were asked for. */
  readonly pins: readonly string[];
  /** Whether any object is pinned at all and pins were asked for: JSON then names even no path. */
  readonly showPins: boolean;
  /** Variables named `bpf_metadata_…`, without that prefix. */
  readonly metadata: readonly (readonly [name: string, plain: Json, json: Json])[];
}

/** The first line of a program. */
export function progHeaderPlain(info: ProgInfo, name: string): string {
  const type = progTypeNames[info.type];
  return [
    `${info.id}: ${type ?? `type ${info.type}`}  `,
    name ? `name ${name}  ` : '',
    `tag ${info.tag}`,
    info.ifindex ? `  offloaded_to ifindex ${info.ifindex}` : '',
    info.gplCompatible ? '  gpl' : '',
    info.runTimeNs ? ` run_time_ns ${info.runTimeNs} run_cnt ${info.runCnt}` : '',
    info.recursionMisses ? ` recursion_misses ${info.recursionMisses}` : '',
    '\n',
  ].join('');
}

export function progHeaderJson(info: ProgInfo, name: string): Record<string, Json | undefined> {
  return {
    id: info.id,
    type: progTypeNames[info.type] ?? info.type,
    name: name || undefined,
    tag: info.tag,
    gpl_compatible: info.gplCompatible,
    run_time_ns: info.runTimeNs || undefined,
    run_cnt: info.runTimeNs ? info.runCnt : undefined,
    recursion_misses: info.recursionMisses || undefined,
  };
}

export function progPlain({ info, name, loadedAt, pins, metadata }: ProgView): string {
  let text = progHeaderPlain(info, name);
  if (info.loadTime) text += `\tloaded_at ${localTime(loadedAt)}  uid ${info.createdByUid}\n`;
  text += `\txlated ${info.xlatedLen}B`;
  text += info.jitedLen ? `  jited ${info.jitedLen}B` : '  not jited';
  text += `  memlock ${info.memlock}B`;
  if (info.mapIds.length > 0) text += `  map_ids ${info.mapIds.join(',')}`;
  for (const path of pins) text += `\n\tpinned ${path}`;
  if (info.btfId) text += `\n\tbtf_id ${info.btfId}`;
  text += '\n';
  if (metadata.length > 0) text += '\tmetadata:';
  for (const [variable, plain] of metadata) text += `\n\t\t${variable} = ${formatJson(plain, false)}`;
  return metadata.length > 0 ? `${text}\n` : text;
}

export function progJson({ info, name, loadedAt, pins, showPins, metadata }: ProgView): Json {
  const values = Object.fromEntries(metadata.map(([variable, , json]) => [variable, json]));
  return {
    ...progHeaderJson(info, name),
    loaded_at: info.loadTime ? loadedAt : undefined,
    uid: info.loadTime ? info.createdByUid : undefined,
    orphaned: false,
    bytes_xlated: info.xlatedLen,
    jited: info.jitedLen > 0,
    bytes_jited: info.jitedLen || undefined,
    bytes_memlock: info.memlock,
    map_ids: info.mapIds.length > 0 ? info.mapIds : undefined,
    btf_id: info.btfId || undefined,
    pinned: showPins ? pins : undefined,
    metadata: metadata.length > 0 ? values : undefined,
  };
}

export function progTable(views: readonly ProgView[]): Table {
  const showPins = views.some((view) => view.showPins);
  return {
    head: ['id', 'type', 'name', 'tag', 'xlated', 'maps', 'loaded at', ...(showPins ? ['pinned'] : [])],
    styles: ['id', undefined, 'name', 'dim', 'number'],
    rows: views.map(({ info, name, loadedAt, pins }) => [
      String(info.id),
      progTypeNames[info.type] ?? String(info.type),
      name,
      info.tag,
      `${info.xlatedLen}B`,
      info.mapIds.join(','),
      localTime(loadedAt).slice(0, -5).replace('T', ' '),
      ...(showPins ? [pins.join('\n')] : []),
    ]),
  };
}

/** `2026-11-21T12:30:15+0000` of the local time zone. */
export function localTime(seconds: number): string {
  const date = new Date(seconds * 1000);
  const two = (value: number) => String(value).padStart(2, '0');
  const offset = -date.getTimezoneOffset();
  const zone = `${offset < 0 ? '-' : '+'}${two(Math.floor(Math.abs(offset) / 60))}${two(Math.abs(offset) % 60)}`;
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}${zone}`;
}
