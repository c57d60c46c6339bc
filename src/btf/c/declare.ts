import type { Btf } from '../btf.ts';
import { enum64Value } from '../decode-type.ts';
import { errTooDeep } from '../errors.ts';
import { BTF_KIND, infoFlag, infoKind, infoVlen } from '../kinds.ts';
import type { BtfId } from '../model.ts';
import type { Piece } from '../piece.ts';
import { type Alignments, alignmentsOf, isModifier, sizeOf } from '../resolve.ts';
import { TextBytes } from '../text-bytes.ts';
import type { BpftoolForm } from './form.ts';
import { CNames } from './names.ts';
import { writePadding } from './padding.ts';
import { C, line } from './pieces.ts';

/** Longest chain of pointers, arrays and modifiers, and deepest nesting of declarators and structs in each other. */
const CHAIN_MAX = 4096;
const DEPTH_MAX = 1000;

/** A declaration being printed. */
interface Declaration {
  /** String offset of the name that it declares; 0 is no name, `GIVEN` the one that the caller has as text. */
  readonly name: number;
  /** 1 for the name as it is, n for `name___n`. */
  readonly number: number;
  readonly level: number;
  /** The part of the stack that is still to come, innermost type on top. */
  start: number;
  end: number;
}

/** In place of a string offset: the name given to `declareAs`. */
const GIVEN = -1;

function named(name: number, level: number, number = 1): Declaration {
  return { name, number, level, start: 0, end: 0 };
}

/** Prints declarations and definitions in C: `struct foo *(*name[4])(int)`, `struct foo { … }`. */
export class CDeclarations {
  readonly out: TextBytes;
  readonly names: CNames;
  readonly #btf: Btf;
  readonly #form: BpftoolForm;
  readonly #alignments: Alignments;
  readonly #stack: BtfId[] = [];
  /** Types on the stack; what lies above is left over. */
  #top = 0;
  #depth = 0;
  #givenName = '';
  #withoutModifiers = false;

  constructor(btf: Btf, form: BpftoolForm = '7.5') {
    this.#btf = btf;
    this.#form = form;
    const size = btf.words.length * 4 + btf.strings.size;
    // Pages that nothing is written to cost nothing.
    this.out = new TextBytes(size, 4 * 1024 * 1024 + 32 * size);
    this.names = new CNames(btf);
    this.#alignments = alignmentsOf(btf);
  }

