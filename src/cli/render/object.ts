import { mapTypeNames, progTypeNames } from '../../catalog/index.ts';
import type { BpfObject, ExternSpec, MapSpec, ProgramSpec } from '../../object/index.ts';
import type { RelocationReport } from '../../relo/index.ts';
import { columns } from './columns.ts';
import type { Json } from './json.ts';
import type { Table } from './table.ts';

/** A global variable of a data section. */
export interface GlobalView {
  readonly name: string;
  readonly section: string;
  readonly type: string;
  /** Bytes from the start of the section. */
  readonly offset: number;
  /** Bytes. */
  readonly size: number;
}

/** An opened object, and how it fits a kernel. */
export interface ObjectView {
  readonly object: BpfObject;
  readonly globals: readonly GlobalView[];
  /** What it is relocated against. */
  readonly target: string;
  readonly relocations: readonly RelocationReport[];
}

const progTypeOf = ({ progType }: ProgramSpec) => progTypeNames[progType] ?? String(progType);
const mapTypeOf = ({ type }: MapSpec) => mapTypeNames[type] ?? String(type);

function programTable({ object }: ObjectView): Table {
  return {
    head: ['program', 'section', 'type', 'instructions', 'autoload'],
    styles: ['name', undefined, undefined, 'number'],
    rows: object.programs.map((program) => [
      program.name,
      program.section,
      progTypeOf(program),
      String(program.insns.length),
      program.autoload ? 'yes' : 'no',
    ]),
  };
}

function mapsTable({ object }: ObjectView): Table {
  return {
    head: ['map', 'type', 'key', 'value', 'entries', 'flags', 'section'],
    styles: ['name', undefined, 'number', 'number', 'number'],
    rows: object.maps.map((map) => [
      map.name,
      mapTypeOf(map),
      `${map.keySize}B`,
      `${map.valueSize}B`,
      String(map.maxEntries),
      `0x${map.flags.toString(16)}`,
      map.section,
    ]),
  };
}

function globalTable({ globals }: ObjectView): Table {
  return {
    head: ['global', 'type', 'section', 'offset', 'size'],
    styles: ['name', undefined, undefined, 'number', 'number'],
    rows: globals.map(({ name, type, section, offset, size }) => [name, type, section, String(offset), `${size}B`]),
  };
}

function externTable({ object }: ObjectView): Table {
  return {
    head: ['extern', 'kind', 'weak'],
    styles: ['name'],
    rows: object.externs.map(({ name, kind, weak }) => [name, kind, weak ? 'yes' : 'no']),
  };
}

function relocationTable({ relocations }: ObjectView): Table {
  return {
    head: ['relocation', 'instruction', 'what', 'outcome', 'detail'],
    styles: [undefined, undefined, 'name'],
    rows: relocations.map((report) => {
      const { kind, function: owner, insn, subject, outcome, detail } = report;
      const near = nearestNames(report);
      const hint = near ? `; nearest there: ${near.join(', ')}` : '';
      return [kind, owner ? `${owner.name}+${insn}` : '', subject, outcome, detail + hint];
    }),
  };
}

/** Everything that an object holds, part after part; parts without rows are left out. */
export function* objectPlain(view: ObjectView): Generator<string> {
  const { object } = view;
  const license = object.license ? `  license ${object.license}` : '';
  yield `${object.name}: ${object.endian} endian${license}${object.btf ? `  btf ${object.btf.typeCount - 1} types` : ''}\n`;
  for (const table of [programTable(view), mapsTable(view), globalTable(view), externTable(view)]) {
    if (table.rows.length > 0) yield `\n${columns(table)}`;
  }
  if (view.relocations.length === 0) return;
  const resolved = view.relocations.filter(({ outcome }) => outcome === 'resolved').length;
  yield `\n${resolved} of ${view.relocations.length} relocations resolved against ${view.target}\n`;
  yield columns(relocationTable(view));
}

export function objectJson(view: ObjectView): Json {
  const { object } = view;
  return {
    name: object.name,
    endian: object.endian,
    license: object.license,
    programs: object.programs.map((program) => ({
      name: program.name,
      section: program.section,
      type: progTypeOf(program),
      expected_attach_type: program.expectedAttachType || undefined,
      attach_target: program.attachTarget,
      instructions: program.insns.length,
      autoload: program.autoload,
    })),
    maps: object.maps.map(mapJson),
    globals: view.globals.map((each) => ({ ...each })),
    externs: object.externs.map(externJson),
    target: view.target,
    relocations: view.relocations.map(relocationJson),
    warnings: object.warnings,
  };
}

function mapJson(map: MapSpec): Json {
  return {
    name: map.name,
    type: mapTypeOf(map),
    section: map.section,
    bytes_key: map.keySize,
    bytes_value: map.valueSize,
    max_entries: map.maxEntries,
    flags: map.flags,
    map_extra: map.mapExtra || undefined,
    pinning: map.pinning === 'none' ? undefined : map.pinning,
    inner_map: map.inner && mapJson(map.inner),
    slots: map.slots.length > 0 ? map.slots.map((slot) => slot?.name ?? null) : undefined,
  };
}

function externJson(extern: ExternSpec): Json {
  return { name: extern.name, kind: extern.kind, weak: extern.weak };
}

function relocationJson(report: RelocationReport): Json {
  const { kind, function: owner, insn, subject, outcome, detail, code } = report;
  return { kind, function: owner?.name, insn, subject, outcome, detail, code, nearest: nearestNames(report) };
}

/** What the target has instead of what it does not have; undefined where that is nothing. */
function nearestNames({ outcome, nearest }: RelocationReport): readonly string[] | undefined {
  const names = outcome === 'poisoned' || outcome === 'failed' ? (nearest?.() ?? []) : [];
  return names.length > 0 ? names : undefined;
}
