import type { Btf } from '../btf.ts';
import { errTooDeep } from '../errors.ts';
import { BTF_KIND, infoKind, infoVlen } from '../kinds.ts';
import type { BtfId } from '../model.ts';

/** Deepest nesting of arrays, prototypes and types without a name. */
const DEPTH_MAX = 200;
/** Most answers about types that contain themselves without a name that may have to be found again. */
const DISCARDED_MAX = 5_000_000;
/**
 * The part of an INT's last word that tells its sign. Of `char` it does not count: compilers choose it (Linux has
 * `-funsigned-char` since 6.2), and C spells both the same.
 */
const INT_ENCODING = 0xff << 24;

/**
 * Whether a type of one BTF says the same as one of another. Types that have a name are the same by kind and name,
 * whatever is in them; others part by part. Names of parameters do not count, nor how an integer is spelt (`long int`,
 * `long`), nor type tags where only one of the compilers wrote any.
 */
export class TypeComparer {
  readonly before: Btf;
  readonly after: Btf;
  readonly #tagsCount: boolean;
  /** Answers about pairs of types without a name; `true` also while a pair is looked into, so that loops end there. */
  readonly #answers = new Map<number, boolean>();
  /** Pairs that the question at hand answered with yes. */
  readonly #trail: number[] = [];
  #looped = false;
  #discarded = 0;

  constructor(before: Btf, after: Btf) {
    this.before = before;
    this.after = after;
    this.#tagsCount = hasTypeTags(before) && hasTypeTags(after);
  }

