import { findSec, secTarget } from '../catalog/index.ts';
import type { ElfSection } from '../elf/index.ts';
import { STB_LOCAL, STT_FUNC, STV_HIDDEN, STV_INTERNAL } from '../elf/index.ts';
import { INSN_SIZE, Insns } from '../isa/index.ts';
import { bpf_prog_flags } from '../uapi/index.ts';
import { errProgram, errStaticProgram } from './errors.ts';
import { lastNotAfter } from './search.ts';
import type { ObjectSections } from './sections.ts';
import type { FunctionSpec, ProgramSpec, RelocationSpec } from './spec.ts';

/** A function while the object is being opened: its references are still being collected. */
export interface OpenFunction extends FunctionSpec {
  readonly relocations: RelocationSpec[];
}

/** Whether the function is an entry program, and not a subprogram of `.text`. */
export function isProgram<T extends FunctionSpec>(fn: T): fn is T & ProgramSpec {
  return 'progType' in fn;
}

/** The functions of an object, in libbpf's order: by section, then by position. */
export class FunctionTable {
  readonly all: readonly OpenFunction[];
  readonly programs: readonly ProgramSpec[];
  readonly subprograms: readonly OpenFunction[];
  readonly #bySection = new Map<number, OpenFunction[]>();

  constructor(functions: readonly OpenFunction[], textIndex: number | undefined) {
    this.all = functions;
    this.subprograms = functions.filter((fn) => fn.sectionIndex === textIndex);
    this.programs = functions.filter(isProgram);
    for (const fn of functions) {
      const list = this.#bySection.get(fn.sectionIndex);
      if (list) list.push(fn);
      else this.#bySection.set(fn.sectionIndex, [fn]);
    }
  }

  /** The function that holds slot `slot` of a section; undefined for code that belongs to no symbol. */
  find(sectionIndex: number, slot: number): OpenFunction | undefined {
    const list = this.#bySection.get(sectionIndex) ?? [];
    const fn = lastNotAfter(list, slot, ({ sectionOffset }) => sectionOffset);
    return fn && slot < fn.sectionOffset + fn.insns.length ? fn : undefined;
  }
}

/** Finds the functions of all code sections by their symbols. @throws {ObjectError} where one is malformed */
export function collectFunctions(sections: ObjectSections): FunctionTable {
  const code = new Map(sections.code.map((section) => [section.index, section]));
  const found: OpenFunction[] = [];
  for (const symbol of sections.elf.symbols) {
    if (symbol.type !== STT_FUNC || symbol.section === undefined) continue;
    const section = code.get(symbol.section);
    if (section === undefined) continue;
    if (symbol.value + symbol.size > section.data.length) {
      throw errProgram(section.name, `program at offset ${symbol.value} crosses section boundary`, {
        program: symbol.name,
        end: symbol.value + symbol.size,
        size: section.data.length,
      });
    }
    const isText = section === sections.text;
    if (!isText && symbol.bind === STB_LOCAL) throw errStaticProgram(section.name, symbol.name);
    found.push(createFunction(section, symbol, { isText, sections }));
  }
  found.sort((a, b) => a.sectionIndex - b.sectionIndex || a.sectionOffset - b.sectionOffset);
  return new FunctionTable(
    found.map((fn, index) => Object.assign(fn, { index })),
    sections.text?.index,
  );
}

function createFunction(
  section: ElfSection,
  symbol: { name: string; value: number; size: number; bind: number; visibility: number },
  context: { isText: boolean; sections: ObjectSections },
): OpenFunction {
  const { value, size } = symbol;
  if (size === 0 || size % INSN_SIZE !== 0 || value % INSN_SIZE !== 0) {
    throw errProgram(section.name, `corrupted program '${symbol.name}', offset ${value}, size ${size}`, {
      program: symbol.name,
      offset: value,
      size,
    });
  }
  const global = symbol.bind !== STB_LOCAL;
  const fn: OpenFunction = {
    name: symbol.name,
    sectionIndex: section.index,
    sectionOffset: value / INSN_SIZE,
    insns: new Insns(section.data.subarray(value, value + size), context.sections.elf.endian),
    global,
    hidden: global && (symbol.visibility === STV_HIDDEN || symbol.visibility === STV_INTERNAL),
    relocations: [],
  };
  return context.isText ? fn : Object.assign(fn, programFields(section.name));
}

/** What a section's name says of a program in it. */
function programFields(sectionName: string): Omit<ProgramSpec, keyof FunctionSpec | 'index'> {
  const autoload = !sectionName.startsWith('?');
  const section = autoload ? sectionName : sectionName.slice(1);
  const sec = findSec(section);
  const sleepable = sec?.sleepable ? bpf_prog_flags.BPF_F_SLEEPABLE : 0;
  const frags = sec?.frags ? bpf_prog_flags.BPF_F_XDP_HAS_FRAGS : 0;
  return {
    section,
    sec,
    progType: sec?.progType ?? 0,
    expectedAttachType: sec?.attachType ?? 0,
    attachTarget: secTarget(section),
    flags: sleepable | frags,
    autoload,
    autoattach: true,
  };
}
