import type { Endian } from '../base/index.ts';
import { decodeType } from './decode-type.ts';
import { errNoType } from './errors.ts';
import type { BtfForm } from './header.ts';
import { BTF_KIND, infoFlag, infoKind, infoVlen, kindName } from './kinds.ts';
import type { BtfId, BtfKind, BtfType, BtfTypeOf } from './model.ts';
import { type NamedTypes, NameIndex } from './name-index.ts';
import type { BtfStrings } from './strings.ts';

/** Kind number and string offset of the name of each type, by id. */
export interface TypeHeads {
  readonly kinds: Uint8Array;
  readonly names: Uint32Array;
}

/** What a `Btf` is made of; `parseBtf` fills it in. */
export interface BtfParts {
  readonly endian: Endian;
  readonly form: BtfForm;
  readonly base: Btf | undefined;
  readonly words: Uint32Array;
  readonly index: Uint32Array;
  /** Kinds and names of the types, where they are known; read off the words by default. */
  readonly heads?: TypeHeads;
  readonly strings: BtfStrings;
  readonly pointerSize: 4 | 8 | undefined;
}

const VOID: BtfType = { kind: 'VOID', id: 0, name: '' };

const LONG_NAMES: ReadonlySet<string> = new Set([
  'long',
  'long int',
  'int long',
  'unsigned long',
  'long unsigned',
  'unsigned long int',
  'unsigned int long',
  'long unsigned int',
  'long int unsigned',
  'int unsigned long',
  'int long unsigned',
]);

/**
 * A checked, read-only type graph. It stays flat: one run of 32-bit words (host order whatever the blob's) and the word
 * offset of each type; a type becomes an object when asked for by `typeById`. A split BTF holds its base's words before
 * its own, so ids and string offsets need no case distinction.
 *
 * References are checked to exist, loops are not ruled out: walks of a hostile BTF must be bounded.
 */
export class Btf {
  /** Byte order of the blob. */
  readonly endian: Endian;
  /** How the blob was laid out around types and strings. */
  readonly form: BtfForm;
  readonly base: Btf | undefined;
  /** Types in 32-bit words, those of the base first. */
  readonly words: Uint32Array;
  /** Word of the head of each type, by id; entry 0 (void) points nowhere. */
  readonly index: Uint32Array;
  /** Kind number (`BTF_KIND`) of each type, by id; 0 for void. */
  readonly kinds: Uint8Array;
  /** String offset of the name of each type, by id; 0 for void. */
  readonly names: Uint32Array;
  readonly strings: BtfStrings;
  /** Id of the first type that is not the base's. */
  readonly firstId: BtfId;
  readonly #objects = new Map<BtfId, BtfType>();
  #names: NameIndex | undefined;
  /** Of types, and of functions: these are half of a kernel's, and hardly asked for. */
  #essentialTypes: NameIndex | undefined;
  #essentialFunctions: NameIndex | undefined;
  /** Ids by name where both the base and the split types have some. */
  readonly #joined = new Map<string, readonly BtfId[]>();
  /** The first id of a kind and name, 0 where there is none: a name may have very many types of other kinds. */
  readonly #found = new Map<string, BtfId>();
  #pointerSize: 4 | 8 | undefined;

  constructor(parts: BtfParts) {
    this.endian = parts.endian;
    this.form = parts.form;
    this.base = parts.base;
    this.words = parts.words;
    this.index = parts.index;
    const { kinds, names } = parts.heads ?? headsOf(parts);
    this.kinds = kinds;
    this.names = names;
    this.strings = parts.strings;
    this.firstId = parts.base?.typeCount ?? 1;
    this.#pointerSize = parts.pointerSize;
  }

  /** Number of ids, void and the base's included: the last id is one less. */
  get typeCount(): number {
    return this.index.length;
  }

  /** Bytes of a pointer: as the ELF class said, else by the size of `long`, else 8. */
  get pointerSize(): 4 | 8 {
    this.#pointerSize ??= this.base?.pointerSize ?? this.#guessPointerSize();
    return this.#pointerSize;
  }

