import type { Endian } from '../../base/index.ts';
import { invariant } from '../../base/index.ts';
import type { Btf, BtfId } from '../../btf/index.ts';
import { BTF_KIND, BtfBuilder, sizeOf } from '../../btf/index.ts';
import type { Places } from './append-sections.ts';
import { errGlobal, errTypes } from './errors.ts';
import type { GlobalType } from './global-types.ts';
import { isNonStatic } from './global-types.ts';
import type { Global, LinkedType } from './globals.ts';
import type { LinkInput } from './input.ts';
import type { OutputSection } from './output-sections.ts';

type Globals = ReadonlyMap<string, Global>;

/**
 * The types of all files, one behind the other, but for DATASECs, which are made at the end, and for VARs and FUNCs of
 * globals, which all files share.
 */
export class TypeMerger {
  readonly builder: BtfBuilder;

  constructor(endian: Endian) {
    this.builder = new BtfBuilder({ endian });
  }

  /**
   * An extern or weak global got a definition: its VAR or FUNC is global from now on, and the parameters of its
   * prototype get names, without which it would not be the same type as that of the definition.
   */
  define(btf: Btf, global: Global, { id }: GlobalType): void {
    const { type } = global;
    invariant(type !== undefined, 'a global that is resolved has a type');
    this.builder.setLinkage(type.id, 'global');
    if (btf.kindOf(id) !== BTF_KIND.FUNC) return;
    const proto = btf.third(id);
    for (let i = 0; i < btf.vlenOf(proto); i++) {
      const name = btf.words[btf.index[proto] + 3 + 2 * i];
      if (name !== 0) this.builder.setParamName(type.referred, i, this.builder.stringOf(btf, name));
    }
  }

  /**
   * Appends the types of an object.
   * @returns new id of each of its types; 0 for those that are not linked
   * @throws {LinkError} `LINK_TYPES` where a type refers to one of these
   */
  append(input: LinkInput, btf: Btf, globals: Globals): Uint32Array {
    const ids = new Uint32Array(btf.typeCount);
    const { added, retyped } = this.#assignIds(btf, globals, ids);
    const remap = (id: BtfId): BtfId => {
      if (id !== 0 && ids[id] === 0) {
        const problem = `failed to find new ID mapping for original BTF type ID ${id}`;
        throw errTypes(input.file, `${problem} (${btf.typeById(id).kind} '${btf.nameOf(id)}')`, { id });
      }
      return ids[id];
    };
    for (const id of added) this.builder.addType(btf, id, remap);
    for (const type of retyped) {
      type.referred = ids[btf.third(type.origin.id)];
      this.builder.setReferredType(type.id, type.referred);
    }
    return ids;
  }

  /** Says where each type will be. @returns the types to append, in order, and the globals that refer to one of them now */
  #assignIds(btf: Btf, globals: Globals, ids: Uint32Array): { added: BtfId[]; retyped: LinkedType[] } {
    const added: BtfId[] = [];
    const retyped: LinkedType[] = [];
    for (let id = 1; id < btf.typeCount; id++) {
      if (btf.kindOf(id) === BTF_KIND.DATASEC) continue;
      if (isNonStatic(btf, id)) {
        const global = globals.get(btf.nameOf(id));
        // Of a section that only one file keeps (`license`).
        if (global === undefined) continue;
        const isNew = global.type === undefined;
        const next = this.builder.nextId + added.length;
        const type = (global.type ??= { id: next, referred: 0, origin: { btf, id }, listed: undefined });
        if (global.retype) {
          global.retype = false;
          type.origin = { btf, id };
          retyped.push(type);
        }
        ids[id] = type.id;
        if (!isNew) continue;
      }
      ids[id] = this.builder.nextId + added.length;
      added.push(id);
    }
    return { added, retyped };
  }

  /**
   * Appends what the DATASECs of an object list to the sections where their variables went.
   * @throws {LinkError} `LINK_GLOBAL` where a global is in another section than before, or has no size
   */
  appendVars(input: LinkInput, source: { btf: Btf; ids: Uint32Array; places: Places; globals: Globals }): void {
    const { btf, ids, places, globals } = source;
    input.sections.forEach(({ vars }, number) => {
      const place = places[number];
      if (vars === undefined || place === undefined) return;
      const { section, offset } = place;
      section.vars ??= new Set();
      for (const entry of vars) {
        const type = ids[entry.type];
        const isGlobal = type !== 0 && isNonStatic(btf, entry.type);
        const global = isGlobal ? globals.get(btf.nameOf(entry.type)) : undefined;
        if (global !== undefined && updateEntry(input, global, section)) continue;
        const listed = { section, entry: { type, offset: offset + entry.offset, size: entry.size } };
        section.vars.add(listed.entry);
        if (global?.type !== undefined) global.type.listed = listed;
      }
    });
  }

  /** Appends the DATASECs of the linked file. */
  appendDatasecs(sections: readonly OutputSection[]): void {
    for (const { name, size, vars } of sections) {
      if (vars !== undefined) this.builder.add({ kind: 'DATASEC', name, size, vars: [...vars] });
    }
  }
}

/**
 * A global that several files list has one entry. Its type may come from another file now: so its size may too.
 * @returns whether there is an entry already
 */
function updateEntry(input: LinkInput, global: Global, section: OutputSection): boolean {
  const { name, type } = global;
  const at = { symbol: name, file: input.file, first: global.claims[0].file };
  if (global.section !== section) {
    throw errGlobal(at, `section mismatch '${global.section?.name ?? 'none'}' vs '${section.name}'`);
  }
  if (type?.listed === undefined) return false;
  const { section: listing, entry } = type.listed;
  if (listing !== section) {
    // DEVIATION: the definition that counts now is in another section than the one before. There libbpf takes the place
    // among the variables of the old section for one among those of the new: it changes another variable, or crashes.
    listing.vars?.delete(entry);
    return false;
  }
  const { btf, id } = type.origin;
  // A function has no size.
  if (btf.kindOf(id) === BTF_KIND.FUNC) return true;
  const size = sizeOf(btf, btf.third(id));
  if (size === undefined) throw errGlobal(at, 'failed to resolve size of underlying type');
  entry.size = size;
  return true;
}
