import type { BpfObject, MapSpec, ProgramSpec } from '../object/index.ts';
import type { RelocatedObject, RelocatedProgram } from '../relo/index.ts';
import {
  type Fd,
  isErrno,
  type LinkCreateAttr,
  type ProgTestRunAttr,
  type ProgTestRunResult,
  type System,
} from '../syscall/index.ts';
import { autoAttach } from './attach.ts';
import type { AttachContext, Attached } from './attach-context.ts';
import { attachUprobe, attachUprobeMulti, type UprobeMultiTarget, type UprobeTarget } from './attach-uprobe.ts';
import { type CreatedMap, makeDirectories } from './create-maps.ts';
import { errCannotAttach, errNoElement, errSyscall } from './errors.ts';
import type { LoadedCode } from './load-programs.ts';
import { MapHandle } from './map-handle.ts';
import type { LoadOptions } from './options.ts';
import { registerStructOps, structOpsValues } from './struct-ops.ts';
import { attachUsdt, type UsdtTarget } from './usdt/attach.ts';
import { UsdtSpecs } from './usdt/specs.ts';

/** Something in the kernel that this process holds by an fd, and that can be pinned. */
class Held {
  readonly system: System;
  readonly name: string;
  readonly fd: Fd;

  constructor(system: System, name: string, fd: Fd) {
    this.system = system;
    this.name = name;
    this.fd = fd;
  }

  /** Pins it at an absolute path of a bpffs; directories are made. @throws {SyscallError} */
  pin(path: string): void {
    makeDirectories(this.system, path.slice(0, path.replace(/\/+$/, '').lastIndexOf('/')));
    const pinned = this.system.objPin(this.fd, path);
    if (isErrno(pinned)) throw errSyscall('BPF_OBJ_PIN', `${this.name} at ${path}`, pinned);
  }

  /** Gives up the fd; the object lives on while something else holds it. */
  close(): void {
    this.system.close(this.fd);
  }
}

/** A program that is attached. Closing it detaches, unless it is pinned. */
export class Link extends Held {
  /** Links beside the first: static probes need one a place on kernels that cannot have many in one. */
  readonly #others: readonly Fd[];
  readonly #released: (() => void) | undefined;

  constructor(system: System, name: string, { fds, released }: Attached) {
    super(system, name, fds[0]);
    this.#others = fds.slice(1);
    this.#released = released;
  }

