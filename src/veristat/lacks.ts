import {
  type KernelProfile,
  kernelVersions,
  lackOf,
  lackOfFlags,
  lackOfHelper,
  lackOfType,
  type SinceRow,
  sinceText,
  switchVersions,
  versionAtLeast,
} from '../catalog/index.ts';
import { BPF_CALL, BPF_JMP, BPF_LD_IMM64, type Insns } from '../isa/index.ts';
import type { BpfObject, FunctionSpec, MapSpec, ProgramSpec } from '../object/index.ts';
import { lackingInsns } from '../verifier/index.ts';

/**
 * What a kernel of that version lacks of all that an object's programs (those that would be loaded) and maps name. A
 * program may be accepted all the same, where it only comes by what is lacking on newer kernels.
 */
export function lacksOf(object: BpfObject, version: string): SinceRow[] {
  if (versionAtLeast(version, kernelVersions().at(-1) ?? version)) return [];
  const rows = new Map<string, SinceRow>();
  for (const row of findLacks(object, version)) rows.set(sinceText(row), row);
  return [...rows.values()];
}

function* findLacks(object: BpfObject, version: string): Generator<SinceRow> {
  const programs = object.programs.filter(({ autoload }) => autoload);
  for (const map of object.maps) if (map.autocreate) yield* lacksOfMap(map, version);
  for (const program of programs) yield* lacksOfProgram(program, version);
  const functions = [...programs, ...object.subprograms];
  for (const { insns } of functions) {
    yield* lackingInsns(version, insns);
    yield* lacksOfCalls(insns, version);
  }
  for (const name of new Set(functions.flatMap(kfuncsOf))) yield* some(lackOf(version, 'kernel function', name));
}

function* lacksOfMap({ type, flags, inner }: MapSpec, version: string): Generator<SinceRow> {
  yield* some(lackOfType(version, 'map type', type));
  yield* some(lackOfFlags(version, 'map flag', flags));
  if (inner) yield* lacksOfMap(inner, version);
}

function* lacksOfProgram({ progType, expectedAttachType, flags }: ProgramSpec, version: string): Generator<SinceRow> {
  yield* some(lackOfType(version, 'program type', progType));
  if (expectedAttachType !== 0) yield* some(lackOfType(version, 'attach type', expectedAttachType));
  yield* some(lackOfFlags(version, 'load flag', flags));
}

function* lacksOfCalls(insns: Insns, version: string): Generator<SinceRow> {
  for (let i = 0; i < insns.length; i++) {
    const code = insns.code(i);
    if (code === (BPF_JMP | BPF_CALL) && insns.src(i) === 0) yield* some(lackOfHelper(version, insns.imm(i)));
    if (code === BPF_LD_IMM64) i++;
  }
}

/** Those that the function cannot do without. */
function kfuncsOf({ relocations }: FunctionSpec): string[] {
  return relocations.flatMap((relocation) =>
    relocation.kind === 'extern_call' && !relocation.extern.weak ? [relocation.extern.essentialName] : [],
  );
}

function* some(row: SinceRow | undefined): Generator<SinceRow> {
  if (row) yield row;
}

/** The first version of Linux that takes something, and what it has that the one before lacks. */
export interface FirstVersion {
  readonly version: string;
  /** Empty where the rules of its verifier are others. */
  readonly rows: readonly SinceRow[];
}

/**
 * Searches the versions after a kernel's for the first that takes what it refused.
 * @param takes asks one: the same kernel, but of another version
 * @returns undefined where none does that the catalogue knows
 */
export function firstVersion(
  object: BpfObject,
  profile: KernelProfile,
  takes: (profile: KernelProfile) => boolean,
): FirstVersion | undefined {
  const later = kernelVersions().filter((version) => !versionAtLeast(profile.version, version));
  const newest = later.at(-1);
  if (newest === undefined || !takes({ ...profile, version: `${newest}.0` })) return undefined;
  const rows = lacksOf(object, profile.version);
  const changes = new Set([...rows.map(({ since }) => since), ...switchVersions()]);
  const first = later.find((version) => {
    return version === newest || (changes.has(version) && takes({ ...profile, version: `${version}.0` }));
  });
  return first === undefined ? undefined : { version: first, rows: rows.filter(({ since }) => since === first) };
}

/** `5.17 (helper bpf_loop)` */
export function firstVersionText({ version, rows }: FirstVersion): string {
  return rows.length === 0 ? version : `${version} (${rows.map(sinceText).join(', ')})`;
}
