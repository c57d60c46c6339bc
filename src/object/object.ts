import type { Endian } from '../base/index.ts';
import type { Btf, BtfExt } from '../btf/index.ts';
import type { ExternSpec } from './extern-spec.ts';
import type { FunctionSpec, MapSpec, ProgramSpec } from './spec.ts';

/** An opened BPF object: what it holds and asks for, nothing loaded or relocated. */
export interface BpfObject {
  /** At most 15 characters; the first part of the file's name. */
  readonly name: string;
  readonly endian: Endian;
  /** Empty where there is no `license` section. */
  readonly license: string;
  /** `version` section: `KERNEL_VERSION(a, b, c)`; 0 without one. */
  readonly kernVersion: number;
  /** Entry programs, by section and position in it. */
  readonly programs: readonly ProgramSpec[];
  /** Functions of `.text`, by position. */
  readonly subprograms: readonly FunctionSpec[];
  /** In libbpf's order: declared ones, data sections, `.kconfig`, struct_ops. */
  readonly maps: readonly MapSpec[];
  /** In libbpf's order: kconfig ones by alignment, size and name, then ksyms by name. */
  readonly externs: readonly ExternSpec[];
  /** The object's BTF with what only the loader knows filled in: sizes and offsets of data sections, externs. */
  readonly btf: Btf | undefined;
  /** The same as a blob, ready for BPF_BTF_LOAD. */
  readonly btfBytes: Uint8Array | undefined;
  readonly btfExt: BtfExt | undefined;
  /** The function that holds slot `slot` of a section; undefined for code that belongs to no symbol. */
  readonly findFunction: (sectionIndex: number, slot: number) => FunctionSpec | undefined;
  /** Index of `.text`, where subprograms live; undefined where it has none. */
  readonly textIndex: number | undefined;
  /** Of each section name the first section's index: `.BTF.ext` names sections. */
  readonly sectionIndexes: ReadonlyMap<string, number>;
  /** What was ignored or is out of date, one sentence each. */
  readonly warnings: readonly string[];
}

/** How to open an object. */
export interface OpenOptions {
  /** The object's name, or the file's: directories and what follows the first dot are dropped. */
  readonly name: string;
  /** Unknown attributes of a map definition are ignored instead of refused. */
  readonly relaxedMaps?: boolean;
  /** Bytes; ring buffers are rounded up to a power of two of pages. Default 4096. */
  readonly pageSize?: number;
}
