import { bpf_attach_type, bpf_flags, bpf_func_id, bpf_map_type, bpf_prog_flags, bpf_prog_type } from '../uapi/index.ts';
import { FEATURES, type KernelFeature } from './features.table.ts';
import { helperName } from './names.ts';
import { SINCE } from './since.table.ts';
import { HELPER_SINCE } from './since-helpers.table.ts';
import { KFUNC_SINCE } from './since-kfuncs.table.ts';
import { versionAtLeast } from './version.ts';

/** What rows are of. */
export type SinceKind = keyof typeof SINCE | 'helper' | 'kernel function' | 'feature';

/** Something that kernels have since a version. */
export interface SinceRow {
  readonly kind: SinceKind;
  /** As linux/bpf.h or the kernel spells it: `BPF_MAP_TYPE_RINGBUF`, `bpf_loop`; a feature in words. */
  readonly name: string;
  /** `major.minor` */
  readonly since: string;
  /** A commit of Linux (12 digits), or where the fact stands. */
  readonly source: string;
}

const TEXTS: Readonly<Record<Exclude<SinceKind, 'feature'>, string>> = {
  ...SINCE,
  helper: HELPER_SINCE,
  'kernel function': KFUNC_SINCE,
};

const tables = new Map<SinceKind, ReadonlyMap<string, SinceRow>>();

/** All rows of a kind, by name. */
export function sinceRows(kind: SinceKind): ReadonlyMap<string, SinceRow> {
  let rows = tables.get(kind);
  if (!rows) tables.set(kind, (rows = new Map(rowsOf(kind).map((row) => [row.name, row]))));
  return rows;
}

function rowsOf(kind: SinceKind): SinceRow[] {
  if (kind === 'feature')
    return Object.values(FEATURES).map(([since, name, source]) => ({ kind, name, since, source }));
  const lines = TEXTS[kind].trim().split(/\s*\n\s*/);
  return lines.map((line) => {
    const [name, since, source] = line.split(' ');
    return { kind, name: kind === 'helper' ? `bpf_${name}` : name, since, source };
  });
}

/** The row of what a kernel of that version lacks; undefined where it has it, or nothing is known of that name. */
export function lackOf(version: string, kind: SinceKind, name: string): SinceRow | undefined {
  const row = sinceRows(kind).get(name);
  return row && !versionAtLeast(version, row.since) ? row : undefined;
}

/** What numbers of linux/bpf.h rows can be asked for. */
const TYPES = { 'program type': bpf_prog_type, 'map type': bpf_map_type, 'attach type': bpf_attach_type } as const;
const FLAGS = { 'map flag': bpf_flags, 'load flag': bpf_prog_flags } as const;

/** The same of a type by its number (BPF_MAP_TYPE_* ...); undefined also for a number that means nothing. */
export function lackOfType(version: string, kind: keyof typeof TYPES, type: number): SinceRow | undefined {
  const name = Object.entries<number>(TYPES[kind]).find(([, value]) => value === type)?.[0];
  return name === undefined ? undefined : lackOf(version, kind, name);
}

/** The same of flags that are set. */
export function lackOfFlags(version: string, kind: keyof typeof FLAGS, flags: number): SinceRow | undefined {
  if (flags === 0) return undefined;
  const values: Readonly<Record<string, number>> = FLAGS[kind];
  for (const name of sinceRows(kind).keys()) {
    const row = flags & (values[name] ?? 0) ? lackOf(version, kind, name) : undefined;
    if (row) return row;
  }
  return undefined;
}

/** The same of a feature. */
export function lackOfFeature(version: string, feature: KernelFeature): SinceRow | undefined {
  const [since, name, source] = FEATURES[feature];
  return versionAtLeast(version, since) ? undefined : { kind: 'feature', name, since, source };
}

/** Whether a kernel of that version has a feature. */
export function hasFeature(version: string, feature: KernelFeature): boolean {
  return versionAtLeast(version, FEATURES[feature][0]);
}

/** The same of a helper by its number; undefined also for a number that is no helper's. */
export function lackOfHelper(version: string, helper: number): SinceRow | undefined {
  return lackOf(version, 'helper', helperName(helper) ?? '');
}

/** Whether a kernel of that version has a helper of that number. */
export function hasHelper(version: string, helper: number): boolean {
  return helper > 0 && helper < bpf_func_id.__BPF_FUNC_MAX_ID && lackOfHelper(version, helper) === undefined;
}

/** `helper bpf_loop`, as it is said of what a kernel lacks. */
export function sinceText({ kind, name }: SinceRow): string {
  return kind === 'feature' ? name : `${kind} ${name}`;
}
