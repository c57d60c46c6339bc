import { BTF_KIND, type Btf, type BtfId, skipModifiersAndTypedefs } from '../../btf/index.ts';
import type { Needs } from './needs.ts';

/** What a header begins from: definitions in the order in which they are wanted, and prototypes. */
export interface HeaderRoots {
  readonly types: readonly BtfId[];
  /** FUNCs. */
  readonly kfuncs: readonly BtfId[];
}

/** Longest chain of pointers and arrays that is followed from a member. */
const CHAIN_MAX = 32;

/** Types and kfuncs of a kernel that have the needed names, and what is reached from them through needed members. */
export function headerRoots(btf: Btf, needs: Needs): HeaderRoots {
  const roots = new Map<string, BtfId>();
  const add = (space: string, name: string, id: BtfId) => {
    const key = `${name}\0${space}`;
    if (!roots.has(key)) roots.set(key, id);
  };
  const kfuncs = new Map<string, BtfId>();
  const holders = new EnumHolders(btf);
  for (let id = 1; id < btf.typeCount; id++) {
    const kind = btf.kindOf(id);
    switch (kind) {
      case BTF_KIND.STRUCT:
      case BTF_KIND.UNION:
        if (needs.tags.has(btf.nameOf(id))) add('tag', btf.nameOf(id), id);
        break;
      case BTF_KIND.ENUM:
      case BTF_KIND.ENUM64: {
        const name = btf.nameOf(id);
        const constant = name !== '' && needs.tags.has(name) ? name : neededConstant(btf, id, needs);
        if (constant === undefined) break;
        if (name === '') add('constant', constant, holders.of(id));
        else add('tag', name, id);
        break;
      }
      case BTF_KIND.TYPEDEF:
        if (needs.identifiers.has(btf.nameOf(id))) add('typedef', btf.nameOf(id), id);
        break;
      case BTF_KIND.DECL_TAG: {
        const func = btf.third(id);
        if (!isKfuncTag(btf, id) || !needs.identifiers.has(btf.nameOf(func))) break;
        kfuncs.set(btf.nameOf(func), func);
        break;
      }
      default:
        break;
    }
  }
  const sorted = [...kfuncs].sort(byKey).map(([, id]) => id);
  const types = [...roots].sort(byKey).map(([, id]) => id);
  const reached = new MemberReach(btf, needs.members);
  for (const id of types) reached.visit(id);
  for (const id of sorted) reached.follow(btf.third(btf.third(id)));
  return { types: [...types, ...reached.targets()], kfuncs: sorted };
}

const byKey = ([a]: readonly [string, BtfId], [b]: readonly [string, BtfId]) => (a < b ? -1 : a > b ? 1 : 0);

function isKfuncTag(btf: Btf, id: BtfId): boolean {
  const at = btf.index[id];
  if (btf.words[at + 3] !== 0xffff_ffff || btf.kindOf(btf.third(id)) !== BTF_KIND.FUNC) return false;
  return btf.strings.equals(btf.words[at], 'bpf_kfunc');
}

function neededConstant(btf: Btf, id: BtfId, { identifiers }: Needs): string | undefined {
  const step = btf.kindOf(id) === BTF_KIND.ENUM ? 2 : 3;
  const start = btf.index[id] + 3;
  for (let at = start, end = start + step * btf.vlenOf(id); at < end; at += step) {
    const name = btf.strings.at(btf.words[at]);
    if (identifiers.has(name)) return name;
  }
  return undefined;
}

/** An enum without a name that stands inside a typedef or struct is defined with that. */
class EnumHolders {
  readonly #btf: Btf;
  #holders: Map<BtfId, BtfId> | undefined;

  constructor(btf: Btf) {
    this.#btf = btf;
  }

