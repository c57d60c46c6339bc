import { mapTypeNames, progTypeNames } from '../../catalog/index.ts';
import type { MapInfo } from '../../syscall/index.ts';
import { bpf_map_type } from '../../uapi/index.ts';
import type { Json } from './json.ts';
import type { Table } from './table.ts';

/** What `map show` says of one map. */
export interface MapView {
  readonly info: MapInfo;
  readonly pins: readonly string[];
  readonly showPins: boolean;
}

/** The first line of a map. */
export function mapHeaderPlain(info: MapInfo): string {
  const type = mapTypeNames[info.type];
  return [
    `${info.id}: ${type ?? `type ${info.type}`}  `,
    info.name ? `name ${info.name}  ` : '',
    `flags 0x${info.mapFlags.toString(16)}`,
    info.ifindex ? `  offloaded_to ifindex ${info.ifindex}` : '',
    '\n',
  ].join('');
}

export function mapHeaderJson(info: MapInfo): Record<string, Json | undefined> {
  return {
    id: info.id,
    type: mapTypeNames[info.type] ?? info.type,
    name: info.name || undefined,
    flags: info.mapFlags | 0,
  };
}

export function mapPlain({ info, pins }: MapView): string {
  let text = mapHeaderPlain(info);
  text += `\tkey ${info.keySize}B  value ${info.valueSize}B  max_entries ${info.maxEntries}  memlock ${info.memlock}B`;
  if (info.type === bpf_map_type.BPF_MAP_TYPE_PROG_ARRAY && info.ownerProgType !== undefined) {
    text += `\n\towner_prog_type ${progTypeNames[info.ownerProgType] ?? info.ownerProgType}  `;
    text += `owner${info.ownerJited ? '' : ' not'} jited`;
  }
  for (const path of pins) text += `\n\tpinned ${path}`;
  if (info.btfId || info.frozen) text += '\n\t';
  if (info.btfId) text += `btf_id ${info.btfId}`;
  if (info.frozen) text += `${info.btfId ? '  ' : ''}frozen`;
  return `${text}\n`;
}

export function mapJson({ info, pins, showPins }: MapView): Json {
  const owner = info.type === bpf_map_type.BPF_MAP_TYPE_PROG_ARRAY ? info.ownerProgType : undefined;
  return {
    ...mapHeaderJson(info),
    bytes_key: info.keySize,
    bytes_value: info.valueSize,
    max_entries: info.maxEntries,
    bytes_memlock: info.memlock,
    owner_prog_type: owner === undefined ? undefined : (progTypeNames[owner] ?? owner),
    owner_jited: owner === undefined ? undefined : info.ownerJited,
    frozen: info.frozen ? 1 : 0,
    btf_id: info.btfId || undefined,
    pinned: showPins ? pins : undefined,
  };
}

export function mapTable(views: readonly MapView[]): Table {
  const showPins = views.some((view) => view.showPins);
  return {
    head: ['id', 'type', 'name', 'key', 'value', 'entries', 'flags', ...(showPins ? ['pinned'] : [])],
    styles: ['id', undefined, 'name', 'number', 'number', 'number', 'dim'],
    rows: views.map(({ info, pins }) => [
      String(info.id),
      mapTypeNames[info.type] ?? String(info.type),
      info.name,
      `${info.keySize}B`,
      `${info.valueSize}B`,
      String(info.maxEntries),
      `0x${info.mapFlags.toString(16)}${info.frozen ? ' frozen' : ''}`,
      ...(showPins ? [pins.join('\n')] : []),
    ]),
  };
}
