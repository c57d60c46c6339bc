import type { Btf, BtfId } from '../../btf/index.ts';
import { BTF_KIND, shapeOf } from '../../btf/index.ts';
import { NameScope } from '../names.ts';
import { renderTsDeclarations } from './ts.template.ts';
import { TsTypes } from './ts-types.ts';

/** Kinds whose name is that of a type: not of a variable, a section, a function or a tag. */
const NAMING: ReadonlySet<number> = new Set([
  BTF_KIND.INT,
  BTF_KIND.FLOAT,
  BTF_KIND.TYPEDEF,
  BTF_KIND.STRUCT,
  BTF_KIND.UNION,
  BTF_KIND.ENUM,
  BTF_KIND.ENUM64,
]);

/**
 * A TypeScript module that declares what values of C types are to JavaScript, with all that they hold: an interface for
 * a struct or union, an object of values for an enum, a type for what else has a name. What names no
 * type or has no size (a function, a variable, a mere declaration) is left out.
 *
 * @param ids types of `btf`, in the order of the module
 * @example
 * import { readFileSync } from 'node:fs';
 * import { parseBtf } from 'ebpfts/btf';
 * import { formatTsTypes } from 'ebpfts/gen';
 *
 * const btf = parseBtf(readFileSync('/sys/kernel/btf/vmlinux'));
 * const module = formatTsTypes(btf, btf.idsByName('iphdr'));
 */
export function formatTsTypes(btf: Btf, ids: Iterable<BtfId>): string {
  const types = new TsTypes(btf, []);
  const named: { name: string; type: string }[] = [];
  for (const id of ids) {
    const shape = NAMING.has(btf.kindOf(id)) ? shapeOf(btf, id) : undefined;
    if (shape !== undefined) named.push({ name: btf.nameOf(id), type: types.ofShape(shape) });
  }
  const scope = new NameScope(types.declarations.map(({ name }) => name));
  const aliases = named
    .filter(({ name, type }) => name !== '' && name !== type)
    .map(({ name, type }) => ({ name: scope.unique(name), comment: `\`${name}\``, type }));
  return renderTsDeclarations(types.declarations, aliases);
}
