import { BTF_KIND, type BtfId } from '../../btf/index.ts';
import { arrayOf, memberAt, paramType } from '../core/index.ts';
import type { UsedTypes } from './used-types.ts';

/**
 * How far the use of a type goes. `layout`: what it is made of, members of structs left out; `whole`: also what its
 * pointers lead to; `members`: also the members of structs, behind a pointer names only.
 */
export type Reach = 'layout' | 'whole' | 'members' | 'names';

const BITS: Readonly<Record<Reach, number>> = { layout: 1, whole: 2, members: 4, names: 8 };

/**
 * Marks types and what they need. Each type is walked once for each reach, so any BTF takes linear time.
 *
 * DEVIATION: bpftool gives up on forward declarations and type tags; they are marked as any other type, so that objects
 * relocate on kernels that clang built.
 */
export class Reacher {
  readonly #used: UsedTypes;
  readonly #walked: Uint8Array;
  readonly #open: { id: BtfId; reach: Reach }[] = [];

  constructor(used: UsedTypes) {
    this.#used = used;
    this.#walked = new Uint8Array(used.btf.typeCount);
  }

  mark(id: BtfId, reach: Reach): void {
    this.#visit(id, reach);
    for (let next = this.#open.pop(); next !== undefined; next = this.#open.pop()) this.#walk(next.id, next.reach);
  }

  #visit(id: BtfId, reach: Reach): void {
    if (id === 0 || (this.#walked[id] & BITS[reach]) !== 0) return;
    this.#walked[id] |= BITS[reach];
    this.#used.mark(id);
    this.#open.push({ id, reach });
  }

  #walk(id: BtfId, reach: Reach): void {
    const { btf } = this.#used;
    switch (btf.kindOf(id)) {
      case BTF_KIND.PTR:
        if (reach !== 'layout') this.#visit(btf.third(id), reach === 'members' ? 'names' : reach);
        return;
      case BTF_KIND.CONST:
      case BTF_KIND.VOLATILE:
      case BTF_KIND.RESTRICT:
      case BTF_KIND.TYPEDEF:
      case BTF_KIND.TYPE_TAG:
        this.#visit(btf.third(id), reach);
        return;
      case BTF_KIND.ARRAY: {
        const { element, index } = arrayOf(btf, id);
        this.#visit(element, reach);
        this.#visit(index, reach);
        return;
      }
      case BTF_KIND.FUNC_PROTO:
        this.#visit(btf.third(id), reach);
        for (let i = 0; i < btf.vlenOf(id); i++) this.#visit(paramType(btf, id, i), reach);
        return;
      case BTF_KIND.STRUCT:
      case BTF_KIND.UNION:
        if (reach !== 'members') return;
        for (let i = 0; i < btf.vlenOf(id); i++) {
          this.#used.markMember(id, i);
          this.#visit(memberAt(btf, id, i).type, reach);
        }
        return;
      default:
        return;
    }
  }
}
