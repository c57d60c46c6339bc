import { EbpftsError, type Endian } from '../../base/index.ts';
import { BtfBuilder, dedupBtf, encodeBtfExt } from '../../btf/index.ts';
import type { NewElfSection } from '../../elf/index.ts';
import {
  EM_BPF,
  ET_REL,
  encodeSymbols,
  SHF_STRINGS,
  SHT_PROGBITS,
  SHT_STRTAB,
  SHT_SYMTAB,
  SYM_SIZE,
  writeElf,
} from '../../elf/index.ts';
import { appendSections } from './append-sections.ts';
import { attachDatasecs } from './datasec.ts';
import { errByteOrder, errFile, errNoFiles, LinkError } from './errors.ts';
import { appendExt, linkedExt } from './ext.ts';
import type { LinkFile } from './input.ts';
import { readInput } from './input.ts';
import { checkTables } from './input-tables.ts';
import { TypeMerger } from './merge-types.ts';
import { NAME_TABLE, OutputSections } from './output-sections.ts';
import { appendRelocations } from './relocations.ts';
import type { LinkReport } from './report.ts';
import { linkReport } from './report.ts';
import { SymbolTable } from './symbols.ts';

/** A linked object, and how it came about. */
export interface LinkResult {
  /** The ELF file. */
  readonly bytes: Uint8Array;
  readonly report: LinkReport;
}

/**
 * Links BPF objects into one, as `bpftool gen object` and libbpf's static linker do: sections of one name become one,
 * externs and weak symbols find the definitions of other files, BTF is merged and deduplicated. Byte for byte the file
 * that libbpf writes. Objects of either byte order are linked, of one order at a time.
 *
 * @throws {LinkError} where files cannot be linked, with file, symbol and both sides; `LINK_FILE` where one is no sound
 *   ELF file: `details.reason` is the code of what is wrong with it
 * @see https://docs.kernel.org/bpf/libbpf/libbpf_overview.html
 * @example
 * import { readFileSync, writeFileSync } from 'node:fs';
 * import { linkObjects } from 'ebpfts';
 *
 * const files = ['main.bpf.o', 'lib.bpf.o'].map((name) => ({ name, bytes: readFileSync(name) }));
 * const { bytes, report } = linkObjects(files);
 * writeFileSync('app.bpf.o', bytes);
 * for (const { name, section } of report.symbols) console.log(`${name}: ${section ?? 'extern'}`);
 */
export function linkObjects(files: readonly LinkFile[]): LinkResult {
  let linker: Linker | undefined;
  for (const file of files) {
    try {
      const input = readInput(file);
      linker ??= new Linker(file.name, input.elf.endian);
      linker.add(input);
    } catch (error) {
      if (error instanceof LinkError || !(error instanceof EbpftsError)) throw error;
      throw errFile(file.name, error);
    }
  }
  if (linker === undefined) throw errNoFiles();
  return linker.finish();
}

class Linker {
  readonly #first: string;
  readonly #endian: Endian;
  readonly #output: OutputSections;
  readonly #symbols: SymbolTable;
  readonly #types: TypeMerger;

  /** @param first the first file, whose byte order all must have */
  constructor(first: string, endian: Endian) {
    this.#first = first;
    this.#endian = endian;
    this.#output = new OutputSections(endian);
    this.#symbols = new SymbolTable(this.#output.names);
    this.#types = new TypeMerger(endian);
  }

  add(input: ReturnType<typeof readInput>): void {
    const { file, btf, elf } = input;
    if (elf.endian !== this.#endian) {
      throw errByteOrder({ file, have: elf.endian, first: this.#first, want: this.#endian });
    }
    checkTables(input);
    attachDatasecs(input);
    const places = appendSections(input, this.#output);
    const symbols = this.#symbols.append({
      input,
      places,
      onDefine: (global, type) => btf && this.#types.define(btf, global, type),
    });
    appendRelocations(input, { output: this.#output, places, symbols });
    if (btf === undefined) return;
    const { globals } = this.#symbols;
    const ids = this.#types.append(input, btf, globals);
    this.#types.appendVars(input, { btf, ids, places, globals });
    appendExt(input, { places, types: this.#types.builder, ids });
  }

  finish(): LinkResult {
    const before = this.#types.builder.nextId - 1;
    const btf = this.#finishBtf(before);
    for (const { name } of btf.sections) this.#output.names.add(name);
    const sections = [...this.#tables(), ...this.#output.toElf(), ...btf.sections];
    const bytes = writeElf({
      endian: this.#endian,
      type: ET_REL,
      machine: EM_BPF,
      sections,
      names: this.#output.names,
      nameTable: NAME_TABLE,
    });
    const report = linkReport(this.#output.inFile, this.#symbols.globals.values(), { before, after: btf.types });
    return { bytes, report };
  }

  #tables(): NewElfSection[] {
    const { names } = this.#output;
    const symbols = encodeSymbols(this.#symbols.symbols, names, this.#endian);
    return [
      { ...elfSection('.strtab', SHT_STRTAB, names.toBytes()), flags: SHF_STRINGS },
      // `info` should say where local symbols end; they are mixed with others, and libbpf leaves it 0.
      { ...elfSection('.symtab', SHT_SYMTAB, symbols), link: NAME_TABLE, addralign: 8, entsize: SYM_SIZE },
    ];
  }

  #finishBtf(typeCount: number): { sections: NewElfSection[]; types: number } {
    if (typeCount === 0) return { sections: [], types: 0 };
    const { builder } = this.#types;
    const { all } = this.#output;
    this.#types.appendDatasecs(all);
    const linked = linkedExt(all, builder, this.#endian);
    const { btf, ext } = dedupBtf(builder.toBtf(), { ext: linked, keepStrings: true });
    const sections = [elfSection('.BTF', SHT_PROGBITS, BtfBuilder.from(btf).encode())];
    if (ext !== undefined) sections.push(elfSection('.BTF.ext', SHT_PROGBITS, encodeBtfExt(ext)));
    return { sections: sections.map((section) => ({ ...section, addralign: 8 })), types: btf.typeCount - 1 };
  }
}

function elfSection(name: string, type: number, data: Uint8Array): NewElfSection {
  return { name, type, flags: 0n, link: 0, info: 0, addralign: 1, entsize: 0, size: data.length, data };
}
