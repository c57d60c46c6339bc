import type { Btf } from '../btf.ts';
import { errNoType, errTooDeep } from '../errors.ts';
import { BTF_KIND, infoVlen } from '../kinds.ts';
import type { BtfId } from '../model.ts';
import type { Piece } from '../piece.ts';
import { CDeclarations } from './declare.ts';
import type { BpftoolForm } from './form.ts';
import { DefinitionOrder } from './order.ts';
import { C } from './pieces.ts';

const FRESH = 0;
const ACTIVE = 1;
const DONE = 2;
const DEPTH_MAX = 1000;

/** Names that compilers for Arm give to vectors of polynomials, and what stands for them elsewhere. */
const MISSING_TYPES: ReadonlyMap<string, string> = new Map([
  ['__Poly8_t', 'unsigned char'],
  ['__Poly16_t', 'unsigned short'],
  ['__Poly64_t', 'unsigned long long'],
  ['__Poly128_t', 'unsigned __int128'],
]);

/**
 * Prints types of one BTF as C, each once, with what they need before them. Keeps what was printed, so that calls add up
 * to one text that compiles.
 */
export class CPrinter {
  readonly declarations: CDeclarations;
  readonly #btf: Btf;
  readonly #order: DefinitionOrder;
  readonly #state: Uint8Array;
  readonly #forwarded: Uint8Array;
  /** Steps left: nameless structs are looked into at each use, so that few types can mean work without end. */
  #steps: number;

  constructor(btf: Btf, form: BpftoolForm) {
    this.#btf = btf;
    this.declarations = new CDeclarations(btf, form);
    this.#order = new DefinitionOrder(btf);
    this.#state = new Uint8Array(btf.typeCount);
    this.#forwarded = new Uint8Array(btf.typeCount);
    this.#state[0] = DONE;
    this.#steps = 300_000 + 32 * btf.words.length;
  }

  /** What was printed so far; a view that the next call may invalidate. */
  text(): Uint8Array {
    return this.declarations.out.view();
  }

  /** Whether the type needs nothing more printed. */
  isOrdered(id: BtfId): boolean {
    return this.#order.isDone(id);
  }

  /**
   * Prints the definition of a type and of all that it needs, but for what was printed before.
   * @throws {BtfError} where the type does not exist or cannot be said in C
   */
  define(id: BtfId): void {
    if (!this.#btf.has(id)) throw errNoType({ id, count: this.#btf.typeCount });
    for (const definition of this.#order.definitionsFor(id)) this.#emit(definition, 0, 0);
  }

  /**
   * Prints what a declaration with that type needs before it: definitions of what it holds by value, and the names of
   * what it points to.
   * @throws {BtfError} where the type does not exist or cannot be said in C
   */
  prepare(id: BtfId): void {
    this.define(id);
    if (id !== 0) this.#emit(id, id, 0);
  }

  #end(): void {
    this.declarations.out.piece(C.end);
  }

  /** @param container the named struct, union or typedef whose definition wants this type; 0 is a definition itself */
  #emit(id: BtfId, container: BtfId, depth: number): void {
    if (this.#state[id] === DONE) return;
    if (depth > DEPTH_MAX || this.#steps-- <= 0) throw errTooDeep({ id, depth: DEPTH_MAX });
    if (this.#state[id] === ACTIVE) {
      this.#emitForward(id, container);
      return;
    }
    const btf = this.#btf;
    const { words, index } = btf;
    const at = index[id];
    switch (btf.kinds[id]) {
      case BTF_KIND.INT:
        this.#emitMissing(id);
        this.#state[id] = DONE;
        break;
      case BTF_KIND.ENUM:
      case BTF_KIND.ENUM64:
        if (container === 0) {
          this.declarations.enumeration(id, 0);
          this.#end();
        }
        this.#state[id] = DONE;
        break;
      case BTF_KIND.PTR:
      case BTF_KIND.VOLATILE:
      case BTF_KIND.CONST:
      case BTF_KIND.RESTRICT:
      case BTF_KIND.TYPE_TAG:
        this.#emit(words[at + 2], container, depth + 1);
        break;
      case BTF_KIND.ARRAY:
        this.#emit(words[at + 3], container, depth + 1);
        break;
      case BTF_KIND.FWD:
        this.declarations.forward(id);
        this.#end();
        this.#state[id] = DONE;
        break;
      case BTF_KIND.TYPEDEF:
        this.#state[id] = ACTIVE;
        this.#emit(words[at + 2], id, depth + 1);
        if (this.#forwarded[id] === 0) this.#emitTypedef(id);
        this.#state[id] = DONE;
        break;
      case BTF_KIND.STRUCT:
      case BTF_KIND.UNION:
        this.#emitComposite(id, container, depth);
        break;
      case BTF_KIND.FUNC_PROTO:
        this.#emit(words[at + 2], container, depth + 1);
        for (let m = at + 3, end = m + 2 * infoVlen(words[at + 1]); m < end; m += 2) {
          this.#emit(words[m + 1], container, depth + 1);
        }
        break;
      default:
        break;
    }
  }

  /** A type met again while what it needs is printed: by name only, through a pointer. */
  #emitForward(id: BtfId, container: BtfId): void {
    if (this.#forwarded[id] !== 0) return;
    const kind = this.#btf.kinds[id];
    if (kind === BTF_KIND.TYPEDEF) {
      this.#emitTypedef(id);
      this.#forwarded[id] = 1;
      return;
    }
    const isComposite = kind === BTF_KIND.STRUCT || kind === BTF_KIND.UNION;
    if (!isComposite || id === container || this.#isAnonymous(id)) return;
    this.#forwardComposite(id);
  }

  #forwardComposite(id: BtfId): void {
    this.declarations.tag(this.#keyword(id), id);
    this.#end();
    this.#forwarded[id] = 1;
  }

  /** A definition, or one in place for want of a name, needs its members' types; else the name is enough. */
  #emitComposite(id: BtfId, container: BtfId, depth: number): void {
    const { words, index } = this.#btf;
    const at = index[id];
    const isAnonymous = this.#isAnonymous(id);
    const isDefinition = container === 0;
    this.#state[id] = ACTIVE;
    if (isDefinition || isAnonymous) {
      const inside = isAnonymous ? container : id;
      for (let m = at + 3, end = m + 3 * infoVlen(words[at + 1]); m < end; m += 3) {
        if (this.#state[words[m + 1]] !== DONE) this.#emit(words[m + 1], inside, depth + 1);
      }
    } else if (this.#forwarded[id] === 0 && id !== container) {
      this.#forwardComposite(id);
    }
    if (isDefinition) {
      this.declarations.composite(id, 0);
      this.#end();
    }
    this.#state[id] = isDefinition ? DONE : FRESH;
  }

  #emitTypedef(id: BtfId): void {
    if (this.#btf.strings.equals(this.#btf.words[this.#btf.index[id]], '__builtin_va_list')) return;
    this.declarations.typedef(id);
    this.#end();
  }

  #emitMissing(id: BtfId): void {
    if (this.declarations.names.tag(id) !== 1) return;
    const name = this.#btf.words[this.#btf.index[id]];
    for (const [missing, alias] of MISSING_TYPES) {
      if (this.#btf.strings.equals(name, missing)) this.declarations.out.text(`typedef ${alias} ${missing};\n\n`);
    }
  }

  #isAnonymous(id: BtfId): boolean {
    return this.#btf.words[this.#btf.index[id]] === 0;
  }

  #keyword(id: BtfId): Piece {
    return this.#btf.kinds[id] === BTF_KIND.STRUCT ? C.struct : C.union;
  }
}
