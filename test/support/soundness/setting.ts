import type { Btf } from '../../../src/btf/index.ts';
import type { Process } from '../../../src/kernel/index.ts';
import type { MapCreateAttr, ProgLoadAttr } from '../../../src/syscall/index.ts';
import { fuzzTypes } from './fuzz-types.ts';
import type { GeneratedProgram } from './generate.ts';
import { FUZZ_KFUNCS } from './kfuncs.table.ts';
import { FUZZ_MAPS } from './maps.table.ts';

/** What a kernel, emulated or not, has to do so that generated programs can be loaded; results are fds. */
export interface Preparing<Result> {
  btfLoad(attr: { readonly btf: Uint8Array }): Result;
  mapCreate(attr: MapCreateAttr): Result;
  mapUpdate(fd: number, key: Uint8Array, value: Uint8Array): Result;
  mapFreeze(fd: number): Result;
}

/** Fds of what generated programs use. */
export interface Setting {
  readonly btf: number;
  readonly maps: readonly number[];
  /** BTF ids of `FUZZ_KFUNCS`. */
  readonly kfuncs: readonly number[];
}

/** Makes the maps of generated programs, and loads their types. @param vmlinux the kernel's own types */
export async function prepare(kernel: Preparing<Promise<number> | number>, vmlinux: Btf): Promise<Setting> {
  const maps: number[] = [];
  for (const { attr, inner, constant } of FUZZ_MAPS) {
    const fd = await kernel.mapCreate(inner === undefined ? attr : { ...attr, innerMapFd: maps[inner] });
    maps.push(fd);
    if (inner !== undefined) await kernel.mapUpdate(fd, new Uint8Array(4), Uint8Array.of(maps[inner], 0, 0, 0));
    if (!constant) continue;
    await kernel.mapUpdate(fd, new Uint8Array(4), Uint8Array.from(constant));
    await kernel.mapFreeze(fd);
  }
  const kfuncs = FUZZ_KFUNCS.map((name) => vmlinux.findByName(name, 'FUNC')?.id ?? 0);
  return { btf: await kernel.btfLoad({ btf: fuzzTypes() }), maps, kfuncs };
}

/** The program with the fds of a setting. */
export function loadAttr({ kind, insns, funcInfo }: GeneratedProgram, { btf, maps, kfuncs }: Setting): ProgLoadAttr {
  const copy = insns.slice();
  for (let i = 0; i < copy.length; i++) {
    if (copy.code(i) === 0x18 && (copy.src(i) === 1 || copy.src(i) === 2)) copy.setImm(i, maps[copy.imm(i)] ?? -1);
    else if (copy.code(i) === 0x85 && copy.src(i) === 2) copy.setImm(i, kfuncs[copy.imm(i)] ?? -1);
  }
  return {
    progType: kind.progType,
    expectedAttachType: kind.expectedAttachType,
    progFlags: kind.flags,
    insns: copy.bytes,
    license: 'GPL',
    progName: 'fuzz',
    progBtfFd: btf,
    funcInfo,
    funcInfoRecSize: 8,
  };
}

/** The same in an emulated kernel. */
export function prepareEmulated(process: Process, vmlinux: Btf): Promise<Setting> {
  const kernel: Preparing<number> = {
    btfLoad: (attr) => process.btfLoad(attr),
    mapCreate: (attr) => process.mapCreate(attr),
    mapUpdate: (fd, key, value) => process.mapUpdateElem(fd, key, value),
    mapFreeze: (fd) => process.mapFreeze(fd),
  };
  return prepare(kernel, vmlinux);
}
