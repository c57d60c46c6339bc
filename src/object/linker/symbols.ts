import type { ElfSymbol, StringTableWriter } from '../../elf/index.ts';
import { SHN_LORESERVE, SHN_UNDEF, STB_GLOBAL, STB_LOCAL, STB_WEAK, STT_SECTION } from '../../elf/index.ts';
import type { Place, Places } from './append-sections.ts';
import { errGlobal, errSymbol } from './errors.ts';
import type { GlobalType } from './global-types.ts';
import { globalTypes } from './global-types.ts';
import type { Claim, Global, OutputSymbol } from './globals.ts';
import type { LinkInput } from './input.ts';
import { compareMaps } from './map-match.ts';
import { compareTypes } from './type-match.ts';

/** Variables that other files define; unlike those of `.ksyms`, they belong to no section. */
const EXTERN_SECTION = '.extern';

/** A definition takes the place of an extern or of a weak one. */
export type OnDefine = (global: Global, type: GlobalType) => void;

/** An object whose symbols are appended. */
export interface SymbolSource {
  readonly input: LinkInput;
  readonly places: Places;
  readonly onDefine: OnDefine;
}

/** The symbols of the linked file. */
export class SymbolTable {
  readonly symbols: OutputSymbol[] = [
    { name: '', value: 0, size: 0, bind: 0, type: 0, visibility: 0, section: SHN_UNDEF },
  ];
  readonly globals = new Map<string, Global>();
  readonly #names: StringTableWriter;

  /** @param names where the names of symbols go, in the order in which they come */
  constructor(names: StringTableWriter) {
    this.#names = names;
  }

  /**
   * Appends the symbols of an object: local ones as they are, globals resolved against those of the files before it.
   * @returns new index of each symbol; 0 for what is not linked
   * @throws {LinkError} `LINK_SYMBOL` for two strong definitions or a symbol without BTF, `LINK_GLOBAL` where two files
   * say different things of a global
   */
  append(source: SymbolSource): Uint32Array {
    const { elf, btf } = source.input;
    const types = btf === undefined ? new Map<string, GlobalType>() : globalTypes(btf);
    const indexes = new Uint32Array(elf.symbols.length);
    const sectionNumbers = new Map(source.input.sections.map(({ name }, i) => [name, i] as const).reverse());
    const placeOf = (symbol: ElfSymbol, type: GlobalType | undefined): Place | undefined => {
      if (symbol.rawSection !== SHN_UNDEF) return source.places[symbol.rawSection];
      if (btf === undefined || type === undefined || type.datasec === 0) return undefined;
      const section = btf.nameOf(type.datasec);
      return section === EXTERN_SECTION ? undefined : source.places[sectionNumbers.get(section) ?? 0];
    };
    for (const symbol of elf.symbols.slice(1)) {
      const isDefined = symbol.rawSection !== SHN_UNDEF;
      const inSection = isDefined && symbol.rawSection < SHN_LORESERVE;
      if (inSection && source.places[symbol.rawSection] === undefined) continue;
      if (symbol.bind === STB_LOCAL || isJumpTable(source.places, symbol)) {
        indexes[symbol.index] = this.#appendLocal(symbol, placeOf(symbol, undefined));
        continue;
      }
      const type = typeOf(source.input, symbol, types);
      const named: Named = { symbol, type, place: placeOf(symbol, type), isExtern: !isDefined };
      const known = this.globals.get(symbol.name);
      if (known === undefined) indexes[symbol.index] = this.#appendGlobal(source, named);
      else {
        resolve(source, known, named);
        indexes[symbol.index] = known.index;
      }
    }
    return indexes;
  }

  /** A section has one symbol that stands for it, whatever the number of files. */
  #appendLocal(symbol: ElfSymbol, place: Place | undefined): number {
    const isSection = symbol.type === STT_SECTION;
    if (isSection && place !== undefined && place.section.sectionSymbol !== 0) return place.section.sectionSymbol;
    const index = this.#add(symbol, place);
    if (isSection && place !== undefined) {
      place.section.sectionSymbol = index;
      this.symbols[index].value = 0;
    }
    return index;
  }

  #appendGlobal({ input }: SymbolSource, { symbol, place, isExtern }: Named): number {
    const index = this.#add(symbol, place);
    this.globals.set(symbol.name, {
      name: symbol.name,
      index,
      symbol: this.symbols[index],
      section: place?.section,
      isExtern,
      isWeak: symbol.bind === STB_WEAK,
      type: undefined,
      retype: true,
      claims: [claim(input.file, symbol, isExtern ? 'refers' : 'taken')],
    });
    return index;
  }

  #add({ name, value, size, bind, type, visibility, rawSection }: ElfSymbol, place: Place | undefined): number {
    const section = place === undefined ? rawSection : place.section.number;
    this.#names.add(name);
    this.symbols.push({ name, value: (place?.offset ?? 0) + value, size, bind, type, visibility, section });
    return this.symbols.length - 1;
  }
}

