import { EbpftsError } from '../../base/index.ts';
import { progTypeNames } from '../../catalog/index.ts';
import { type Link, type LoadedObject, type LoadedProgram, SyscallError } from '../../loader/index.ts';
import type { BpfObject } from '../../object/index.ts';
import type { ProgInfo, System } from '../../syscall/index.ts';
import { hostBinaries } from '../binaries.ts';
import { BPFFS, preparePinDirectory, preparePinFile, removeTree } from '../bpffs.ts';
import { readBtfFile } from '../btf-file.ts';
import type { Context, Handler } from '../context.ts';
import { errFailed, strerror } from '../errors.ts';
import { readKconfigFile } from '../kconfig-file.ts';
import { type LoadArguments, replacedMaps, takeLoadArguments } from '../load-arguments.ts';
import { loadOrExplain } from '../load-refusal.ts';
import { openObjectFile } from '../object-file.ts';
import type { Printer } from '../printer.ts';
import { type LoadedRow, loadedJson, loadedPlain, loadedTable } from '../render/loaded.ts';
import { DONE, type Report } from '../report.ts';
import type { Words } from '../words.ts';

const NOT_VERIFIED = 'Warning: safety was not verified: only the structure of programs was checked';
/** Everything that the verifier can say: both levels of states, and statistics. */
const LOG_ALL = 1 + 2 + 4;

/** `prog load`: pins the object's first program, or without a path everything that it has. */
export const progLoad: Handler = (context, words) => load(context, words, 'first');

/** `prog loadall`: pins every program of the object. */
export const progLoadAll: Handler = (context, words) => load(context, words, 'all');

async function load(context: Context, words: Words, which: 'first' | 'all'): Promise<Report> {
  words.need(which === 'all' ? 2 : 1);
  const file = words.take();
  const args = await takeLoadArguments(context, words);
  if (args.path === undefined && which === 'all') throw errFailed(`'loadall' needs a path after ${file}`);
  const object = openObjectFile(context, file);
  setTypes(object, args);
  const session = await context.session();
  const { system, verify } = session;
  const options = {
    reuse: replacedMaps(object, args),
    coreTarget: coreTarget(context, args),
    kconfig: readKconfigFile(context),
    logLevel: context.options.debug ? LOG_ALL : 0,
    progress: progress(context),
    binaries: hostBinaries(context.io),
  };
  const loaded = loadOrExplain(context, { object, session, options });
  if (args.path !== undefined) {
    if (which === 'first') preparePinFile(context, system, args.path);
    else preparePinDirectory(context, system, args.path);
  }
  for (const warning of loaded.relocated.warnings) context.printer.info(`Warning: ${warning}`);
  if (verify === 'structure') context.printer.info(NOT_VERIFIED);
  for (const { log } of loaded.programs) if (log !== '') context.printer.info(log.trimEnd());
  const how = { autoattach: args.autoattach, printer: context.printer };
  if (args.path === undefined) {
    const rows = pinEverything(system, loaded, {
      ...how,
      directory: `${BPFFS}/${pinName(stem(file))}`,
    });
    return { plain: () => loadedPlain(rows), json: () => loadedJson(rows), table: () => loadedTable(rows) };
  }
  if (which === 'first') pinFirst(loaded, args.path, how);
  else pinAll(system, loaded, { ...how, directory: args.path });
  if (args.pinmaps !== undefined) {
    try {
      pinMaps(context, system, { loaded, directory: args.pinmaps });
    } catch (error) {
      if (which === 'first') system.unlink(args.path);
      else for (const { name } of loaded.programs) system.unlink(`${args.path}/${name}`);
      throw error;
    }
  }
  loaded.close();
  return DONE;
}

function setTypes(object: BpfObject, { type }: LoadArguments): void {
  if (type === undefined) return;
  for (const program of object.programs) {
    program.progType = type.progType;
    program.expectedAttachType = type.attachType;
  }
}

function coreTarget({ io, options }: Context, args: LoadArguments) {
  const path = args.kernelBtf ?? options.btf;
  return path === undefined ? undefined : readBtfFile(io, path);
}

/** A line on the terminal that counts programs, where there are many. */
function progress({ io }: Context): ((done: number, of: number) => void) | undefined {
  if (!io.progress) return undefined;
  return (done, of) => {
    if (of < 10) return;
    io.err(done === of ? '\r\x1b[K' : `\rloading ${done}/${of} programs`);
  };
}

function pinFirst(loaded: LoadedObject, path: string, how: PinOptions): void {
  const [first] = loaded.programs;
  if (first === undefined) throw errFailed("object file doesn't contain any bpf program");
  orPinFailure(`program ${first.spec.section}`, path, () => pinProgram(first, path, how));
}

