import type { Btf } from '../btf.ts';
import { enum64Value } from '../decode-type.ts';
import { errTooDeep } from '../errors.ts';
import { BTF_KIND, infoFlag, infoKind, infoVlen } from '../kinds.ts';
import type { BtfId } from '../model.ts';
import { alignOf, isModifier, sizeOf } from '../resolve.ts';
import { TextBytes } from '../text-bytes.ts';
import type { BpftoolForm } from './form.ts';
import { CNames } from './names.ts';
import { writePadding } from './padding.ts';

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
    this.out = new TextBytes(1 << 16, 4 * 1024 * 1024 + 32 * size);
    this.names = new CNames(btf);
  }

  #nameOffset(id: BtfId): number {
    return this.#btf.words[this.#btf.index[id]];
  }

  /** A name at a string offset, with its number where it is not the first of its kind. */
  #writeNumbered(offset: number, number: number): void {
    this.out.cString(this.#btf.strings.bytes, offset);
    if (number > 1) this.out.text('___').decimal(number);
  }

  /** `struct name`, `union name`, `enum name`, or the keyword alone. */
  tag(keyword: string, id: BtfId): void {
    const offset = this.#nameOffset(id);
    this.out.text(keyword);
    if (offset === 0) return;
    this.out.text(' ');
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
      const kind = this.#btf.kindOf(id);
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
    const { out } = this;
    const { words, index, strings } = this.#btf;
    // A pointer alone, as in `(*name)`, is not set off from what comes before it.
    let lastWasPointer = true;
    while (chain.end > chain.start) {
      const id = this.#stack[--chain.end];
      const kind = this.#btf.kindOf(id);
      switch (kind) {
        case BTF_KIND.VOID:
          this.#modifiers(chain);
          out.text('void');
          break;
        case BTF_KIND.INT:
        case BTF_KIND.FLOAT:
          this.#modifiers(chain);
          out.cString(strings.bytes, words[index[id]]);
          break;
        case BTF_KIND.STRUCT:
        case BTF_KIND.UNION:
          this.#modifiers(chain);
          if (words[index[id]] === 0) this.composite(id, chain.level);
          else this.tag(kind === BTF_KIND.STRUCT ? 'struct' : 'union', id);
          break;
        case BTF_KIND.ENUM:
        case BTF_KIND.ENUM64:
          this.#modifiers(chain);
          if (words[index[id]] === 0) this.enumeration(id, chain.level);
          else this.tag('enum', id);
          break;
        case BTF_KIND.FWD:
          this.#modifiers(chain);
          this.forward(id);
          break;
        case BTF_KIND.TYPEDEF:
          this.#modifiers(chain);
          this.#writeNumbered(words[index[id]], this.names.identifier(id));
          break;
        case BTF_KIND.PTR:
          out.text(lastWasPointer ? '*' : ' *');
          break;
        case BTF_KIND.VOLATILE:
          out.text(' volatile');
          break;
        case BTF_KIND.CONST:
          out.text(' const');
          break;
        case BTF_KIND.RESTRICT:
          out.text(' restrict');
          break;
        case BTF_KIND.TYPE_TAG:
          this.#modifiers(chain);
          this.#typeTag(id);
          break;
        case BTF_KIND.ARRAY:
          this.#array(chain, id, lastWasPointer);
          return;
        case BTF_KIND.FUNC_PROTO:
          this.#prototype(chain, id, lastWasPointer);
          return;
        default:
          return;
      }
      lastWasPointer = kind === BTF_KIND.PTR;
    }
    this.#declaredName(chain, lastWasPointer);
  }

  /** With the kind flag set, the tag's name is a whole attribute; bpftool 7.5 does not know that. */
  #typeTag(id: BtfId): void {
    const isAttribute = this.#form !== '7.5' && this.#btf.flagOf(id);
    this.out.text(isAttribute ? ' __attribute__((' : ' __attribute__((btf_type_tag("');
    this.out.cString(this.#btf.strings.bytes, this.#nameOffset(id)).text(isAttribute ? '))' : '")))');
  }

  /** Modifiers of a type that is no pointer stand before it. */
  #modifiers(chain: Declaration): void {
    for (; chain.end > chain.start; chain.end--) {
      const kind = this.#btf.kindOf(this.#stack[chain.end - 1]);
      if (kind === BTF_KIND.CONST) this.out.text('const ');
      else if (kind === BTF_KIND.VOLATILE) this.out.text('volatile ');
      else if (kind === BTF_KIND.RESTRICT) this.out.text('restrict ');
      else return;
    }
  }

  /** Modifiers of an array or a function mean nothing; old compilers write them. */
  #dropModifiers(chain: Declaration): void {
    while (chain.end > chain.start && isModifier(this.#btf.kindOf(this.#stack[chain.end - 1]))) chain.end--;
  }

  #hasName({ name }: Declaration): boolean {
    if (name === GIVEN) return this.#givenName !== '';
    return name !== 0 && this.#btf.strings.bytes[name] !== 0;
  }

  #declaredName(chain: Declaration, lastWasPointer: boolean): void {
    if (!this.#hasName(chain)) return;
    if (!lastWasPointer) this.out.text(' ');
    if (chain.name === GIVEN) this.out.text(this.#givenName);
    else this.#writeNumbered(chain.name, chain.number);
  }

  #array(chain: Declaration, id: BtfId, lastWasPointer: boolean): void {
    const { out } = this;
    this.#dropModifiers(chain);
    if (chain.end === chain.start) {
      this.#declaredName(chain, lastWasPointer);
    } else {
      const isNested = this.#btf.kindOf(this.#stack[chain.end - 1]) === BTF_KIND.ARRAY;
      if (this.#hasName(chain) && !lastWasPointer) out.text(' ');
      if (!isNested) out.text('(');
      this.#chain(chain);
      if (!isNested) out.text(')');
    }
    out
      .text('[')
      .decimal(this.#btf.words[this.#btf.index[id] + 5])
      .text(']');
  }

  #prototype(chain: Declaration, id: BtfId, lastWasPointer: boolean): void {
    const { out } = this;
    const { words, index } = this.#btf;
    this.#dropModifiers(chain);
    if (chain.end > chain.start) {
      out.text(' (');
      this.#chain(chain);
      out.text(')');
    } else {
      this.#declaredName(chain, lastWasPointer);
    }
    const first = index[id] + 3;
    const count = infoVlen(words[index[id] + 1]);
    out.text('(');
    if (count === 0 || (count === 1 && words[first + 1] === 0)) {
      out.text('void)');
      return;
    }
    for (let i = 0; i < count; i++) {
      const type = words[first + 2 * i + 1];
      if (i > 0) out.text(', ');
      if (type === 0 && i === count - 1) out.text('...');
      else this.#declaration(type, named(words[first + 2 * i], chain.level));
    }
    out.text(')');
  }

  /** `struct name` or `union name` of a FWD. */
  forward(id: BtfId): void {
    const isUnion = this.#btf.flagOf(id);
    this.out.text(isUnion ? 'union ' : 'struct ');
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
    const isPacked = isStruct && isPackedStruct(btf, id);
    const style = { pointerSize: btf.pointerSize, level: level + 1 };
    this.tag(isStruct ? 'struct' : 'union', id);
    out.text(' {');
    let from = 0;
    let afterBitfield = false;
    for (let m = at + 3, end = m + 3 * infoVlen(info); m < end; m += 3) {
      const type = words[m + 1];
      const to = flag ? words[m + 2] & 0xff_ffff : words[m + 2];
      const bits = flag ? words[m + 2] >>> 24 : 0;
      if (from < to) {
        const nextAlign = isPacked ? 1 : alignOf(btf, type);
        writePadding(out, { from, to, nextAlign, insideBitfields: afterBitfield && bits !== 0 }, style);
      }
      out.text('\n').indent(level + 1);
      this.#declaration(type, named(words[m], level + 1));
      if (bits !== 0) out.text(': ').decimal(bits);
      from = to + (bits !== 0 ? bits : (sizeOf(btf, type) ?? 0) * 8);
      afterBitfield = bits !== 0;
      out.text(';');
    }
    if (isStruct && from < size * 8) {
      writePadding(out, { from, to: size * 8, nextAlign: alignOf(btf, id), insideBitfields: false }, style);
    }
    if (infoVlen(info) > 0 || size > 0) out.text('\n').indent(level);
    out.text('}');
    if (isPacked) out.text(' __attribute__((packed))');
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
    this.tag('enum', id);
    if (end === at + 3) return;
    out.text(' {');
    let fitsWord = true;
    for (let m = at + 3; m < end; m += step) {
      out.text('\n').indent(level + 1);
      this.#writeNumbered(words[m], this.names.enumerator(words[m]));
      out.text(' = ');
      if (isWide) {
        out.text(`${enum64Value(words[m + 1], words[m + 2], signed)}${signed ? 'LL' : 'ULL'}`);
        if (words[m + 2] !== 0) fitsWord = false;
      } else {
        out.decimal(signed ? words[m + 1] | 0 : words[m + 1]);
      }
      out.text(',');
    }
    out.text('\n').indent(level).text('}');
    const size = words[at + 2];
    if (size === 1) out.text(' __attribute__((mode(byte)))');
    else if (size === 8 && btf.pointerSize === 8 && fitsWord) out.text(' __attribute__((mode(word)))');
  }

  /** `typedef … name` */
  typedef(id: BtfId): void {
    const type = this.#btf.third(id);
    // Old compilers give this one no type; the compiler that reads the output has it built in.
    if (type === 0 && this.#btf.nameOf(id) === '__gnuc_va_list') {
      this.out.text('typedef __builtin_va_list __gnuc_va_list');
      return;
    }
    this.out.text('typedef ');
    this.#declaration(type, named(this.#nameOffset(id), 0, this.names.identifier(id)));
  }
}

/** A member off its natural alignment, or a size that the largest alignment does not divide. */
function isPackedStruct(btf: Btf, id: BtfId): boolean {
  const { words, index } = btf;
  const at = index[id];
  const flag = infoFlag(words[at + 1]);
  let largest = 1;
  for (let m = at + 3, end = m + 3 * infoVlen(words[at + 1]); m < end; m += 3) {
    const align = alignOf(btf, words[m + 1]);
    const isBitfield = flag && words[m + 2] >>> 24 !== 0;
    if (align !== 0 && !isBitfield && words[m + 2] % (8 * align) !== 0) return true;
    largest = Math.max(largest, align);
  }
  return words[at + 2] % largest !== 0;
}