  #nameOffset(id: BtfId): number {
    return this.#btf.words[this.#btf.index[id]];
  }

  /** A name at a string offset, with its number where it is not the first of its kind. */
  #writeNumbered(offset: number, number: number): void {
    this.out.string(this.#btf.strings, offset);
    if (number > 1) this.out.piece(C.number).decimal(number);
  }

  /** `struct name`, `union name`, `enum name`, or the keyword alone. */
  tag(keyword: Piece, id: BtfId): void {
    const offset = this.#nameOffset(id);
    this.out.piece(keyword);
    if (offset === 0) return;
    this.out.piece(C.space);
    this.#writeNumbered(offset, this.names.tag(id));
  }

  /** A declaration of the name at a string offset, as of type `id`. */
  declare(id: BtfId, name: number): void {
    this.#declaration(id, named(name, 0));
  }

  /** A declaration of a name that need not be one of the BTF's. */
  declareAs(id: BtfId, name: string, style: { level: number; withoutModifiers: boolean }): void {
    this.#givenName = name;
    this.#withoutModifiers = style.withoutModifiers;
    this.#declaration(id, named(GIVEN, style.level));
    this.#withoutModifiers = false;
  }

  #declaration(root: BtfId, chain: Declaration): void {
    const { words, index } = this.#btf;
    const stack = this.#stack;
    const start = this.#top;
    for (let id = root, skipped = 0; ; ) {
      const kind = this.#btf.kinds[id];
      if (this.#withoutModifiers && isModifier(kind)) {
        if (++skipped > CHAIN_MAX) throw errTooDeep({ id: root, depth: CHAIN_MAX });
        id = words[index[id] + 2];
        continue;
      }
      stack[this.#top++] = id;
      if (this.#top - start > CHAIN_MAX) throw errTooDeep({ id: root, depth: CHAIN_MAX });
      if (kind === BTF_KIND.ARRAY) id = words[index[id] + 3];
      else if (kind === BTF_KIND.PTR || kind === BTF_KIND.FUNC_PROTO || isModifier(kind)) id = words[index[id] + 2];
      else break;
    }
    chain.start = start;
    chain.end = this.#top;
    this.#chain(chain);
    this.#top = start;
  }

  #chain(chain: Declaration): void {
    if (++this.#depth > DEPTH_MAX) throw errTooDeep({ id: this.#stack[chain.start], depth: DEPTH_MAX });
    this.#writeChain(chain);
    this.#depth--;
  }

  /** Prints a chain from its innermost type outwards. */
  #writeChain(chain: Declaration): void {
    const { kinds } = this.#btf;
    // A pointer alone, as in `(*name)`, is not set off from what comes before it.
    let lastWasPointer = true;
    while (chain.end > chain.start) {
      const id = this.#stack[--chain.end];
      const kind = kinds[id];
      if (kind === BTF_KIND.ARRAY) {
        this.#array(chain, id, lastWasPointer);
        return;
      }
      if (kind === BTF_KIND.FUNC_PROTO) {
        this.#prototype(chain, id, lastWasPointer);
        return;
      }
      if (kind === BTF_KIND.PTR) this.out.piece(lastWasPointer ? C.star : C.spaceStar);
      else if (!this.#writeType(chain, id)) return;
      lastWasPointer = kind === BTF_KIND.PTR;
    }
    this.#declaredName(chain, lastWasPointer);
  }

  /** Prints a type that has a name or stands in place, or what qualifies a pointer. @returns false for kinds that C has not */
  #writeType(chain: Declaration, id: BtfId): boolean {
    const { out } = this;
    const { words, index, kinds } = this.#btf;
    const kind = kinds[id];
    if (kind === BTF_KIND.CONST) out.piece(C.const);
    else if (kind === BTF_KIND.VOLATILE) out.piece(C.volatile);
    else if (kind === BTF_KIND.RESTRICT) out.piece(C.restrict);
    if (kind === BTF_KIND.CONST || kind === BTF_KIND.VOLATILE || kind === BTF_KIND.RESTRICT) return true;
    if (chain.end > chain.start) this.#modifiers(chain);
    const name = id === 0 ? 0 : words[index[id]];
    switch (kind) {
      case BTF_KIND.TYPEDEF:
        this.#writeNumbered(name, this.names.identifier(id));
        return true;
      case BTF_KIND.STRUCT:
      case BTF_KIND.UNION:
        if (name === 0) this.composite(id, chain.level);
        else this.tag(kind === BTF_KIND.STRUCT ? C.struct : C.union, id);
        return true;
      case BTF_KIND.INT:
      case BTF_KIND.FLOAT:
        out.string(this.#btf.strings, name);
        return true;
      case BTF_KIND.ENUM:
      case BTF_KIND.ENUM64:
        if (name === 0) this.enumeration(id, chain.level);
        else this.tag(C.enum, id);
        return true;
      case BTF_KIND.VOID:
        out.piece(C.void);
        return true;
      case BTF_KIND.FWD:
        this.forward(id);
        return true;
      case BTF_KIND.TYPE_TAG:
        this.#typeTag(id);
        return true;
      default:
        return false;
    }
  }

  /** With the kind flag set, the tag's name is a whole attribute; bpftool 7.5 does not know that. */
  #typeTag(id: BtfId): void {
    const isAttribute = this.#form !== '7.5' && this.#btf.flagOf(id);
    this.out.piece(isAttribute ? C.attribute : C.typeTag);
    this.out.string(this.#btf.strings, this.#nameOffset(id)).piece(isAttribute ? C.attributeEnd : C.typeTagEnd);
  }

  /** Modifiers of a type that is no pointer stand before it. */
  #modifiers(chain: Declaration): void {
    for (; chain.end > chain.start; chain.end--) {
      const kind = this.#btf.kinds[this.#stack[chain.end - 1]];
      if (kind === BTF_KIND.CONST) this.out.piece(C.constBefore);
      else if (kind === BTF_KIND.VOLATILE) this.out.piece(C.volatileBefore);
      else if (kind === BTF_KIND.RESTRICT) this.out.piece(C.restrictBefore);
      else return;
    }
  }

  /** Modifiers of an array or a function mean nothing; old compilers write them. */
  #dropModifiers(chain: Declaration): void {
    while (chain.end > chain.start && isModifier(this.#btf.kinds[this.#stack[chain.end - 1]])) chain.end--;
  }

  #hasName({ name }: Declaration): boolean {
    if (name === GIVEN) return this.#givenName !== '';
    return name !== 0 && this.#btf.strings.bytes[name] !== 0;
  }

  #declaredName(chain: Declaration, lastWasPointer: boolean): void {
    if (!this.#hasName(chain)) return;
    if (!lastWasPointer) this.out.piece(C.space);
    if (chain.name === GIVEN) this.out.text(this.#givenName);
    else this.#writeNumbered(chain.name, chain.number);
  }

  #array(chain: Declaration, id: BtfId, lastWasPointer: boolean): void {
    const { out } = this;
    this.#dropModifiers(chain);
    if (chain.end === chain.start) {
      this.#declaredName(chain, lastWasPointer);
    } else {
      const isNested = this.#btf.kinds[this.#stack[chain.end - 1]] === BTF_KIND.ARRAY;
      if (this.#hasName(chain) && !lastWasPointer) out.piece(C.space);
      if (!isNested) out.piece(C.open);
      this.#chain(chain);
      if (!isNested) out.piece(C.close);
    }
    out
      .piece(C.openBracket)
      .decimal(this.#btf.words[this.#btf.index[id] + 5])
      .piece(C.closeBracket);
  }

  #prototype(chain: Declaration, id: BtfId, lastWasPointer: boolean): void {
    const { out } = this;
    const { words, index } = this.#btf;
    this.#dropModifiers(chain);
    if (chain.end > chain.start) {
      out.piece(C.spaceOpen);
      this.#chain(chain);
      out.piece(C.close);
    } else {
      this.#declaredName(chain, lastWasPointer);
    }
    const first = index[id] + 3;
    const count = infoVlen(words[index[id] + 1]);
    out.piece(C.open);
    if (count === 0 || (count === 1 && words[first + 1] === 0)) {
      out.piece(C.noParameters);
      return;
    }
    for (let i = 0; i < count; i++) {
      const type = words[first + 2 * i + 1];
      if (i > 0) out.piece(C.commaSpace);
      if (type === 0 && i === count - 1) out.piece(C.variadic);
      else this.#declaration(type, named(words[first + 2 * i], chain.level));
    }
    out.piece(C.close);
  }

  /** `struct name` or `union name` of a FWD. */
  forward(id: BtfId): void {
    const isUnion = this.#btf.flagOf(id);
    this.out.piece(isUnion ? C.union : C.struct).piece(C.space);
    this.#writeNumbered(this.#nameOffset(id), this.names.tag(id));
  }

  /** The definition of a struct or union, without a semicolon. */
  composite(id: BtfId, level: number): void {
    const { out } = this;
    const btf = this.#btf;
    const { words, index } = btf;
    const at = index[id];
    const info = words[at + 1];
    const isStruct = infoKind(info) === BTF_KIND.STRUCT;
    const size = words[at + 2];
    const flag = infoFlag(info);
    const isPacked = isStruct && this.#isPacked(id);
    const style = { out, pointerSize: btf.pointerSize, level: level + 1 };
    this.tag(isStruct ? C.struct : C.union, id);
    out.piece(C.openBrace);
    let from = 0;
    let afterBitfield = false;
    for (let m = at + 3, end = m + 3 * infoVlen(info); m < end; m += 3) {
      const type = words[m + 1];
      const to = flag ? words[m + 2] & 0xff_ffff : words[m + 2];
      const bits = flag ? words[m + 2] >>> 24 : 0;
      if (from < to) {
        const nextAlign = isPacked ? 1 : this.#alignments.of(type);
        writePadding({ from, to, nextAlign, insideBitfields: afterBitfield && bits !== 0 }, style);
      }
      out.piece(line(level + 1));
      this.#declaration(type, named(words[m], level + 1));
      if (bits !== 0) out.piece(C.colon).decimal(bits);
      from = to + (bits !== 0 ? bits : (sizeOf(btf, type) ?? 0) * 8);
      afterBitfield = bits !== 0;
      out.piece(C.semicolon);
    }
    if (isStruct && from < size * 8) {
      writePadding({ from, to: size * 8, nextAlign: this.#alignments.of(id), insideBitfields: false }, style);
    }
    if (infoVlen(info) > 0 || size > 0) out.piece(line(level));
    out.piece(C.closeBrace);
    if (isPacked) out.piece(C.packed);
  }

  /** A member off its natural alignment, or a size that the largest alignment does not divide. */
  #isPacked(id: BtfId): boolean {
    const { words, index } = this.#btf;
    const at = index[id];
    const flag = infoFlag(words[at + 1]);
    let largest = 1;
    for (let m = at + 3, end = m + 3 * infoVlen(words[at + 1]); m < end; m += 3) {
      const align = this.#alignments.of(words[m + 1]);
      const isBitfield = flag && words[m + 2] >>> 24 !== 0;
      if (align !== 0 && !isBitfield && words[m + 2] % (8 * align) !== 0) return true;
      if (align > largest) largest = align;
    }
    return words[at + 2] % largest !== 0;
  }

  /** The definition of an enum, without a semicolon; an enum without enumerators is only declared. */
  enumeration(id: BtfId, level: number): void {
    const { out } = this;
    const btf = this.#btf;
    const { words, index } = btf;
    const at = index[id];
    const info = words[at + 1];
    const signed = infoFlag(info);
    const isWide = infoKind(info) === BTF_KIND.ENUM64;
    const step = isWide ? 3 : 2;
    const end = at + 3 + step * infoVlen(info);
    this.tag(C.enum, id);
    if (end === at + 3) return;
    out.piece(C.openBrace);
    let fitsWord = true;
    for (let m = at + 3; m < end; m += step) {
      out.piece(line(level + 1));
      this.#writeNumbered(words[m], this.names.enumerator(words[m]));
      out.piece(C.equals);
      if (isWide) {
        out.text(`${enum64Value(words[m + 1], words[m + 2], signed)}${signed ? 'LL' : 'ULL'}`);
        if (words[m + 2] !== 0) fitsWord = false;
      } else {
        out.decimal(signed ? words[m + 1] | 0 : words[m + 1]);
      }
      out.piece(C.comma);
    }
    out.piece(line(level)).piece(C.closeBrace);
    const size = words[at + 2];
    if (size === 1) out.piece(C.byteMode);
    else if (size === 8 && btf.pointerSize === 8 && fitsWord) out.piece(C.wordMode);
  }

  /** `typedef … name` */
  typedef(id: BtfId): void {
    const type = this.#btf.third(id);
    // Old compilers give this one no type; the compiler that reads the output has it built in.
    if (type === 0 && this.#btf.nameOf(id) === '__gnuc_va_list') {
      this.out.text('typedef __builtin_va_list __gnuc_va_list');
      return;
    }
    this.out.piece(C.typedef);
    this.#declaration(type, named(this.#nameOffset(id), 0, this.names.identifier(id)));
  }
}