  /** What to define so that the enum's constants are there. */
  of(id: BtfId): BtfId {
    this.#holders ??= holdersOf(this.#btf);
    let at = id;
    for (let depth = 0; depth < CHAIN_MAX && this.#btf.nameOf(at) === ''; depth++) {
      const holder = this.#holders.get(at);
      if (holder === undefined) break;
      at = holder;
    }
    return at;
  }
}

/** Of each type without a name that a typedef, struct, union or array holds, the first one that does. */
function holdersOf(btf: Btf): Map<BtfId, BtfId> {
  const holders = new Map<BtfId, BtfId>();
  const hold = (held: BtfId, holder: BtfId) => {
    if (btf.nameOf(held) === '' && !holders.has(held)) holders.set(held, holder);
  };
  for (let id = 1; id < btf.typeCount; id++) {
    const at = btf.index[id];
    switch (btf.kindOf(id)) {
      case BTF_KIND.TYPEDEF:
      case BTF_KIND.PTR:
      case BTF_KIND.CONST:
      case BTF_KIND.VOLATILE:
        hold(btf.third(id), id);
        break;
      case BTF_KIND.ARRAY:
        hold(btf.words[at + 3], id);
        break;
      case BTF_KIND.STRUCT:
      case BTF_KIND.UNION:
        for (let i = 0; i < btf.vlenOf(id); i++) hold(btf.words[at + 4 + 3 * i], id);
        break;
      default:
        break;
    }
  }
  return holders;
}

/** What is reached from structs through members of the names that a source uses: `task->mm->owner`. */
class MemberReach {
  readonly #btf: Btf;
  readonly #members: ReadonlySet<string>;
  readonly #visited = new Set<BtfId>();
  readonly #targets = new Map<string, BtfId>();
  readonly #open: BtfId[] = [];

  constructor(btf: Btf, members: ReadonlySet<string>) {
    this.#btf = btf;
    this.#members = members;
  }

  visit(id: BtfId): void {
    this.#push(id);
    for (let next = this.#open.pop(); next !== undefined; next = this.#open.pop()) this.#lookInto(next);
  }

  /** A type that a value has without being named: a struct that it points to is looked into. */
  follow(id: BtfId): void {
    this.#reach(id);
    for (let next = this.#open.pop(); next !== undefined; next = this.#open.pop()) this.#lookInto(next);
  }

  /** Definitions that are needed beside the roots, by name. */
  targets(): BtfId[] {
    return [...this.#targets].sort(byKey).map(([, id]) => id);
  }

  #push(id: BtfId): void {
    const at = skipModifiersAndTypedefs(this.#btf, id);
    const kind = this.#btf.kindOf(at);
    if ((kind !== BTF_KIND.STRUCT && kind !== BTF_KIND.UNION) || this.#visited.has(at)) return;
    this.#visited.add(at);
    this.#open.push(at);
  }

  #lookInto(composite: BtfId): void {
    const { words, index, strings } = this.#btf;
    const at = index[composite] + 3;
    for (let i = 0; i < this.#btf.vlenOf(composite); i++) {
      const name = strings.at(words[at + 3 * i]);
      const type = words[at + 3 * i + 1];
      if (name === '') this.#push(type);
      else if (this.#members.has(name)) this.#reach(type);
    }
  }

  #reach(id: BtfId): void {
    const { words, index } = this.#btf;
    let at = id;
    for (let links = 0; links < CHAIN_MAX; links++) {
      at = skipModifiersAndTypedefs(this.#btf, at);
      const kind = this.#btf.kindOf(at);
      if (kind === BTF_KIND.PTR) at = this.#btf.third(at);
      else if (kind === BTF_KIND.ARRAY) at = words[index[at] + 3];
      else break;
    }
    const kind = this.#btf.kindOf(at);
    if (kind !== BTF_KIND.STRUCT && kind !== BTF_KIND.UNION) return;
    const name = this.#btf.nameOf(at);
    if (name !== '') this.#targets.set(`${name}\0${at}`, at);
    this.#push(at);
  }
}