  #guessPointerSize(): 4 | 8 {
    for (let id = 1; id < this.typeCount; id++) {
      if (this.kindOf(id) !== BTF_KIND.INT) continue;
      const size = this.third(id);
      if ((size === 4 || size === 8) && LONG_NAMES.has(this.nameOf(id))) return size;
    }
    return 8;
  }

  /** Kind number (`BTF_KIND`); 0 for void. `id` must exist, here and in the other flat accessors. */
  kindOf(id: BtfId): number {
    return this.kinds[id];
  }

  /** Number of members, enumerators, parameters or variables; of a FUNC its linkage. */
  vlenOf(id: BtfId): number {
    return id === 0 ? 0 : infoVlen(this.words[this.index[id] + 1]);
  }

  flagOf(id: BtfId): boolean {
    return id !== 0 && infoFlag(this.words[this.index[id] + 1]);
  }

  /** The third word of the head: a size in bytes or the id of another type, as the kind has it. */
  third(id: BtfId): number {
    return id === 0 ? 0 : this.words[this.index[id] + 2];
  }

  nameOf(id: BtfId): string {
    return id === 0 ? '' : this.strings.at(this.words[this.index[id]]);
  }

  has(id: BtfId): boolean {
    return Number.isInteger(id) && id >= 0 && id < this.index.length;
  }

  /** The type as an object, the same one at every call. @throws {BtfError} BTF_NO_TYPE */
  typeById(id: BtfId): BtfType {
    if (id === 0) return VOID;
    if (this.base !== undefined && id < this.firstId) return this.base.typeById(id);
    const known = this.#objects.get(id);
    if (known !== undefined) return known;
    if (!this.has(id)) throw errNoType({ id, count: this.typeCount });
    const { words, index } = this;
    const type = decodeType({ words, id, at: index[id], end: index[id + 1] ?? words.length }, this.strings);
    this.#objects.set(id, type);
    return type;
  }

  /** Ids of all types of that name, ascending, the base's first; empty if there is none. */
  idsByName(name: string): readonly BtfId[] {
    this.#names ??= new NameIndex(this.#ownTypes());
    const own = this.#names.ids(name);
    const before = this.base?.idsByName(name) ?? [];
    if (before.length === 0 || own.length === 0) return own.length === 0 ? before : own;
    let all = this.#joined.get(name);
    if (all === undefined) this.#joined.set(name, (all = [...before, ...own]));
    return all;
  }

  /**
   * Ids of all functions (`kind` is FUNC) or else of all other types, but for those of the base, whose name without its
   * flavour (`___x`) is that; ascending.
   */
  ownIdsByEssentialName(name: string, kind: number): readonly BtfId[] {
    if (kind === BTF_KIND.FUNC) {
      this.#essentialFunctions ??= new NameIndex(this.#ownTypes(), { functions: true, essential: true });
      return this.#essentialFunctions.ids(name);
    }
    this.#essentialTypes ??= new NameIndex(this.#ownTypes(), { functions: false, essential: true });
    return this.#essentialTypes.ids(name);
  }

  #ownTypes(): NamedTypes {
    const { kinds, names, strings, firstId } = this;
    return { kinds, names, strings: strings.bytes, firstId };
  }

  /** The first type of that name and kind, the base's before its own; undefined if there is none. */
  findByName<K extends BtfKind = BtfKind>(name: string, kind?: K): BtfTypeOf<K> | undefined {
    const key = `${kind ?? ''} ${name}`;
    let id = this.#found.get(key);
    if (id === undefined) {
      const ids = this.idsByName(name);
      if (ids.length === 0) return undefined;
      id = ids.find((other) => kind === undefined || kindName(this.kindOf(other)) === kind) ?? 0;
      this.#found.set(key, id);
    }
    return id === 0 ? undefined : (this.typeById(id) as BtfTypeOf<K>);
  }

  /** Every type but void and the base's, in order of ids. */
  *types(): Generator<BtfType> {
    for (let id = this.firstId; id < this.typeCount; id++) yield this.typeById(id);
  }
}

/** What the heads of all types say, by id. */
export function headsOf({ words, index }: Pick<BtfParts, 'words' | 'index'>): TypeHeads {
  const kinds = new Uint8Array(index.length);
  const names = new Uint32Array(index.length);
  for (let id = 1; id < index.length; id++) {
    kinds[id] = infoKind(words[index[id] + 1]);
    names[id] = words[index[id]];
  }
  return { kinds, names };
}
