import type { MapSpec, ProgramSpec } from '../object/index.ts';
import type { RelocatedObject, RelocatedProgram } from '../relo/index.ts';
import { type Fd, isErrno, type LogBuffer, type ProgLoadAttr, type System } from '../syscall/index.ts';
import { bpf_prog_type, errno } from '../uapi/index.ts';
import type { LoadedBtf } from './adapt/adapt-btf.ts';
import { olderProgAttr } from './adapt/older-calls.ts';
import { replaceProbeReads } from './adapt/probe-read.ts';
import type { CreatedMap } from './create-maps.ts';
import { kernelName } from './create-maps.ts';
import { errAttachTarget, errModule, errNoProgType, errSyscall, ProgramLoadError } from './errors.ts';
import { KernelFeatures } from './features/kernel-features.ts';
import { fillFds } from './fill.ts';
import { completeReport, explainLog } from './log.ts';
import type { LoadOptions } from './options.ts';
import { kernelBtfInfos, kernelVersion } from './target.ts';

/** What programs are loaded with. */
export interface ProgramContext {
  readonly system: System;
  readonly relocated: RelocatedObject;
  readonly maps: ReadonlyMap<MapSpec, CreatedMap>;
  readonly btf: LoadedBtf;
  readonly options: LoadOptions;
}

/** A program in the kernel, and what the verifier said of it where that was asked for. */
export interface LoadedCode {
  readonly fd: Fd;
  readonly relocated: RelocatedProgram;
  readonly log: string;
}

/** Loads the object's programs one after the other; on failure those loaded so far are closed. */
export function loadPrograms(context: ProgramContext): Map<ProgramSpec, LoadedCode> {
  const { system, relocated, options } = context;
  const loaded = new Map<ProgramSpec, LoadedCode>();
  const modules = new ModuleFds(system);
  try {
    for (const program of relocated.programs) {
      loaded.set(program.spec, loadProgram(context, program, modules));
      options.progress?.(loaded.size, relocated.programs.length, program.spec);
    }
    return loaded;
  } catch (error) {
    for (const { fd } of loaded.values()) system.close(fd);
    throw error;
  } finally {
    modules.close();
  }
}

/** Fds of the BTF of modules, opened as they are asked for. */
class ModuleFds {
  readonly #system: System;
  readonly #fds = new Map<string, Fd>();

  constructor(system: System) {
    this.#system = system;
  }

  fd(name: string): Fd {
    const known = this.#fds.get(name);
    if (known !== undefined) return known;
    for (const { id, info } of kernelBtfInfos(this.#system)) {
      if (info.name !== name) continue;
      const fd = this.#system.objGetFdById('btf', id);
      if (isErrno(fd)) throw errSyscall('BPF_BTF_GET_FD_BY_ID', name, fd);
      this.#fds.set(name, fd);
      return fd;
    }
    throw errModule(name);
  }

  close(): void {
    for (const fd of this.#fds.values()) this.#system.close(fd);
  }
}

function loadProgram(context: ProgramContext, program: RelocatedProgram, modules: ModuleFds): LoadedCode {
  const { system, relocated, maps, options } = context;
  const { spec } = program;
  if (spec.progType === bpf_prog_type.BPF_PROG_TYPE_UNSPEC) throw errNoProgType(spec.name, spec.section);
  const insns = fillFds(program, {
    map: (map) => maps.get(map)?.fd,
    module: (name) => modules.fd(name),
  });
  const features = KernelFeatures.of(system);
  replaceProbeReads(insns, () => !features.has('probe_read_kernel'));
  let attr: ProgLoadAttr = { ...attributes(context, program, modules), insns: insns.bytes };
  const log: LogBuffer = { level: options.logLevel ?? 0, text: '' };
  const load = () => system.progLoad(log.level === 0 ? attr : { ...attr, log });
  let fd = load();
  if (fd === -errno.E2BIG) {
    attr = olderProgAttr(attr, spec, features);
    fd = load();
  }
  if (isErrno(fd) && log.level === 0) {
    const again: LogBuffer = { level: 1, text: '' };
    fd = system.progLoad({ ...attr, log: again });
    log.text = again.text;
    log.report = again.report;
  }
  if (isErrno(fd)) {
    const explained = explainLog(log.text, program, relocated);
    const report = log.report && completeReport(log.report, explained.hints, { program, relocated });
    throw new ProgramLoadError({ errno: fd, name: spec.name, section: spec.section, ...explained, report });
  }
  bindConstants(system, fd, maps);
  return { fd, relocated: program, log: log.text };
}

function attributes(
  { system, relocated, btf }: ProgramContext,
  program: RelocatedProgram,
  modules: ModuleFds,
): Omit<ProgLoadAttr, 'insns'> {
  const { spec, attach, funcInfo, lineInfo } = program;
  const { object, fdArray } = relocated;
  if (attach && 'problem' in attach) throw errAttachTarget(spec.name, attach.problem, attach.nearest?.());
  const kprobe = spec.progType === bpf_prog_type.BPF_PROG_TYPE_KPROBE;
  const withBtf = btf.fd !== undefined && btf.takesInfo;
  return {
    progType: spec.progType,
    license: object.license,
    kernVersion: kprobe ? kernelVersion(system.machineFacts().release) : object.kernVersion,
    progFlags: spec.flags,
    progName: kernelName(spec.name),
    expectedAttachType: program.expectedAttachType,
    progBtfFd: withBtf ? btf.fd : undefined,
    funcInfo: withBtf ? (btf.funcInfo.get(program) ?? funcInfo?.bytes) : undefined,
    funcInfoRecSize: withBtf ? funcInfo?.recordSize : undefined,
    lineInfo: withBtf ? lineInfo?.bytes : undefined,
    lineInfoRecSize: withBtf ? lineInfo?.recordSize : undefined,
    attachBtfId: attach?.btfId,
    attachBtfObjFd: attach?.module === undefined ? undefined : modules.fd(attach.module),
    fdArray: fdArray.length === 0 ? undefined : [0, ...fdArray.map((name) => modules.fd(name))],
  };
}

/** Constants stay with a program even where it does not refer to them: they may describe it (`bpf_metadata_…`). */
function bindConstants(system: System, fd: Fd, maps: ReadonlyMap<MapSpec, CreatedMap>): void {
  for (const [spec, map] of maps) {
    if (spec.origin === 'rodata') system.progBindMap(fd, map.fd);
  }
}
