import { alignUp } from '../base/index.ts';
import type { Btf, BtfEditor, BtfId, BtfInt } from '../btf/index.ts';
import {
  alignOf,
  BTF_KIND,
  essentialName,
  LINKAGE_EXTERN,
  LINKAGE_GLOBAL,
  resolveType,
  sizeOf,
  skipModifiersAndTypedefs,
} from '../btf/index.ts';
import type { ElfSymbol } from '../elf/index.ts';
import { STB_GLOBAL, STB_WEAK, STT_NOTYPE } from '../elf/index.ts';
import { errExtern } from './errors.ts';
import type { ExternSpec, KconfigExtern, KconfigKind } from './extern-spec.ts';

const KCONFIG_SECTION = '.kconfig';
const KSYMS_SECTION = '.ksyms';
/** Bytes of every variable of `.ksyms` as the kernel is told: their real types are the kernel's own. */
const KSYM_SIZE = 4;

/** A symbol that the object uses and does not define. */
export function isExternSymbol(symbol: ElfSymbol): boolean {
  return symbol.section === 0 && (symbol.bind === STB_GLOBAL || symbol.bind === STB_WEAK) && symbol.type === STT_NOTYPE;
}

type Unplaced = { -readonly [K in keyof KconfigExtern]: KconfigExtern[K] } | Exclude<ExternSpec, KconfigExtern>;

/**
 * The externs of an object, each with its description in BTF.
 * @throws {ObjectError} `OBJECT_EXTERN` where BTF does not describe one, or in a way that libbpf does not support
 */
export function collectExterns(symbols: readonly ElfSymbol[], btf: Btf | undefined): ExternSpec[] {
  const wanted = symbols.filter((symbol) => isExternSymbol(symbol) && symbol.name !== '');
  if (wanted.length === 0) return [];
  if (btf === undefined) throw errExtern(wanted[0].name, 'failed to find BTF: the object has none');
  const homes = new Map<BtfId, BtfId>();
  for (let id = 1; id < btf.typeCount; id++) {
    if (btf.kindOf(id) !== BTF_KIND.DATASEC) continue;
    const type = btf.typeById(id);
    if (type.kind !== 'DATASEC') continue;
    for (const { type: member } of type.vars) if (!homes.has(member)) homes.set(member, id);
  }
  const types = new Map<string, BtfId>();
  for (const { name } of wanted) if (!types.has(name)) types.set(name, findExternType(name, btf));
  const found = wanted.map((symbol) => describeExtern(symbol, { btf, homes, btfId: types.get(symbol.name) ?? 0 }));
  found.sort(compareExterns);
  let offset = 0;
  return found.map((extern, index) => {
    if (extern.kind !== 'kconfig') return { ...extern, index };
    const placed = alignUp(offset, extern.align);
    offset = placed + extern.size;
    return { ...extern, index, offset: placed };
  });
}

function describeExtern(symbol: ElfSymbol, at: { btf: Btf; homes: ReadonlyMap<BtfId, BtfId>; btfId: BtfId }): Unplaced {
  const { name } = symbol;
  const { btf, homes, btfId } = at;
  const type = btf.typeById(btfId);
  const home = homes.get(btfId);
  if (home === undefined) throw errExtern(name, `failed to find BTF section of [${btfId}]`, { btfId });
  const section = btf.nameOf(home);
  const base = {
    index: 0,
    name,
    essentialName: essentialName(name),
    weak: symbol.bind === STB_WEAK,
    symbolIndex: symbol.index,
    btfId,
  };
  if (section === KCONFIG_SECTION) {
    if (type.kind !== 'VAR') throw errExtern(name, `extern function is unsupported under ${KCONFIG_SECTION} section`);
    return { ...base, kind: 'kconfig', ...describeKconfig(name, btf, type.type) };
  }
  if (section !== KSYMS_SECTION) throw errExtern(name, `unrecognized extern section '${section}'`, { section });
  const typeId = skipModifiersAndTypedefs(btf, btf.third(btfId));
  if (type.kind === 'FUNC') return { ...base, kind: 'kfunc', typeId };
  return { ...base, kind: typeId === 0 ? 'ksym_typeless' : 'ksym_var', typeId };
}

/** The extern's VAR or FUNC: the first of that name, which must be declared extern. */
function findExternType(name: string, btf: Btf): BtfId {
  for (const id of btf.idsByName(name)) {
    const type = btf.typeById(id);
    if (type.kind !== 'VAR' && type.kind !== 'FUNC') continue;
    if (type.linkage !== 'extern') {
      throw errExtern(name, `failed to find BTF: [${id}] ${type.kind} is ${type.linkage}, not extern`, { id });
    }
    return id;
  }
  throw errExtern(name, 'failed to find BTF: no variable or function of that name');
}

function describeKconfig(name: string, btf: Btf, typeId: BtfId) {
  const size = sizeOf(btf, typeId);
  if (size === undefined || size === 0) throw errExtern(name, `failed to resolve size of extern (kcfg) [${typeId}]`);
  const align = alignOf(btf, typeId);
  if (align === 0) throw errExtern(name, `failed to determine alignment of extern (kcfg) [${typeId}]`);
  const type = kconfigKind(btf, typeId);
  if (type === undefined) throw errExtern(name, `extern (kcfg): type [${typeId}] is unsupported`);
  return { size, align, type, signed: isSignedInt(btf, typeId), offset: 0 };
}