  override pin(path: string): void {
    if (this.#others.length > 0) throw errCannotAttach(this.name, `pinning ${this.#others.length + 1} links as one`);
    super.pin(path);
  }

  override close(): void {
    super.close();
    for (const fd of this.#others) this.system.close(fd);
    this.#released?.();
  }

  /** Detaches; the link stays, defunct. @throws {SyscallError} */
  detach(): void {
    const done = this.system.linkDetach(this.fd);
    if (isErrno(done)) throw errSyscall('BPF_LINK_DETACH', this.name, done);
  }
}

/** Operations that a map registered by itself; they are taken back with its element. */
class StructOpsRegistration extends Link {
  constructor(system: System, name: string, fd: Fd) {
    super(system, name, { fds: [fd] });
  }

  override detach(): void {
    const done = this.system.mapDeleteElem(this.fd, new Uint8Array(4));
    if (isErrno(done)) throw errSyscall('BPF_MAP_DELETE_ELEM', this.name, done);
  }

  override close(): void {
    this.system.mapDeleteElem(this.fd, new Uint8Array(4));
  }
}

/** What a program is attached with, wherever that is. */
export interface AttachOptions {
  /** Handed to the program by `bpf_get_attach_cookie`; on static probes by `bpf_usdt_cookie`. */
  readonly cookie?: bigint;
}

/** A program of an object, in the kernel. */
export class LoadedProgram extends Held {
  readonly spec: ProgramSpec;
  readonly relocated: RelocatedProgram;
  /** The verifier's log, where a log level was asked for. */
  readonly log: string;
  readonly #options: LoadOptions;
  readonly #usdt: UsdtSpecs;

  constructor(system: System, code: LoadedCode, of: { readonly options: LoadOptions; readonly usdt: UsdtSpecs }) {
    super(system, code.relocated.spec.name, code.fd);
    this.spec = code.relocated.spec;
    this.relocated = code.relocated;
    this.log = code.log;
    this.#options = of.options;
    this.#usdt = of.usdt;
  }

  /**
   * Attaches it where its section's name says.
   * @returns undefined where the name names no place (XDP, tc, cgroups …): see `attachTo`
   * @throws {SyscallError}, {LoaderError}, {ElfError}
   */
  attach(options: AttachOptions = {}): Link | undefined {
    const made = autoAttach(this.#context(options));
    return made === undefined ? undefined : new Link(this.system, this.name, made);
  }

  /** Attaches it to a place in a user program. @throws as `attach` */
  attachUprobe(target: UprobeTarget, options: AttachOptions = {}): Link {
    return new Link(this.system, this.name, attachUprobe(this.#context(options), target));
  }

  /** Attaches it to many places in a user program; it must have been loaded for that. @throws as `attach` */
  attachUprobeMulti(target: UprobeMultiTarget): Link {
    return new Link(this.system, this.name, attachUprobeMulti(this.#context({}), target));
  }

  /** Attaches it to a static probe of a user program. @throws as `attach` */
  attachUsdt(target: UsdtTarget, options: AttachOptions = {}): Link {
    return new Link(this.system, this.name, attachUsdt(this.#context(options), target));
  }

  #context({ cookie }: AttachOptions): AttachContext {
    const { system, spec, fd, relocated } = this;
    const { expectedAttachType: attachType } = relocated;
    return { system, spec, fd, attachType, cookie, options: this.#options, usdt: this.#usdt };
  }

  /** Attaches it to a place of the caller's: a cgroup or namespace fd, an interface's index. @throws {SyscallError} */
  attachTo(attr: Omit<LinkCreateAttr, 'progFd' | 'attachType'> & { readonly attachType?: number }): Link {
    const attachType = attr.attachType ?? this.spec.expectedAttachType;
    const made = this.system.linkCreate({ ...attr, attachType, progFd: this.fd });
    if (isErrno(made)) throw errSyscall('BPF_LINK_CREATE', this.name, made);
    return new Link(this.system, this.name, { fds: [made] });
  }

  /** Runs it on data of the caller's. @throws {SyscallError} where the kernel cannot run that type */
  testRun(attr: ProgTestRunAttr): ProgTestRunResult {
    const result = this.system.progTestRun(this.fd, attr);
    if (isErrno(result)) throw errSyscall('BPF_PROG_TEST_RUN', this.name, result);
    return result as ProgTestRunResult;
  }
}

/** A map of an object, in the kernel. */
export class LoadedMap extends MapHandle {
  readonly spec: MapSpec;
  /** It was there before the object was loaded. */
  readonly reused: boolean;
  /** Where the object had it pinned. */
  readonly pinPath: string | undefined;

  readonly #operations: Uint8Array | undefined;

  constructor(system: System, spec: MapSpec, created: CreatedMap & { readonly operations?: Uint8Array }) {
    super(system, created.fd, spec.name);
    this.spec = spec;
    this.#operations = created.operations;
    this.reused = created.reused;
    this.pinPath = created.pinPath;
  }

  /**
   * Registers the operations of a struct_ops map.
   * @returns undefined for every other map
   * @throws {SyscallError}
   */
  attach(): Link | undefined {
    const { system, spec, fd } = this;
    if (this.#operations === undefined) return undefined;
    const link = registerStructOps({ system, spec, fd, value: this.#operations });
    return link === undefined
      ? new StructOpsRegistration(system, this.name, fd)
      : new Link(system, this.name, { fds: [link] });
  }

  /** Pins it at an absolute path of a bpffs; directories are made. @throws {SyscallError} */
  pin(path: string): void {
    new Held(this.system, this.name, this.fd).pin(path);
  }
}

/** An object in the kernel. It holds fds until it is closed; what is pinned or attached lives on. */
export class LoadedObject {
  readonly object: BpfObject;
  /** What relocation did, instruction by instruction. */
  readonly relocated: RelocatedObject;
  readonly programs: readonly LoadedProgram[];
  readonly maps: readonly LoadedMap[];
  readonly #links: Link[] = [];

  constructor(parts: {
    system: System;
    object: BpfObject;
    relocated: RelocatedObject;
    maps: ReadonlyMap<MapSpec, CreatedMap>;
    programs: ReadonlyMap<ProgramSpec, LoadedCode>;
    options: LoadOptions;
  }) {
    const { system, options } = parts;
    this.object = parts.object;
    this.relocated = parts.relocated;
    const usdt = new UsdtSpecs(parts.object, () => this.maps);
    this.programs = [...parts.programs.values()].map((code) => new LoadedProgram(system, code, { options, usdt }));
    const operations = structOpsValues(parts.relocated, parts.programs);
    this.maps = [...parts.maps].map(
      ([spec, created]) => new LoadedMap(system, spec, { ...created, operations: operations.get(spec) }),
    );
  }

  /** @throws {LoaderError} where it has no program of that name, or none that was loaded */
  program(name: string): LoadedProgram {
    const found = this.programs.find((program) => program.name === name);
    if (found === undefined) throw errNoElement('program', name);
    return found;
  }

  /** @throws {LoaderError} where it has no map of that name */
  map(name: string): LoadedMap {
    const found = this.maps.find((map) => map.name === name);
    if (found === undefined) throw errNoElement('map', name);
    return found;
  }

  /** The map of a data section such as `.bss`, whatever the object is called. */
  dataMap(section: string): LoadedMap | undefined {
    return this.maps.find((map) => map.spec.section === section && map.spec.initialData !== undefined);
  }

  /** Links made by `attach`. */
  get links(): readonly Link[] {
    return this.#links;
  }

  /**
   * Attaches every program whose section names a place and registers struct_ops maps; all or none.
   * @throws {SyscallError}, {LoaderError}
   */
  attach(): readonly Link[] {
    const made: Link[] = [];
    try {
      for (const program of this.programs) {
        const link = program.spec.autoattach ? program.attach() : undefined;
        if (link) made.push(link);
      }
      for (const map of this.maps) {
        const link = map.spec.autoattach ? map.attach() : undefined;
        if (link) made.push(link);
      }
    } catch (error) {
      for (const link of made) link.close();
      throw error;
    }
    this.#links.push(...made);
    return made;
  }

  /** Gives up the links that `attach` made. */
  detach(): void {
    for (const link of this.#links.splice(0)) link.close();
  }

  /** Gives up everything. */
  close(): void {
    this.detach();
    for (const held of [...this.programs, ...this.maps]) held.close();
  }
}
