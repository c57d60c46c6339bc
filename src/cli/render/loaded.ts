import { columns } from './columns.ts';
import type { Json } from './json.ts';
import type { Table } from './table.ts';

/** One program that was loaded. */
export interface LoadedRow {
  readonly id: number;
  readonly type: string;
  readonly name: string;
  /** 16 hex digits. */
  readonly tag: string;
  /** Slots, with the functions that it calls. */
  readonly instructions: number;
  readonly maps: readonly string[];
  readonly relocations: { readonly resolved: number; readonly all: number };
  readonly pinned: string;
}

export function loadedTable(rows: readonly LoadedRow[]): Table {
  return {
    head: ['id', 'type', 'name', 'tag', 'instructions', 'maps', 'relocations', 'pinned'],
    styles: ['id', undefined, 'name', 'dim', 'number'],
    rows: rows.map((row) => [
      String(row.id),
      row.type,
      row.name,
      row.tag,
      String(row.instructions),
      row.maps.join(' '),
      `${row.relocations.resolved}/${row.relocations.all}`,
      row.pinned,
    ]),
  };
}

export function loadedPlain(rows: readonly LoadedRow[]): string {
  return columns(loadedTable(rows));
}

export function loadedJson(rows: readonly LoadedRow[]): Json {
  return rows.map(({ relocations, ...row }) => ({
    ...row,
    relocations: { resolved: relocations.resolved, all: relocations.all },
  }));
}