function isSignedInt(btf: Btf, typeId: BtfId): boolean {
  const type = resolveType(btf, typeId);
  return type.kind === 'INT' && type.signed && !type.bool;
}

function kconfigKind(btf: Btf, typeId: BtfId): KconfigKind | undefined {
  const type = resolveType(btf, typeId);
  switch (type.kind) {
    case 'INT':
      return intKind(type);
    case 'ENUM':
      return type.size === 4 && type.name === 'libbpf_tristate' ? 'tristate' : undefined;
    case 'ENUM64':
      return type.name === 'libbpf_tristate' ? 'tristate' : undefined;
    case 'ARRAY': {
      const element = resolveType(btf, type.type);
      return type.count > 0 && element.kind === 'INT' && intKind(element) === 'char' ? 'char_array' : undefined;
    }
    default:
      return undefined;
  }
}

function intKind({ bool, size }: BtfInt): KconfigKind | undefined {
  if (bool) return size === 1 ? 'bool' : undefined;
  if (size === 1) return 'char';
  return size === 2 || size === 4 || size === 8 ? 'int' : undefined;
}

/** Kconfig values first, by falling alignment, then size; everything else by name. */
function compareExterns(a: Unplaced, b: Unplaced): number {
  const byKind = Number(a.kind !== 'kconfig') - Number(b.kind !== 'kconfig');
  if (byKind !== 0) return byKind;
  if (a.kind === 'kconfig' && b.kind === 'kconfig') {
    if (a.align !== b.align) return b.align - a.align;
    if (a.size !== b.size) return a.size - b.size;
  }
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

/**
 * Writes into the object's BTF what the kernel must read of externs: `.kconfig` as the map's layout, `.ksyms` as 4-byte
 * variables (a dummy one for each kfunc), none of them extern.
 */
export function fixExternBtf(externs: readonly ExternSpec[], editor: BtfEditor): void {
  const byName = new Map(externs.map((extern) => [extern.name, extern]));
  if (externs.some(({ kind }) => kind !== 'kconfig')) fixKsyms(byName, editor);
  const kconfig = externs.filter((extern) => extern.kind === 'kconfig');
  const end = kconfig.reduce((last, { offset, size }) => Math.max(last, offset + size), 0);
  if (kconfig.length > 0) fixKconfig(byName, editor, end);
}

const datasecNamed = (btf: Btf, name: string): BtfId | undefined => btf.findByName(name, 'DATASEC')?.id;

function fixKsyms(byName: ReadonlyMap<string, ExternSpec>, editor: BtfEditor): void {
  const { btf } = editor;
  const section = datasecNamed(btf, KSYMS_SECTION);
  if (section === undefined) return;
  const int = firstInt32(btf);
  const vars = editor.datasecVars(section);
  const hasFunction = vars.some(({ type }) => btf.kindOf(type) === BTF_KIND.FUNC);
  const dummy = hasFunction ? editor.addVar('dummy_ksym', int, LINKAGE_GLOBAL) : undefined;
  vars.forEach((entry, i) => {
    const name = btf.nameOf(entry.type);
    if (!byName.has(name)) throw errExtern(name, 'failed to find extern definition for what BTF declares');
    if (btf.kindOf(entry.type) === BTF_KIND.FUNC) {
      editor.setFuncLinkage(entry.type, LINKAGE_GLOBAL);
      if (dummy) {
        editor.nameParams(btf.third(entry.type), dummy.name);
        entry.type = dummy.id;
      }
    } else {
      editor.setVarLinkage(entry.type, LINKAGE_GLOBAL);
      editor.setVarType(entry.type, int);
    }
    entry.offset = i * KSYM_SIZE;
    entry.size = KSYM_SIZE;
  });
  editor.setDatasecVars(section, vars);
  editor.setDatasecSize(section, vars.length * KSYM_SIZE);
}

function fixKconfig(byName: ReadonlyMap<string, ExternSpec>, editor: BtfEditor, size: number): void {
  const section = datasecNamed(editor.btf, KCONFIG_SECTION);
  if (section === undefined) return;
  const vars = editor.datasecVars(section);
  for (const entry of vars) {
    const name = editor.btf.nameOf(entry.type);
    const extern = byName.get(name);
    if (extern?.kind !== 'kconfig') throw errExtern(name, 'failed to find extern definition for BTF var');
    if (editor.varLinkage(entry.type) === LINKAGE_EXTERN) editor.setVarLinkage(entry.type, LINKAGE_GLOBAL);
    entry.offset = extern.offset;
  }
  editor.setDatasecVars(section, vars);
  editor.setDatasecSize(section, size);
}

function firstInt32(btf: Btf): BtfId {
  for (let id = 1; id < btf.typeCount; id++) {
    if (btf.kindOf(id) !== BTF_KIND.INT) continue;
    const type = btf.typeById(id);
    if (type.kind === 'INT' && type.bits === 32) return id;
  }
  return 0;
}
