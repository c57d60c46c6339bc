import type { Btf } from '../btf.ts';
import { BTF_KIND } from '../kinds.ts';
import type { BtfId } from '../model.ts';

/** Deepest nesting that is written out; the rest is `…`. */
const DEPTH_MAX = 32;
/** Prototypes in prototypes multiply: this many are written out. */
const PROTOTYPE_DEPTH_MAX = 4;

/**
 * A type, or a declaration of that name, as one line of C: `const struct foo *name`, `int (*)(void *, char)`. What has no
 * name is `struct {…}`.
 */
export function typeText(btf: Btf, id: BtfId, name = ''): string {
  return declare(btf, id, { name, prototypes: 0 });
}

/** A function with its parameters: `int foo(struct bar *a, u32 b)`. @param id a FUNC */
export function functionText(btf: Btf, id: BtfId): string {
  return declare(btf, btf.third(id), { name: btf.nameOf(id), prototypes: 0 });
}

function declare(btf: Btf, id: BtfId, { name, prototypes }: { name: string; prototypes: number }): string {
  let declarator = name;
  let qualifiers = '';
  let at = id;
  for (let depth = 0; depth < DEPTH_MAX; depth++) {
    const kind = btf.kindOf(at);
    const next = btf.third(at);
    switch (kind) {
      case BTF_KIND.PTR:
        declarator = `*${qualifiers}${declarator}`;
        qualifiers = '';
        at = next;
        break;
      case BTF_KIND.CONST:
        qualifiers = `const ${qualifiers}`;
        at = next;
        break;
      case BTF_KIND.VOLATILE:
        qualifiers = `volatile ${qualifiers}`;
        at = next;
        break;
      case BTF_KIND.RESTRICT:
        qualifiers = `restrict ${qualifiers}`;
        at = next;
        break;
      case BTF_KIND.TYPE_TAG:
        at = next;
        break;
      case BTF_KIND.ARRAY: {
        const words = btf.index[at];
        declarator = `${grouped(declarator)}[${btf.words[words + 5]}]`;
        at = btf.words[words + 3];
        break;
      }
      case BTF_KIND.FUNC_PROTO:
        declarator = `${grouped(declarator)}(${paramsText(btf, at, prototypes + 1)})`;
        at = next;
        break;
      default:
        return `${qualifiers}${joined(baseText(btf, at), declarator)}`;
    }
  }
  return joined('…', declarator);
}

const grouped = (declarator: string) => (declarator.startsWith('*') ? `(${declarator})` : declarator);

function joined(base: string, declarator: string): string {
  if (declarator === '') return base;
  return `${base}${declarator.startsWith('[') ? '' : ' '}${declarator.trimEnd()}`;
}

function paramsText(btf: Btf, proto: BtfId, prototypes: number): string {
  if (prototypes > PROTOTYPE_DEPTH_MAX) return '…';
  const count = btf.vlenOf(proto);
  if (count === 0) return 'void';
  const params: string[] = [];
  for (let i = 0; i < count; i++) {
    const at = btf.index[proto] + 3 + 2 * i;
    const [name, type] = [btf.words[at], btf.words[at + 1]];
    params.push(type === 0 ? '...' : declare(btf, type, { name: btf.strings.at(name), prototypes }));
  }
  return params.join(', ');
}

function baseText(btf: Btf, id: BtfId): string {
  const name = btf.nameOf(id);
  switch (btf.kindOf(id)) {
    case BTF_KIND.VOID:
      return 'void';
    case BTF_KIND.STRUCT:
      return `struct ${name || '{…}'}`;
    case BTF_KIND.UNION:
      return `union ${name || '{…}'}`;
    case BTF_KIND.ENUM:
    case BTF_KIND.ENUM64:
      return `enum ${name || '{…}'}`;
    case BTF_KIND.FWD:
      return `${btf.flagOf(id) ? 'union' : 'struct'} ${name}`;
    default:
      return name || '…';
  }
}
