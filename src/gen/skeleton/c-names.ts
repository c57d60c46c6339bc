import type { Btf, BtfId } from '../../btf/index.ts';
import { errName } from '../errors.ts';
import type { Skeleton } from './skeleton.ts';

/** What can be part of a statement without becoming more than one word; compilers other than C's use the dot. */
const WORD = /^[\w.$\u0080-\uffff]*$/;
/** The same of a type: `unsigned int`, and what C++ and Rust call theirs. */
const TYPE = /^[\w.$ :<>,&\u0080-\uffff-]*$/;

/**
 * Refuses an object with names that would be code in the text of a C skeleton.
 * DEVIATION: bpftool prints them as they are.
 * @throws {GenError} `GEN_NAME`
 */
export function checkCNames({ object, maps, sections }: Skeleton): void {
  for (const { ident, structOps } of maps) {
    check('map', ident, WORD);
    if (structOps === undefined) continue;
    check('type', structOps.typeName, WORD);
    for (const { name } of structOps.members) check('member', name, WORD);
  }
  for (const { name } of object.programs) check('program', name, WORD);
  if (object.btf === undefined) return;
  const types = new TypeNames(object.btf);
  for (const { variables } of sections) {
    for (const { name, typeId } of variables) {
      check('variable', name, WORD);
      types.check(typeId);
    }
  }
}

function check(what: string, name: string, allowed: RegExp): void {
  if (!allowed.test(name)) throw errName(what, name);
}

/** Looks at the names that the declaration of a type has in it. */
class TypeNames {
  readonly #btf: Btf;
  readonly #seen = new Set<BtfId>();

  constructor(btf: Btf) {
    this.#btf = btf;
  }

  check(root: BtfId): void {
    const open = [root];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (this.#seen.has(id)) continue;
      this.#seen.add(id);
      open.push(...this.#inside(id));
    }
  }

  /** Types that are part of the declaration of this one. */
  #inside(id: BtfId): BtfId[] {
    const type = this.#btf.typeById(id);
    check('type', type.name, TYPE);
    switch (type.kind) {
      case 'STRUCT':
      case 'UNION':
        if (type.name !== '') return [];
        for (const { name } of type.members) check('member', name, WORD);
        return type.members.map((member) => member.type);
      case 'ENUM':
      case 'ENUM64':
        if (type.name === '') for (const { name } of type.values) check('enumerator', name, WORD);
        return [];
      case 'FUNC_PROTO':
        for (const { name } of type.params) check('parameter', name, WORD);
        return [type.returnType, ...type.params.map((param) => param.type)];
      case 'PTR':
      case 'ARRAY':
      case 'CONST':
      case 'VOLATILE':
      case 'RESTRICT':
      case 'TYPE_TAG':
        return [type.type];
      default:
        return [];
    }
  }
}
