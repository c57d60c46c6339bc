import type { Btf, BtfId } from '../../btf/index.ts';
import { BTF_KIND, LINKAGE_GLOBAL } from '../../btf/index.ts';
import type { ElfSymbol } from '../../elf/index.ts';
import { SHN_UNDEF, STT_OBJECT } from '../../elf/index.ts';
import { errTypes } from './errors.ts';
import type { DatasecVar, LinkInput } from './input.ts';

/** The DATASEC of variables that another file may define; it is made anew where some are left. */
const EXTERN_SECTION = '.extern';

/**
 * Gives each section what its DATASEC says, with the offsets of global variables, which compilers leave to the symbols.
 * A DATASEC without a section (`.kconfig`, `.ksyms`) gets one without bytes.
 * @throws {LinkError} `LINK_TYPES` where a variable has no symbol
 */
export function attachDatasecs(input: LinkInput): void {
  const { btf, sections } = input;
  if (btf === undefined) return;
  const byName = new Map(sections.map((section) => [section.name, section] as const).reverse());
  const symbols = objectSymbols(input);
  for (let id = 1; id < btf.typeCount; id++) {
    if (btf.kindOf(id) !== BTF_KIND.DATASEC) continue;
    const name = btf.nameOf(id);
    let section = byName.get(name);
    if (section === undefined) {
      if (name === EXTERN_SECTION) continue;
      section = { name, elf: undefined, skipped: false, vars: undefined };
      sections.push(section);
      byName.set(name, section);
    }
    const number = section.elf?.index ?? SHN_UNDEF;
    section.vars = datasecVars(btf, id).map((entry) => {
      if (btf.kindOf(entry.type) !== BTF_KIND.VAR || linkageOf(btf, entry.type) !== LINKAGE_GLOBAL) return entry;
      const variable = btf.nameOf(entry.type);
      const symbol = symbols.get(symbolKey(number, variable));
      if (symbol !== undefined) return { ...entry, offset: symbol.value };
      const problem = `failed to find symbol for variable '${variable}' in section '${name}'`;
      throw errTypes(input.file, problem, { variable, section: name });
    });
  }
}

function linkageOf(btf: Btf, id: BtfId): number {
  return btf.words[btf.index[id] + 3];
}

/** The variables of a DATASEC as the BTF says. */
function datasecVars(btf: Btf, id: BtfId): DatasecVar[] {
  const at = btf.index[id] + 3;
  return Array.from({ length: btf.vlenOf(id) }, (_, i) => ({
    type: btf.words[at + 3 * i],
    offset: btf.words[at + 3 * i + 1],
    size: btf.words[at + 3 * i + 2],
  }));
}

const symbolKey = (section: number, name: string): string => `${section} ${name}`;

/** The first object of each section and name. */
function objectSymbols({ elf }: LinkInput): Map<string, ElfSymbol> {
  const found = new Map<string, ElfSymbol>();
  for (const symbol of elf.symbols) {
    if (symbol.type !== STT_OBJECT) continue;
    const key = symbolKey(symbol.rawSection, symbol.name);
    if (!found.has(key)) found.set(key, symbol);
  }
  return found;
}