/** Pins something; where that fails, it is said as bpftool says it, and why. */
function orPinFailure(what: string, path: string, pin: () => void): void {
  try {
    pin();
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error;
    throw errFailed(`failed to pin ${what}: ${path}: ${strerror(error.errno)}`);
  }
}

/** Attaches a program; where that cannot be done, it is said and the program is pinned all the same. */
function attach(program: LoadedProgram, printer: Printer): Link | undefined {
  try {
    return program.attach();
  } catch (error) {
    if (!(error instanceof EbpftsError) || error.code === 'LOADER_NOT_SUPPORTED') throw error;
    printer.info(error.message);
    return undefined;
  }
}

/** How programs are pinned. */
interface PinOptions {
  /** Their links instead, where their sections name a place. */
  readonly autoattach: boolean;
  readonly printer: Printer;
}

/** How everything is pinned under one directory. */
interface PinDirectory extends PinOptions {
  readonly directory: string;
}

/** Pins a program, or the link that attaches it. */
function pinProgram(program: LoadedProgram, path: string, { autoattach, printer }: PinOptions): void {
  if (!autoattach) {
    program.pin(path);
    return;
  }
  const link = attach(program, printer);
  if (link === undefined) {
    printer.info(`Program ${program.name} does not support autoattach, falling back to pinning`);
    program.pin(path);
    return;
  }
  link.pin(path);
  link.close();
}

/** Pins every program in a directory, or none. */
function pinAll(system: System, loaded: LoadedObject, { directory, ...how }: PinDirectory): void {
  const pinned: string[] = [];
  try {
    for (const program of loaded.programs) {
      const path = `${directory}/${program.name}`;
      orPinFailure('all programs', path, () => pinProgram(program, path, how));
      pinned.push(path);
    }
  } catch (error) {
    for (const path of pinned) system.unlink(path);
    throw error;
  }
}

/** A file's name without directories and what follows the first dot. */
const stem = (path: string) => path.slice(path.lastIndexOf('/') + 1).split('.', 1)[0];

/** A bpffs keeps names with a dot for itself. */
const pinName = (name: string) => name.replaceAll('.', '_');

function pinMaps(
  context: Context,
  system: System,
  { loaded, directory }: { loaded: LoadedObject; directory: string },
): void {
  preparePinDirectory(context, system, directory);
  const pinned: string[] = [];
  try {
    for (const map of loaded.maps.filter(({ pinPath }) => pinPath === undefined)) {
      const path = `${directory}/${pinName(map.name)}`;
      orPinFailure('all maps', path, () => map.pin(path));
      pinned.push(path);
    }
  } catch (error) {
    for (const path of pinned) system.unlink(path);
    throw error;
  }
}

/** Pins every program and map under the object's name, in place of what an earlier call left there. */
function pinEverything(
  system: System,
  loaded: LoadedObject,
  { directory, autoattach, printer }: PinDirectory,
): LoadedRow[] {
  removeTree(system, directory);
  const links = new Map(autoattach ? loaded.programs.map((program) => [program, attach(program, printer)]) : []);
  for (const program of loaded.programs) {
    const link = links.get(program);
    program.pin(`${directory}/${pinName(program.name)}`);
    link?.pin(`${directory}/${pinName(program.name)}_link`);
  }
  const taken = new Set(loaded.programs.map(({ name }) => pinName(name)));
  for (const map of loaded.maps) {
    const name = pinName(map.name);
    map.pin(`${directory}/${taken.has(name) ? `${name}_map` : name}`);
  }
  const rows = loaded.programs.map((program) => row(system, loaded, { program, directory }));
  loaded.close();
  return rows;
}

function row(
  system: System,
  { relocated }: LoadedObject,
  { program, directory }: { program: LoadedProgram; directory: string },
): LoadedRow {
  const info = system.objGetInfoByFd(program.fd) as ProgInfo;
  const functions = new Set(program.relocated.functions.map(({ name }) => name));
  const reports = relocated.reports.filter((report) => report.function && functions.has(report.function.name));
  return {
    id: info.id,
    type: progTypeNames[info.type] ?? String(info.type),
    name: program.name,
    tag: info.tag,
    instructions: program.relocated.insns.length,
    maps: [...new Set(program.relocated.mapRefs.map(({ map }) => map.name))],
    relocations: { resolved: reports.filter(({ outcome }) => outcome === 'resolved').length, all: reports.length },
    pinned: `${directory}/${pinName(program.name)}`,
  };
}
