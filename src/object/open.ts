import type { Btf, BtfId } from '../btf/index.ts';
import { BTF_KIND, BtfEditor, LINKAGE_GLOBAL, LINKAGE_STATIC } from '../btf/index.ts';
import { EM_BPF, EM_NONE, ET_REL, parseElf } from '../elf/index.ts';
import { fixDatasecs } from './datasec.ts';
import { collectExterns, fixExternBtf } from './externs.ts';
import type { FunctionTable } from './functions.ts';
import { collectFunctions } from './functions.ts';
import { collectLegacyMaps } from './legacy-maps.ts';
import { objectName } from './map-names.ts';
import { resolveMapSlots } from './map-slots.ts';
import type { DeclaredMap, MapContext } from './maps.ts';
import { collectDataMaps, collectDeclaredMaps, collectKconfigMap } from './maps.ts';
import type { BpfObject, OpenOptions } from './object.ts';
import { readObjectBtf } from './object-btf.ts';
import { collectRelocations } from './relocations.ts';
import type { ObjectSections } from './sections.ts';
import { collectSections } from './sections.ts';
import type { MapSpec } from './spec.ts';
import { collectStructOps, resolveStructOpsSlots } from './struct-ops.ts';

/**
 * Opens a BPF object file: finds out what it holds and what refers to what, as libbpf's `bpf_object__open` does, for
 * objects of either byte order. Nothing of a kernel is needed. Views into `bytes` are kept, so they must not change.
 *
 * @throws {ElfError} where the file is no relocatable BPF ELF file
 * @throws {ObjectError} where it is, but not a BPF object that libbpf would open
 * @see https://docs.kernel.org/bpf/libbpf/libbpf_overview.html
 * @example
 * import { readFileSync } from 'node:fs';
 * import { openObject } from 'ebpfts';
 *
 * const object = openObject(readFileSync('minimal.bpf.o'), { name: 'minimal.bpf.o' });
 * for (const { name, section } of object.programs) console.log(`${name}: SEC("${section}")`);
 * for (const map of object.maps) if (map.origin === 'btf') map.maxEntries = 16;
 */
export function openObject(bytes: Uint8Array, options: OpenOptions): BpfObject {
  // LLVM before 4 left the machine 0.
  const elf = parseElf(bytes, { machines: [EM_BPF, EM_NONE], types: [ET_REL] });
  const sections = collectSections(elf, bytes.length);
  const functions = collectFunctions(sections);
  const read = readObjectBtf(sections);
  const externs = collectExterns(elf.symbols, read.btf);
  const editor = read.btf && new BtfEditor(read.btf);
  if (editor) {
    fixExternBtf(externs, editor);
    fixDatasecs(elf, editor);
    hideFunctions(functions, editor);
  }
  const fixed = editor && sections.btf ? editor.finish(sections.btf.data) : undefined;
  const name = objectName(options.name);
  const context: MapContext = {
    sections,
    btf: fixed?.btf,
    objectName: name,
    relaxedMaps: options.relaxedMaps ?? false,
    pageSize: options.pageSize ?? 4096,
  };
  const declared = collectDeclaredMaps(context);
  const maps = [
    ...declared.map(({ map }) => map),
    ...collectLegacyMaps(sections, fixed?.btf),
    ...collectDataMaps(context),
    ...collectKconfigMap(context, externs),
    ...collectStructOps(sections, fixed?.btf),
  ];
  maps.forEach((map, index) => {
    Object.assign(map, { index });
  });
  resolveReferences({ sections, functions, btf: fixed?.btf, declared, maps, externs });
  return {
    name,
    endian: elf.endian,
    license: sections.license,
    kernVersion: sections.kernVersion,
    programs: functions.programs,
    subprograms: functions.subprograms,
    maps,
    externs,
    btf: fixed?.btf,
    btfBytes: fixed?.bytes,
    btfExt: read.ext,
    findFunction: (sectionIndex, slot) => functions.find(sectionIndex, slot),
    textIndex: sections.text?.index,
    sectionIndexes: new Map(elf.sections.map((section) => [section.name, section.index] as const).reverse()),
    warnings: sections.warnings,
  };
}

/** A global function of hidden visibility is verified with its callers, as a static one: its BTF says so. */
function hideFunctions(functions: FunctionTable, editor: BtfEditor): void {
  // Several functions of one name take the global ones of that name in turn.
  const globals = new Map<string, Iterator<BtfId>>();
  for (const { name, hidden } of functions.subprograms) {
    if (!hidden) continue;
    const ids = globals.get(name) ?? globalFunctions(editor, name);
    globals.set(name, ids);
    const next = ids.next();
    if (!next.done) editor.setFuncLinkage(next.value, LINKAGE_STATIC);
  }
}

function globalFunctions(editor: BtfEditor, name: string): Iterator<BtfId> {
  const { btf } = editor;
  return btf
    .idsByName(name)
    .filter((id) => btf.kindOf(id) === BTF_KIND.FUNC && editor.funcLinkage(id) === LINKAGE_GLOBAL)
    .values();
}

function resolveReferences(context: {
  sections: ObjectSections;
  functions: FunctionTable;
  btf: Btf | undefined;
  declared: readonly DeclaredMap[];
  maps: readonly MapSpec[];
  externs: BpfObject['externs'];
}): void {
  const { sections, btf } = context;
  const ofStructOps = new Set(sections.structOps.map(({ index }) => index));
  const code = sections.relocations.filter((relocations) => {
    if (btf !== undefined && ofStructOps.has(relocations.info)) {
      resolveStructOpsSlots({ ...context, btf, relocations });
      return false;
    }
    if (btf !== undefined && relocations.info === sections.maps?.index) {
      resolveMapSlots({ ...context, btf, relocations });
      return false;
    }
    return true;
  });
  collectRelocations(context, code);
}
