import { renderAsserts, renderCSkeleton } from './c.template.ts';
import { dataIdentOf, dataStructs, mappedMaps, memberName, sectionByIdent } from './c-data.ts';
import { checkCNames } from './c-names.ts';
import { linkMembers, mapMembers, mapTable, programMembers, programTable } from './c-parts.ts';
import { cStringLines } from './c-string.ts';
import { structOpsInit, structOpsShadows } from './c-struct-ops.ts';
import type { Skeleton } from './skeleton.ts';

/**
 * A C header that embeds an object and opens, loads and attaches it by libbpf: the bytes of bpftool 7.5's.
 * @throws {GenError} where variables overlap or have no alignment, or a name would be code
 */
export function formatCSkeleton(skeleton: Skeleton): string {
  checkCNames(skeleton);
  const full = { full: true };
  return renderCSkeleton({
    name: skeleton.name,
    guard: headerGuard(skeleton, 'SKEL_H'),
    members: [
      mapMembers(skeleton),
      structOpsShadows(skeleton),
      programMembers(skeleton),
      linkMembers(skeleton),
      dataStructs(skeleton),
    ].join(''),
    afterOpen: structOpsInit(skeleton),
    tables: mapTable(skeleton, full) + programTable(skeleton, full),
    elf: cStringLines(skeleton.elf),
    asserts: asserts(skeleton),
  });
}

/** `__NAME_SUFFIX__` */
export function headerGuard({ name }: Skeleton, suffix: string): string {
  return `__${name.replace(/[a-z]/g, (char) => char.toUpperCase())}_${suffix}__`;
}

/** What the compiler of the header must agree on: it may see another definition of a type than the program did. */
function asserts(skeleton: Skeleton): string {
  if (skeleton.object.btf === undefined) return '';
  const statements = mappedMaps(skeleton).flatMap((map) => {
    const ident = dataIdentOf(map);
    return (sectionByIdent(skeleton, map)?.variables ?? []).map(({ name, size }) => {
      const member = memberName(name);
      return `\t_Static_assert(sizeof(s->${ident}->${member}) == ${size}, "unexpected size of '${member}'");\n`;
    });
  });
  return renderAsserts(skeleton.name, statements.join(''));
}
