import type { Endian } from '../base/index.ts';
import { encodeUtf8 } from '../base/index.ts';
import { Btf, headsOf } from './btf.ts';
import type { NewBtfType } from './encode-type.ts';
import { encodeType } from './encode-type.ts';
import { errOtherBase } from './errors.ts';
import { type BtfForm, PLAIN_FORM, writeSections } from './header.ts';
import { BTF_KIND, infoKind, infoWord, LINKAGES, TYPE_WORDS } from './kinds.ts';
import type { BtfId, BtfLinkage } from './model.ts';
import { forEachTypeId, remapTypeIds, StringOffsets } from './references.ts';
import { type StringBytes, StringSet, stringReader } from './string-set.ts';
import { BtfStrings } from './strings.ts';
import { checkReferences } from './type-index.ts';
import { WordBuffer } from './word-buffer.ts';

/** What a new BTF goes on from. */
export interface BtfBuilderOptions {
  /** Default: `little`. */
  readonly endian?: Endian;
  /** The new BTF is split: its ids and strings go on where these end. */
  readonly base?: Btf;
}

/**
 * Puts a BTF together, from nothing or from another one, whose words, ids and string offsets stay what they are
 * (`.BTF.ext` and instructions refer to both). It is flat, as `Btf` is: what is added are words and bytes.
 *
 * @example
 * import { BtfBuilder } from 'ebpfts/btf';
 *
 * const builder = new BtfBuilder();
 * const int = builder.add({ kind: 'INT', name: 'int', size: 4, bits: 32, bitsOffset: 0, signed: true, char: false, bool: false });
 * const bytes = builder.encode();
 */
export class BtfBuilder {
  readonly #endian: Endian;
  readonly #base: Btf | undefined;
  readonly #words = new WordBuffer();
  /** Word of the head of each type added. */
  readonly #index: number[] = [];
  #strings: StringSet;
  #form: BtfForm = PLAIN_FORM;
  /** The BTF that types were last taken from. */
  #from: { readonly btf: Btf; readonly strings: StringOffsets } | undefined;

  constructor({ endian = 'little', base }: BtfBuilderOptions = {}) {
    this.#endian = endian;
    this.#base = base;
    this.#strings = new StringSet(base === undefined ? new Uint8Array(1) : undefined);
  }

  /** A builder that holds what `btf` holds; encoded in its byte order unless another is asked for. */
  static from(btf: Btf, options: { endian?: Endian } = {}): BtfBuilder {
    const builder = new BtfBuilder({ endian: options.endian ?? btf.endian, base: btf.base });
    builder.#strings = new StringSet(ownStrings(btf));
    const start = btf.base?.words.length ?? 0;
    builder.#words.append(btf.words.subarray(start));
    for (let id = btf.firstId; id < btf.typeCount; id++) builder.#index.push(btf.index[id] - start);
    builder.#form = btf.form;
    return builder;
  }

