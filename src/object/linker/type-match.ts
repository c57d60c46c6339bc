import type { Btf, BtfId } from '../../btf/index.ts';
import { BTF_KIND, kindName, skipModifiersAndTypedefs } from '../../btf/index.ts';

/** A type in its BTF. */
export interface TypeRef {
  readonly btf: Btf;
  readonly id: BtfId;
}

/** Types nested deeper than that in one another are not compared. */
const MAX_DEPTH = 256;

const NAMED: ReadonlySet<number> = new Set([
  BTF_KIND.STRUCT,
  BTF_KIND.UNION,
  BTF_KIND.ENUM,
  BTF_KIND.ENUM64,
  BTF_KIND.FWD,
  BTF_KIND.FUNC,
  BTF_KIND.VAR,
]);

/**
 * Compares what two files say of one global. Behind pointers only the name of a struct counts, and a forward
 * declaration stands for it; everywhere else its fields count too. Typedefs, qualifiers, names of parameters, the length
 * of an array and the values of an enum never do.
 *
 * @returns what differs, in libbpf's words; undefined where nothing does
 */
export function compareTypes(a: TypeRef, b: TypeRef): string | undefined {
  return new Comparison(a.btf, b.btf).compare([a.id, b.id], { exact: true, depth: 0 });
}

type Pair = readonly [BtfId, BtfId];

interface Step {
  /** Structs are compared field by field. */
  readonly exact: boolean;
  readonly depth: number;
}

class Comparison {
  readonly #a: Btf;
  readonly #b: Btf;
  /** Pairs that were compared, or are being compared: of a loop, every pair is looked at once. */
  readonly #seen = new Set<number>();

  constructor(a: Btf, b: Btf) {
    this.#a = a;
    this.#b = b;
  }

  compare(pair: Pair, { exact, depth }: Step): string | undefined {
    const a = skipModifiersAndTypedefs(this.#a, pair[0]);
    const b = skipModifiersAndTypedefs(this.#b, pair[1]);
    const key = (a * this.#b.typeCount + b) * 2 + Number(exact);
    if (this.#seen.has(key)) return undefined;
    this.#seen.add(key);
    if (depth > MAX_DEPTH) return `types nest more than ${MAX_DEPTH} deep`;
    const kind = this.#a.kindOf(a);
    const other = this.#b.kindOf(b);
    if (!exact && (kind === BTF_KIND.FWD) !== (other === BTF_KIND.FWD)) {
      return kind === BTF_KIND.FWD ? forward(this.#a, a, this.#b, b) : forward(this.#b, b, this.#a, a);
    }
    if (kind !== other) return `incompatible BTF kinds ${text(kind)} and ${text(other)}`;
    if (NAMED.has(kind) && this.#a.nameOf(a) !== this.#b.nameOf(b)) {
      return `incompatible ${text(kind)} names '${this.#a.nameOf(a)}' and '${this.#b.nameOf(b)}'`;
    }
    return this.#compareKind(kind, [a, b], { exact, depth: depth + 1 });
  }

  #compareKind(kind: number, pair: Pair, step: Step): string | undefined {
    const [a, b] = pair;
    switch (kind) {
      case BTF_KIND.VOID:
      case BTF_KIND.FWD:
        return undefined;
      case BTF_KIND.INT:
      case BTF_KIND.FLOAT:
      case BTF_KIND.ENUM:
      case BTF_KIND.ENUM64: {
        const sizes = [this.#a.third(a), this.#b.third(b)];
        if (sizes[0] === sizes[1]) return undefined;
        return `incompatible ${text(kind)} '${this.#a.nameOf(a)}' size ${sizes[0]} and ${sizes[1]}`;
      }
      case BTF_KIND.PTR:
        return this.compare([this.#a.third(a), this.#b.third(b)], { ...step, exact: false });
      case BTF_KIND.ARRAY:
        return this.compare([this.#a.words[this.#a.index[a] + 3], this.#b.words[this.#b.index[b] + 3]], step);
      case BTF_KIND.FUNC:
      case BTF_KIND.VAR:
        return this.#compareSymbol(kind, pair, step);
      case BTF_KIND.STRUCT:
      case BTF_KIND.UNION:
        return step.exact ? this.#compareFields(kind, pair, step) : undefined;
      case BTF_KIND.FUNC_PROTO:
        return this.#compareProto(kind, pair, step);
      default:
        return `unsupported BTF kind ${text(kind)}`;
    }
  }

  /** Extern and global are the same here: only static is not. */
  #compareSymbol(kind: number, [a, b]: Pair, step: Step): string | undefined {
    const isStatic = (btf: Btf, id: BtfId) =>
      (kind === BTF_KIND.FUNC ? btf.vlenOf(id) : btf.words[btf.index[id] + 3]) === 0;
    const name = this.#a.nameOf(a);
    if (isStatic(this.#a, a) !== isStatic(this.#b, b)) return `incompatible ${text(kind)} '${name}' linkage`;
    return this.compare([this.#a.third(a), this.#b.third(b)], step);
  }

  #compareFields(kind: number, [a, b]: Pair, step: Step): string | undefined {
    const count = this.#a.vlenOf(a);
    if (count !== this.#b.vlenOf(b)) {
      return `incompatible number of ${text(kind)} fields ${count} and ${this.#b.vlenOf(b)}`;
    }
    for (let i = 0; i < count; i++) {
      const field = element(this.#a, a, i, 3);
      const other = element(this.#b, b, i, 3);
      const name = this.#a.strings.at(field[0]);
      const otherName = this.#b.strings.at(other[0]);
      if (name !== otherName) return `incompatible field #${i} names '${name}' and '${otherName}'`;
      if (field[2] !== other[2]) return `incompatible field #${i} ('${name}') offsets ${field[2]} and ${other[2]}`;
      const problem = this.compare([field[1], other[1]], step);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }

  #compareProto(kind: number, [a, b]: Pair, step: Step): string | undefined {
    const count = this.#a.vlenOf(a);
    if (count !== this.#b.vlenOf(b)) {
      return `incompatible number of ${text(kind)} params ${count} and ${this.#b.vlenOf(b)}`;
    }
    for (let i = 0; i < count; i++) {
      const problem = this.compare([element(this.#a, a, i, 2)[1], element(this.#b, b, i, 2)[1]], step);
      if (problem !== undefined) return problem;
    }
    return this.compare([this.#a.third(a), this.#b.third(b)], step);
  }
}

/** The words of element `i` of a type whose elements have `size` of them. */
function element(btf: Btf, id: BtfId, i: number, size: number): Uint32Array {
  const at = btf.index[id] + 3 + i * size;
  return btf.words.subarray(at, at + size);
}

/** A forward declaration against what is none. */
function forward(fwdBtf: Btf, fwd: BtfId, btf: Btf, id: BtfId): string | undefined {
  const names = [fwdBtf.nameOf(fwd), btf.nameOf(id)];
  if (names[0] !== names[1]) return `incompatible forward declaration names '${names[0]}' and '${names[1]}'`;
  const want = fwdBtf.flagOf(fwd) ? BTF_KIND.UNION : BTF_KIND.STRUCT;
  if (btf.kindOf(id) === want) return undefined;
  return `incompatible ${text(want)} forward declaration and concrete kind ${text(btf.kindOf(id))}`;
}

function text(kind: number): string {
  return kindName(kind).toLowerCase();
}
