import type { Btf, BtfId } from '../../btf/index.ts';
import { BTF_KIND, kindName, skipModifiersAndTypedefs } from '../../btf/index.ts';

/** A type in its BTF. */
export interface TypeRef {
  readonly btf: Btf;
  readonly id: BtfId;
}

/** Types nested deeper than that in one another are not compared. */
const MAX_DEPTH = 256;
/** Most members and parameters that are looked at. */
const MAX_ELEMENTS = 1 << 20;

const TOO_LARGE = `types have more than ${MAX_ELEMENTS} members to compare`;

/** Words of a member and of a parameter. */
const MEMBER_WORDS = 3;
const PARAM_WORDS = 2;

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
  #elements = 0;

  constructor(a: Btf, b: Btf) {
    this.#a = a;
    this.#b = b;
  }

  /** The elements of a type, the words of each; of no more types than there is work for. */
  #elementsOf(btf: Btf, id: BtfId, size: number): Uint32Array[] | undefined {
    const count = btf.vlenOf(id);
    this.#elements += count;
    if (this.#elements > MAX_ELEMENTS) return undefined;
    const start = btf.index[id] + 3;
    return Array.from({ length: count }, (_, i) => btf.words.subarray(start + i * size, start + (i + 1) * size));
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
      return kind === BTF_KIND.FWD
        ? forward({ btf: this.#a, id: a }, { btf: this.#b, id: b })
        : forward({ btf: this.#b, id: b }, { btf: this.#a, id: a });
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
    const fields = this.#elementsOf(this.#a, a, MEMBER_WORDS);
    const others = this.#elementsOf(this.#b, b, MEMBER_WORDS);
    if (fields === undefined || others === undefined) return TOO_LARGE;
    if (fields.length !== others.length) {
      return `incompatible number of ${text(kind)} fields ${fields.length} and ${others.length}`;
    }
    for (const [i, field] of fields.entries()) {
      const other = others[i];
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
    const params = this.#elementsOf(this.#a, a, PARAM_WORDS);
    const others = this.#elementsOf(this.#b, b, PARAM_WORDS);
    if (params === undefined || others === undefined) return TOO_LARGE;
    if (params.length !== others.length) {
      return `incompatible number of ${text(kind)} params ${params.length} and ${others.length}`;
    }
    for (const [i, param] of params.entries()) {
      const problem = this.compare([param[1], others[i][1]], step);
      if (problem !== undefined) return problem;
    }
    return this.compare([this.#a.third(a), this.#b.third(b)], step);
  }
}

/** A forward declaration against what is none. */
function forward(fwd: TypeRef, { btf, id }: TypeRef): string | undefined {
  const names = [fwd.btf.nameOf(fwd.id), btf.nameOf(id)];
  if (names[0] !== names[1]) return `incompatible forward declaration names '${names[0]}' and '${names[1]}'`;
  const want = fwd.btf.flagOf(fwd.id) ? BTF_KIND.UNION : BTF_KIND.STRUCT;
  if (btf.kindOf(id) === want) return undefined;
  return `incompatible ${text(want)} forward declaration and concrete kind ${text(btf.kindOf(id))}`;
}

function text(kind: number): string {
  return kindName(kind).toLowerCase();
}