/** The compiler's tables of jumps are nobody else's, whatever their binding, and have no BTF. */
function isJumpTable(places: Places, symbol: ElfSymbol): boolean {
  return places[symbol.rawSection]?.section.name === '.jumptables';
}

/** A global as one file has it. */
interface Named {
  readonly symbol: ElfSymbol;
  readonly type: GlobalType;
  readonly place: Place | undefined;
  readonly isExtern: boolean;
}

function claim(file: string, symbol: ElfSymbol, outcome: Claim['outcome']): Claim {
  const is = symbol.rawSection === SHN_UNDEF ? 'extern' : 'definition';
  return { file, is, weak: symbol.bind === STB_WEAK, outcome };
}

function typeOf(input: LinkInput, symbol: ElfSymbol, types: ReadonlyMap<string, GlobalType>): GlobalType {
  const { file } = input;
  const { name } = symbol;
  if (input.btf === undefined) {
    const isExtern = symbol.rawSection === SHN_UNDEF;
    const problem = isExtern ? 'externs without BTF info are not supported' : 'failed to find BTF info for object';
    throw errSymbol({ file, symbol: name }, `${problem} '${file}', which has the symbol '${name}'`);
  }
  const type = types.get(name);
  if (type === undefined) {
    throw errSymbol({ file, symbol: name }, `failed to find BTF info for global/extern symbol '${name}' of '${file}'`);
  }
  if (type.rival !== undefined) {
    const both = `both types #${type.rival} and #${type.id} match`;
    throw errSymbol({ file, symbol: name }, `global/extern '${name}' BTF is ambiguous: ${both} in '${file}'`);
  }
  return type;
}

/** Settles between a global as it stands and what one more file says of it. */
function resolve({ input, onDefine }: SymbolSource, global: Global, named: Named): void {
  const { symbol, place, isExtern } = named;
  const isWeak = symbol.bind === STB_WEAK;
  checkAgreement(input, global, named);
  // Strong is said once for all: a weak and a strong extern are a strong one.
  if (symbol.bind === STB_GLOBAL) {
    global.symbol.bind = STB_GLOBAL;
    global.isWeak = false;
  }
  global.symbol.visibility = Math.max(global.symbol.visibility, symbol.visibility);
  if (isExtern || (!global.isExtern && isWeak)) {
    global.claims.push(claim(input.file, symbol, isExtern ? 'refers' : 'lost'));
    return;
  }
  for (const earlier of global.claims) if (earlier.outcome === 'taken') earlier.outcome = 'overridden';
  global.claims.push(claim(input.file, symbol, 'taken'));
  Object.assign(global.symbol, {
    type: symbol.type,
    section: place?.section.number ?? SHN_UNDEF,
    value: (place?.offset ?? 0) + symbol.value,
    size: symbol.size,
  });
  global.section = place?.section;
  global.isExtern = false;
  global.retype = true;
  onDefine(global, named.type);
}

/** @throws {LinkError} for two strong definitions, and where the files say different things */
function checkAgreement({ file, btf }: LinkInput, global: Global, { symbol, type, isExtern }: Named): void {
  const { name } = global;
  const first = global.claims.find(({ outcome }) => outcome === 'taken') ?? global.claims[0];
  if (!isExtern && !global.isExtern && !global.isWeak && symbol.bind !== STB_WEAK) {
    const problem = `conflicting non-weak symbol #${symbol.index} (${name}) definition in '${file}'`;
    throw errSymbol({ file, symbol: name }, `${problem}: '${first.file}' defines it too`, { first: first.file });
  }
  if (btf === undefined || global.type === undefined) {
    const problem = `BTF info is missing for global symbol '${name}': '${file}' names it twice`;
    throw errSymbol({ file, symbol: name }, problem);
  }
  const here = { btf, id: type.id };
  const compare = global.section?.name === '.maps' ? compareMaps : compareTypes;
  const problem = compare(global.type.origin, here);
  if (problem !== undefined) throw errGlobal({ symbol: name, file, first: first.file }, problem);
}
