import { EbpftsError } from '../base/index.ts';
import type { BpfObject, ExternSpec, FunctionSpec, ProgramSpec } from '../object/index.ts';
import { bpf_attach_type, bpf_prog_type } from '../uapi/index.ts';
import { findAttachTarget } from './attach-target.ts';
import { ExceptionCallbacks } from './exception-callback.ts';
import type { ResolvedExterns } from './externs.ts';
import { nearestToExtern, resolveExterns } from './externs.ts';
import { FunctionCode } from './function-code.ts';
import { ProgramInfo } from './info.ts';
import { Linker } from './link.ts';
import type { RelocatedObject, RelocateOptions } from './options.ts';
import { patchRelocation } from './patch.ts';
import type { AttachProblem, AttachTarget, MapRef, ModuleRef, RelocatedProgram } from './program.ts';
import { Reports } from './report.ts';
import type { ResolvedStructOps } from './struct-ops.ts';
import { resolveStructOps } from './struct-ops.ts';

/** What all programs of an object share while it is relocated. */
interface Context {
  readonly object: BpfObject;
  readonly options: RelocateOptions;
  readonly externs: ResolvedExterns;
  readonly structOps: ResolvedStructOps;
  readonly code: FunctionCode;
  readonly info: ProgramInfo;
  readonly callbacks: ExceptionCallbacks;
  readonly reports: Reports;
}

/**
 * Makes the programs of an opened object loadable on a kernel: resolves externs, applies CO-RE, links subprograms into
 * their callers, points instructions at maps and data. Changes neither the object nor anything outside.
 *
 * @throws {ReloError} for the first thing that libbpf would refuse to load the object for, unless `lenient`
 * @see https://docs.kernel.org/bpf/libbpf/libbpf_overview.html
 * @example
 * import { readFileSync } from 'node:fs';
 * import { openObject, parseBtf, relocateObject } from 'ebpfts';
 *
 * const object = openObject(readFileSync('core_reads.bpf.o'), { name: 'core_reads' });
 * const target = parseBtf(readFileSync('/sys/kernel/btf/vmlinux'));
 * const { reports } = relocateObject(object, { target, lenient: true });
 * for (const { subject, outcome, detail } of reports) console.log(`${subject}: ${outcome}, ${detail}`);
 */
export function relocateObject(object: BpfObject, options: RelocateOptions): RelocatedObject {
  const reports = new Reports(object, options.lenient ?? false);
  const externs = resolveExterns(object, options, (extern, error) => {
    const kind = extern.kind === 'kconfig' ? 'kconfig' : extern.kind === 'kfunc' ? 'kfunc' : 'ksym';
    const nearest = () => nearestToExtern(extern, options);
    // A report of its own beside those of the instructions; an error says where the first of them is.
    const use = options.lenient ? undefined : firstUse(object, extern);
    reports.fail({ kind, function: use?.function, insn: use?.insn, subject: extern.name, nearest }, error);
  });
  const structOps = attempt(reports, 'struct_ops', () => resolveStructOps(object.maps, object.btf, options)) ?? {
    maps: [],
    uses: new Map(),
    autoload: new Map(),
  };
  const chosen = object.programs.filter((program) => structOps.autoload.get(program) ?? program.autoload);
  const code = new FunctionCode(object, { options, chosen, reports });
  const context: Context = {
    object,
    options,
    externs,
    structOps,
    code,
    info: new ProgramInfo(object, code.budget),
    callbacks: new ExceptionCallbacks(object),
    reports,
  };
  const programs = chosen
    .map((program) => attempt(reports, program.name, () => relocateProgram(program, context)))
    .filter((program) => program !== undefined);
  return {
    object,
    programs,
    structOps: structOps.maps,
    kconfig: externs.kconfig,
    fdArray: externs.fdArray,
    reports: reports.list,
    warnings: externs.warnings,
  };
}

/** The first instruction that refers to an extern. */
function firstUse(object: BpfObject, extern: ExternSpec): { function: FunctionSpec; insn: number } | undefined {
  for (const fn of [...object.programs, ...object.subprograms]) {
    const relocation = fn.relocations.find((row) => 'extern' in row && row.extern === extern);
    if (relocation) return { function: fn, insn: relocation.insn };
  }
  return undefined;
}

/** In lenient mode a failure becomes a report. */
function attempt<T>(reports: Reports, subject: string, run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof EbpftsError)) throw error;
    reports.fail({ kind: 'call', function: undefined, insn: undefined, subject }, error);
    return undefined;
  }
}

function relocateProgram(program: ProgramSpec, context: Context): RelocatedProgram {
  const { object, options, externs, code, info, callbacks, reports } = context;
  const linker = new Linker(program, {
    patched: (fn) => code.of(fn),
    budget: code.budget,
    findSubprogram: (slot) => code.findSubprogram(slot),
  });
  const callback = callbacks.of(program);
  if (callback !== undefined && !linker.has(callback)) linker.append(callback);
  const refs = { mapRefs: [] as MapRef[], moduleRefs: [] as ModuleRef[] };
  for (const part of linker.parts) {
    const isNew = reports.enter(part.fn);
    for (const relocation of part.fn.relocations) {
      const result = patchRelocation(part, relocation, { externs, refs });
      if (isNew) reports.add({ ...result, function: part.fn, insn: relocation.insn, subject: relocation.symbol });
    }
  }
  return {
    spec: program,
    insns: linker.toInsns(),
    ...refs,
    ...(object.btfExt ? info.of(linker.parts) : { funcInfo: undefined, lineInfo: undefined }),
    functions: linker.parts.map(({ fn, start, insns }) => ({ name: fn.name, start, length: insns.length })),
    ...loadFields(program, context.structOps, options),
  };
}

function loadFields(
  program: ProgramSpec,
  structOps: ResolvedStructOps,
  options: RelocateOptions,
): { expectedAttachType: number; attach: AttachTarget | AttachProblem | undefined } {
  const use = structOps.uses.get(program);
  if (use !== undefined) return { expectedAttachType: use.member, attach: { btfId: use.btfId, module: use.module } };
  if (program.progType === bpf_prog_type.BPF_PROG_TYPE_STRUCT_OPS) {
    const problem = `SEC("${program.section}") program isn't referenced anywhere, did you forget to use it?`;
    return { expectedAttachType: program.expectedAttachType, attach: { problem } };
  }
  const isMulti = program.sec?.usdt && options.hasUprobeMulti !== false;
  return {
    expectedAttachType: isMulti ? bpf_attach_type.BPF_TRACE_UPROBE_MULTI : program.expectedAttachType,
    attach: findAttachTarget(program, options),
  };
}