  get #firstId(): BtfId {
    return this.#base?.typeCount ?? 1;
  }

  /** The id that the next type will have. */
  get nextId(): BtfId {
    return this.#firstId + this.#index.length;
  }

  /** Appends a type. @returns its id */
  add(type: NewBtfType): BtfId {
    this.#index.push(this.#words.length);
    encodeType(this.#words, type, this.#place);
    return this.nextId - 1;
  }

  /** Appends a type of another BTF: its strings are added here, its ids go through `remap`. @returns its id */
  addType(from: Btf, id: BtfId, remap: (id: BtfId) => BtfId): BtfId {
    const at = this.#words.append(from.words.subarray(from.index[id], from.index[id + 1] ?? from.words.length));
    this.#index.push(at);
    const { words } = this.#words;
    forEachTypeId(words, at, (old, word) => {
      words[word] = remap(old);
    });
    this.#stringsOf(from).remap(words, at);
    return this.nextId - 1;
  }

  /**
   * Appends all types of another BTF but for its base's, which must be this one's base too. Byte orders may differ.
   * @returns the new id of each of its ids
   * @throws {BtfError} BTF_OTHER_BASE
   */
  addBtf(from: Btf): Uint32Array {
    const { base } = from;
    if (base !== undefined && base !== this.#base) throw errOtherBase();
    const { firstId, typeCount, index } = from;
    const ids = new Uint32Array(typeCount);
    const shift = this.nextId - firstId;
    for (let id = 0; id < typeCount; id++) ids[id] = id < firstId ? id : id + shift;
    const start = base?.words.length ?? 0;
    const offset = this.#words.append(from.words.subarray(start)) - start;
    const { words } = this.#words;
    const strings = this.#stringsOf(from);
    for (let id = firstId; id < typeCount; id++) {
      const at = index[id] + offset;
      this.#index.push(at);
      strings.remap(words, at);
      remapTypeIds(words, at, ids);
    }
    return ids;
  }

  /** Puts another type in the place of one that the builder holds. */
  replace(id: BtfId, type: NewBtfType): void {
    const words = new WordBuffer();
    encodeType(words, type, this.#place);
    const place = id - this.#firstId;
    const start = this.#index[place];
    const end = this.#index[place + 1] ?? this.#words.length;
    this.#words.splice(start, end, words.words);
    const moved = words.length - (end - start);
    for (let i = place + 1; i < this.#index.length; i++) this.#index[i] += moved;
  }

  /** Lets a type that refers to one other (a VAR, a FUNC, a modifier) refer to `to`. */
  setReferredType(id: BtfId, to: BtfId): void {
    this.#words.words[this.#at(id) + 2] = to;
  }

  /** Gives a VAR or FUNC another linkage. */
  setLinkage(id: BtfId, linkage: BtfLinkage): void {
    const at = this.#at(id);
    const { words } = this.#words;
    const number = LINKAGES.indexOf(linkage);
    if (infoKind(words[at + 1]) === BTF_KIND.FUNC) words[at + 1] = infoWord({ kind: BTF_KIND.FUNC, vlen: number });
    else words[at + TYPE_WORDS] = number;
  }

  /** Gives parameter `index` of a FUNC_PROTO the name at a string offset. */
  setParamName(proto: BtfId, index: number, name: number): void {
    this.#words.words[this.#at(proto) + TYPE_WORDS + 2 * index] = name;
  }

  #at(id: BtfId): number {
    return this.#index[id - this.#firstId];
  }

  /** Offset of a string, added where neither the base nor the new BTF has it yet. */
  string(text: string): number {
    return this.#place(text);
  }

  readonly #place = (text: string): number => {
    if (text === '') return 0;
    const bytes = encodeUtf8(text);
    return this.#addString({ bytes, start: 0, end: bytes.length });
  };

  /** Offset of a string of another BTF, added where it is not there yet: the same bytes, whatever their encoding. */
  stringOf(from: Btf, offset: number): number {
    return this.#stringsOf(from).at(offset);
  }

  /** Where the strings of another BTF come to stand, kept from one of its types to the next. */
  #stringsOf(from: Btf): StringOffsets {
    if (this.#from?.btf === from) return this.#from.strings;
    const shared = from.base !== undefined && from.base === this.#base ? from.base.strings.size : 0;
    const read = stringReader(from.strings.bytes);
    const range = { first: shared, size: from.strings.size };
    const strings = new StringOffsets(range, (old) => this.#addString(read(old)));
    this.#from = { btf: from, strings };
    return strings;
  }

  #addString(text: StringBytes): number {
    if (text.start === text.end) return 0;
    const inBase = this.#base?.strings.find(text) ?? -1;
    return inBase >= 0 ? inBase : (this.#base?.strings.size ?? 0) + this.#strings.add(text);
  }

  /** The blob: header, types, strings; in the form of the BTF that the builder was made from. */
  encode(): Uint8Array {
    const types = this.#words.words;
    return writeSections({ endian: this.#endian, types, strings: this.#strings.bytes, form: this.#form });
  }

  /** The BTF as it stands, without a detour over bytes. @throws {BtfError} where a type refers to what is not there */
  toBtf(): Btf {
    const base = this.#base;
    const start = base?.words.length ?? 0;
    const words = new Uint32Array(start + this.#words.length);
    words.set(this.#words.words, start);
    const strings = new Uint8Array((base?.strings.size ?? 0) + this.#strings.size);
    strings.set(this.#strings.bytes, base?.strings.size ?? 0);
    const index = new Uint32Array(this.nextId);
    for (let i = 0; i < this.#index.length; i++) index[this.#firstId + i] = start + this.#index[i];
    if (base !== undefined) {
      words.set(base.words);
      strings.set(base.strings.bytes);
      index.set(base.index);
    }
    const heads = headsOf({ words, index });
    checkReferences({ words, stringsSize: strings.length, base }, { index, ...heads });
    const parts = { words, index, heads, strings: new BtfStrings(strings), base, pointerSize: undefined };
    return new Btf({ ...parts, endian: this.#endian, form: this.#form });
  }
}

function ownStrings(btf: Btf): Uint8Array {
  return btf.strings.bytes.subarray(btf.base?.strings.size ?? 0);
}