  /** @throws {BtfError} `BTF_TOO_DEEP` */
  same(a: BtfId, b: BtfId): boolean {
    const same = this.#chains(a, b, 0);
    if (this.#trail.length > 0) this.#settle(same, a);
    return same;
  }

  /** Whether two structs, unions, enums or prototypes have the same parts in the same places, whatever their names. */
  sameContents(a: BtfId, b: BtfId): boolean {
    const { before, after } = this;
    if (tagOf(before, a) !== tagOf(after, b) || before.flagOf(a) !== after.flagOf(b)) return false;
    const same = this.#parts(a, b, 0);
    if (this.#trail.length > 0) this.#settle(same, a);
    return same;
  }

  /** A yes that rests on a pair that is not the same after all is forgotten. */
  #settle(same: boolean, id: BtfId): void {
    if (!same && this.#looped) {
      this.#discarded += this.#trail.length;
      if (this.#discarded > DISCARDED_MAX) throw errTooDeep({ id, depth: DEPTH_MAX });
      for (const pair of this.#trail) if (this.#answers.get(pair)) this.#answers.delete(pair);
    }
    this.#looped = false;
    this.#trail.length = 0;
  }

  /** Follows pointers and qualifiers on both sides to what has more than one part. */
  #chains(a: BtfId, b: BtfId, depth: number): boolean {
    for (let left = a, right = b, links = 0; ; links++) {
      left = this.#behindTags(this.before, left);
      right = this.#behindTags(this.after, right);
      const kind = this.before.kindOf(left);
      if (links > DEPTH_MAX) throw errTooDeep({ id: a, depth: DEPTH_MAX });
      if (kind !== this.after.kindOf(right) || !isLink(kind)) return this.#ends(left, right, depth);
      if (kind === BTF_KIND.TYPE_TAG && this.before.nameOf(left) !== this.after.nameOf(right)) return false;
      left = this.before.third(left);
      right = this.after.third(right);
    }
  }

  #behindTags(btf: Btf, id: BtfId): BtfId {
    let at = id;
    if (this.#tagsCount) return at;
    for (let links = 0; btf.kindOf(at) === BTF_KIND.TYPE_TAG; links++) {
      if (links > DEPTH_MAX) throw errTooDeep({ id, depth: DEPTH_MAX });
      at = btf.third(at);
    }
    return at;
  }

  #ends(a: BtfId, b: BtfId, depth: number): boolean {
    const { before, after } = this;
    if (a === 0 || b === 0) return a === b;
    const tag = tagOf(before, a);
    if (tag !== tagOf(after, b)) return false;
    const name = before.nameOf(a);
    if (tag === BTF_KIND.INT) return sameInts(this, a, b);
    if (name !== after.nameOf(b)) return false;
    if (tag === BTF_KIND.FLOAT) return before.third(a) === after.third(b);
    if (name !== '') return true;
    const pair = a * after.typeCount + b;
    const known = this.#answers.get(pair);
    if (known !== undefined) {
      this.#looped ||= known;
      return known;
    }
    if (depth > DEPTH_MAX) throw errTooDeep({ id: a, depth: DEPTH_MAX });
    this.#answers.set(pair, true);
    this.#trail.push(pair);
    const same = this.#parts(a, b, depth + 1);
    this.#answers.set(pair, same);
    return same;
  }

  #parts(a: BtfId, b: BtfId, depth: number): boolean {
    const { before, after } = this;
    const [words, start] = [before.words, before.index[a]];
    const [others, other] = [after.words, after.index[b]];
    const kind = infoKind(words[start + 1]);
    if (kind === BTF_KIND.ARRAY) {
      return words[start + 5] === others[other + 5] && this.#chains(words[start + 3], others[other + 3], depth);
    }
    const vlen = infoVlen(words[start + 1]);
    if (vlen !== infoVlen(others[other + 1])) return false;
    if (kind === BTF_KIND.FUNC_PROTO) {
      if (!this.#chains(words[start + 2], others[other + 2], depth)) return false;
      for (let i = 0; i < vlen; i++) {
        if (!this.#chains(words[start + 4 + 2 * i], others[other + 4 + 2 * i], depth)) return false;
      }
      return true;
    }
    // Sizes of structs and enums.
    if (words[start + 2] !== others[other + 2]) return false;
    const isEnum = kind === BTF_KIND.ENUM || kind === BTF_KIND.ENUM64;
    if (isEnum && kind !== infoKind(others[other + 1])) return false;
    const step = kind === BTF_KIND.ENUM ? 2 : 3;
    for (let i = 0; i < vlen; i++) {
      const m = start + 3 + step * i;
      const n = other + 3 + step * i;
      if (before.strings.at(words[m]) !== after.strings.at(others[n])) return false;
      if (words[m + step - 1] !== others[n + step - 1]) return false;
      if (step === 2) continue;
      if (isEnum ? words[m + 1] !== others[n + 1] : !this.#chains(words[m + 1], others[n + 1], depth)) return false;
    }
    return true;
  }
}

function isLink(kind: number): boolean {
  return (
    kind === BTF_KIND.PTR ||
    kind === BTF_KIND.CONST ||
    kind === BTF_KIND.VOLATILE ||
    kind === BTF_KIND.RESTRICT ||
    kind === BTF_KIND.TYPE_TAG
  );
}

/** The kind as a reference sees it: a forward declaration is its struct or union, an enum of 64 bits an enum. */
function tagOf(btf: Btf, id: BtfId): number {
  const kind = btf.kindOf(id);
  if (kind === BTF_KIND.FWD) return btf.flagOf(id) ? BTF_KIND.UNION : BTF_KIND.STRUCT;
  return kind === BTF_KIND.ENUM64 ? BTF_KIND.ENUM : kind;
}

function sameInts({ before, after }: TypeComparer, a: BtfId, b: BtfId): boolean {
  if (before.third(a) !== after.third(b)) return false;
  const differs = before.words[before.index[a] + 3] ^ after.words[after.index[b] + 3];
  const [name, other] = [before.nameOf(a), after.nameOf(b)];
  if (name === 'char' && other === 'char') return (differs & ~INT_ENCODING) === 0;
  return differs === 0 && (name === other || spelling(name) === spelling(other));
}

/** `long unsigned int` and `unsigned long` are one type. */
function spelling(name: string): string {
  const words = name.split(' ').sort();
  return words.filter((word) => words.length === 1 || word !== 'int').join(' ');
}

function hasTypeTags(btf: Btf): boolean {
  for (let id = 1; id < btf.typeCount; id++) if (btf.kindOf(id) === BTF_KIND.TYPE_TAG) return true;
  return false;
}
