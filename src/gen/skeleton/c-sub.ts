import { bpf_map_type } from '../../uapi/index.ts';
import { errNoBtf } from '../errors.ts';
import { headerGuard } from './c.ts';
import { dataIdentOf, dataPointers, mappedMaps } from './c-data.ts';
import { checkCNames } from './c-names.ts';
import { mapMembers, mapTable, programMembers, programTable } from './c-parts.ts';
import { structOpsInit, structOpsShadows } from './c-struct-ops.ts';
import { renderCSubskeleton } from './c-sub.template.ts';
import type { Skeleton } from './skeleton.ts';

/**
 * A C header by which a library finds its maps, programs and variables in an object that somebody else opened: the
 * bytes of bpftool 7.5's.
 * @returns empty for an object with variables in an arena, as bpftool's are: libbpf cannot open such a subskeleton
 * @throws {GenError} `GEN_NO_BTF` where the object has no BTF; where a name would be code
 */
export function formatCSubskeleton(skeleton: Skeleton): string {
  if (skeleton.object.btf === undefined) throw errNoBtf(skeleton.name);
  checkCNames(skeleton);
  if (skeleton.maps.some(({ spec, mappable }) => mappable && spec.type === bpf_map_type.BPF_MAP_TYPE_ARENA)) return '';
  const part = { full: false };
  const variables = mappedMaps(skeleton).flatMap((map) =>
    (map.section?.variables ?? []).map(({ name }) => ({ name, ident: dataIdentOf(map) })),
  );
  return renderCSubskeleton({
    name: skeleton.name,
    guard: headerGuard(skeleton, 'SUBSKEL_H'),
    members: [mapMembers(skeleton), structOpsShadows(skeleton), programMembers(skeleton), dataPointers(skeleton)].join(
      '',
    ),
    variableCount: variables.length,
    variables: variables
      .map(
        ({ ident, name }, i) => `
	s->vars[${i}].name = "${name}";
	s->vars[${i}].map = &obj->maps.${ident};
	s->vars[${i}].addr = (void **) &obj->${ident}.${name};
`,
      )
      .join(''),
    afterOpen: structOpsInit(skeleton),
    tables: mapTable(skeleton, part) + programTable(skeleton, part),
  });
}
