import { CDeclarer } from '../../btf/index.ts';
import type { Skeleton } from './skeleton.ts';
import type { StructOpsLayout } from './struct-ops.ts';

/** `struct_ops`: for each such map the struct as user space may change it before loading, other members as bytes. */
export function structOpsShadows({ name, object, maps }: Skeleton): string {
  const { btf } = object;
  const withOps = maps.filter(({ structOps }) => structOps !== undefined);
  if (withOps.length === 0 || btf === undefined) return '';
  const declarer = new CDeclarer(btf);
  const shadows = withOps.map(({ ident, structOps }) =>
    structOps === undefined
      ? ''
      : `\t\tstruct ${name}__${ident}__${structOps.typeName} {\n${members(structOps, declarer)}\t\t} *${ident};\n`,
  );
  return `\tstruct {\n${shadows.join('')}\t} struct_ops;\n`;
}

function members({ members: list, size }: StructOpsLayout, declarer: CDeclarer): string {
  let text = '';
  let end = 0;
  for (const [index, member] of list.entries()) {
    if (end < member.offset) text += `\t\t\tchar __padding_${index}[${member.offset - end}];\n`;
    if (member.role === 'program') text += `\t\t\tstruct bpf_program *${member.name};\n`;
    else if (member.role === 'opaque') text += `\t\t\tchar __unsupported_${index}[${member.size}];\n`;
    else text += `\t\t\t${declarer.declaration(member.typeId, member.name, { level: 3 })};\n`;
    end = member.offset + member.size;
  }
  if (end < size) text += `\t\t\tchar __padding_end[${size - end}];\n`;
  return text;
}

/** Lets the members of `struct_ops` point at what is loaded, in the function that opens a skeleton. */
export function structOpsInit({ maps }: Skeleton): string {
  return maps
    .filter(({ structOps }) => structOps !== undefined)
    .map(
      ({ ident }) => `	obj->struct_ops.${ident} = (__typeof__(obj->struct_ops.${ident}))
		bpf_map__initial_value(obj->maps.${ident}, NULL);

`,
    )
    .join('');
}
