import type { BtfEditor, BtfId } from '../btf/index.ts';
import { BTF_KIND, LINKAGE_EXTERN, LINKAGE_STATIC } from '../btf/index.ts';
import type { ElfFile, ElfSymbol } from '../elf/index.ts';
import { SHT_NOBITS, STB_GLOBAL, STB_WEAK, STT_OBJECT, STV_HIDDEN, STV_INTERNAL } from '../elf/index.ts';
import { errDatasec } from './errors.ts';

/**
 * Completes every DATASEC of the object's BTF from the ELF file: compilers leave its size and its variables' offsets 0,
 * and know nothing of hidden visibility, which makes a variable static.
 * @throws {ObjectError} `OBJECT_DATASEC` where section or symbol are not in the file
 */
export function fixDatasecs(elf: ElfFile, editor: BtfEditor): void {
  const { btf } = editor;
  let variables: Map<string, ElfSymbol> | undefined;
  for (let id = 1; id < btf.typeCount; id++) {
    if (btf.kindOf(id) !== BTF_KIND.DATASEC) continue;
    const name = btf.nameOf(id);
    if (name !== '.kconfig' && name !== '.ksyms') {
      variables ??= globalVariables(elf);
      fixDatasec({ id, name, elf, editor, variables });
    }
    const vars = editor.datasecVars(id);
    vars.sort((a, b) => a.offset - b.offset);
    editor.setDatasecVars(id, vars);
  }
}

function globalVariables(elf: ElfFile): Map<string, ElfSymbol> {
  const found = new Map<string, ElfSymbol>();
  for (const symbol of elf.symbols) {
    if (symbol.type !== STT_OBJECT || (symbol.bind !== STB_GLOBAL && symbol.bind !== STB_WEAK)) continue;
    if (!found.has(symbol.name)) found.set(symbol.name, symbol);
  }
  return found;
}

function fixDatasec(context: {
  id: BtfId;
  name: string;
  elf: ElfFile;
  editor: BtfEditor;
  variables: ReadonlyMap<string, ElfSymbol>;
}): void {
  const { id, name, elf, editor, variables } = context;
  const { btf } = editor;
  // The static linker has filled in sizes and offsets; then only visibility is left to look at.
  const fixOffsets = editor.datasecSize(id) === 0;
  if (fixOffsets) {
    const section = elf.sectionNamed(name);
    const size = section?.type === SHT_NOBITS ? section.size : (section?.data.length ?? 0);
    if (size === 0 || size > 0xffff_ffff) throw errDatasec(name, `failed to determine size from ELF: size ${size}`);
    editor.setDatasecSize(id, size);
  }
  const vars = editor.datasecVars(id);
  for (const entry of vars) {
    if (btf.kindOf(entry.type) !== BTF_KIND.VAR)
      throw errDatasec(name, `unexpected non-VAR type [${entry.type}] found`);
    const linkage = editor.varLinkage(entry.type);
    if (linkage === LINKAGE_STATIC || linkage === LINKAGE_EXTERN) continue;
    const symbol = variables.get(btf.nameOf(entry.type));
    if (symbol === undefined) {
      throw errDatasec(name, `failed to find ELF symbol for VAR '${btf.nameOf(entry.type)}'`);
    }
    if (fixOffsets) entry.offset = symbol.value;
    const hidden = symbol.visibility === STV_HIDDEN || symbol.visibility === STV_INTERNAL;
    if (hidden) editor.setVarLinkage(entry.type, LINKAGE_STATIC);
  }
  editor.setDatasecVars(id, vars);
}
