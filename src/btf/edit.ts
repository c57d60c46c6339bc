import { encodeUtf8 } from '../base/index.ts';
import type { Btf } from './btf.ts';
import { writeSections } from './header.ts';
import { BTF_KIND, infoWord } from './kinds.ts';
import type { BtfId } from './model.ts';
import { parseBtf } from './parse.ts';

/** Linkage of a VAR or FUNC that only its own object sees. */
export const LINKAGE_STATIC = 0;
/** Linkage of a VAR or FUNC that every object sees. */
export const LINKAGE_GLOBAL = 1;
/** Linkage of a VAR or FUNC that another object or the kernel has. */
export const LINKAGE_EXTERN = 2;

/** One variable of a DATASEC. */
export interface EditableVar {
  type: BtfId;
  offset: number;
  size: number;
}

/**
 * Changes what a loader must change in an object's BTF: words of existing types in place, types appended. Ids, string
 * offsets and every other word stay what they are, odd ones too.
 */
export class BtfEditor {
  readonly btf: Btf;
  readonly #words: Uint32Array;
  readonly #appended: number[] = [];
  readonly #strings: Uint8Array[] = [];
  readonly #named = new Set<BtfId>();
  #stringsSize: number;
  #nextId: BtfId;
  #changed = false;

  constructor(btf: Btf) {
    this.btf = btf;
    this.#words = btf.words.slice();
    this.#stringsSize = btf.strings.size;
    this.#nextId = btf.typeCount;
  }

  /** Any change made. */
  get changed(): boolean {
    return this.#changed;
  }

  #write(at: number, value: number): void {
    if (this.#words[at] === value >>> 0) return;
    this.#words[at] = value;
    this.#changed = true;
  }

  /** Linkage as edited so far. */
  varLinkage(id: BtfId): number {
    return this.#words[this.btf.index[id] + 3];
  }

  setVarLinkage(id: BtfId, linkage: number): void {
    this.#write(this.btf.index[id] + 3, linkage);
  }

  setVarType(id: BtfId, type: BtfId): void {
    this.#write(this.btf.index[id] + 2, type);
  }

  funcLinkage(id: BtfId): number {
    return this.#words[this.btf.index[id] + 1] & 0xffff;
  }

  setFuncLinkage(id: BtfId, linkage: number): void {
    const at = this.btf.index[id] + 1;
    this.#write(at, (this.#words[at] & ~0xffff) | linkage);
  }

  /** Gives the parameters of a FUNC_PROTO that have a type but no name that name. */
  nameParams(proto: BtfId, name: number): void {
    // Many functions may share one prototype.
    if (this.#named.has(proto)) return;
    this.#named.add(proto);
    const at = this.btf.index[proto] + 3;
    for (let i = 0; i < this.btf.vlenOf(proto); i++) {
      if (this.#words[at + 2 * i] === 0 && this.#words[at + 2 * i + 1] !== 0) this.#write(at + 2 * i, name);
    }
  }

  datasecSize(id: BtfId): number {
    return this.#words[this.btf.index[id] + 2];
  }

  setDatasecSize(id: BtfId, size: number): void {
    this.#write(this.btf.index[id] + 2, size);
  }

  datasecVars(id: BtfId): EditableVar[] {
    const at = this.btf.index[id] + 3;
    return Array.from({ length: this.btf.vlenOf(id) }, (_, i) => ({
      type: this.#words[at + 3 * i],
      offset: this.#words[at + 3 * i + 1],
      size: this.#words[at + 3 * i + 2],
    }));
  }

  setDatasecVars(id: BtfId, vars: readonly EditableVar[]): void {
    const at = this.btf.index[id] + 3;
    vars.forEach(({ type, offset, size }, i) => {
      this.#write(at + 3 * i, type);
      this.#write(at + 3 * i + 1, offset);
      this.#write(at + 3 * i + 2, size);
    });
  }

  /** Appends a VAR. @returns its id and the offset of its name */
  addVar(name: string, type: BtfId, linkage: number): { id: BtfId; name: number } {
    const bytes = encodeUtf8(`${name}\0`);
    const nameOffset = this.#stringsSize;
    this.#strings.push(bytes);
    this.#stringsSize += bytes.length;
    this.#appended.push(nameOffset, infoWord({ kind: BTF_KIND.VAR }), type, linkage);
    this.#changed = true;
    return { id: this.#nextId++, name: nameOffset };
  }

  /** The blob and its types as edited; the given blob itself where nothing changed. */
  finish(original: Uint8Array): { bytes: Uint8Array; btf: Btf } {
    if (!this.#changed) return { bytes: original, btf: this.btf };
    const { endian, form } = this.btf;
    const types = new Uint32Array(this.#words.length + this.#appended.length);
    types.set(this.#words);
    types.set(this.#appended, this.#words.length);
    const strings = new Uint8Array(this.#stringsSize);
    strings.set(this.btf.strings.bytes);
    let end = this.btf.strings.size;
    for (const text of this.#strings) {
      strings.set(text, end);
      end += text.length;
    }
    const bytes = writeSections({ endian, types, strings, form });
    return { bytes, btf: parseBtf(bytes, { pointerSize: 8 }) };
  }
}
