import { alignOf, type Btf, CDeclarer, resolveType } from '../../btf/index.ts';
import { errAlignment, errOverlap } from '../errors.ts';
import type { Skeleton, SkeletonMap, SkeletonSection } from './skeleton.ts';

/** The maps whose content a C skeleton shows as memory. */
export function mappedMaps({ maps }: Skeleton): SkeletonMap[] {
  return maps.filter(({ mappable }) => mappable);
}

/** What the map is called there: an arena's variables are not named after the map. */
export function dataIdentOf({ spec, ident, section }: SkeletonMap): string {
  return spec.origin === 'btf' ? (section?.ident ?? 'arena') : ident;
}

/** bpftool finds a map's variables by the name that it has for both, which is not always the map's own section. */
export function sectionByIdent({ sections }: Skeleton, map: SkeletonMap): SkeletonSection | undefined {
  const ident = dataIdentOf(map);
  return sections.find((section) => section.ident === ident);
}

const C_NAME = /[^A-Za-z0-9_]/g;

/** A variable's name as a member of a struct. */
export function memberName(name: string): string {
  return name.replace(C_NAME, '_');
}

/** The structs of a skeleton, one a data section, in which each variable stands where the kernel has it. */
export function dataStructs(skeleton: Skeleton): string {
  const { btf } = skeleton.object;
  if (btf === undefined) return '';
  const declarer = new CDeclarer(btf);
  return mappedMaps(skeleton)
    .map((map) => {
      const ident = dataIdentOf(map);
      const section = sectionByIdent(skeleton, map);
      const body = section === undefined ? '' : layout(btf, section, declarer);
      return `\tstruct ${skeleton.name}__${ident} {\n${body}\t} *${ident};\n`;
    })
    .join('');
}

/**
 * Members with what stands between them. Where a compiler for 32 bits would put the next one elsewhere, padding says so;
 * a compiler for 64 bits would have left the same room.
 */
function layout(btf: Btf, section: SkeletonSection, declarer: CDeclarer): string {
  let text = '';
  let offset = 0;
  let padded = 0;
  for (const variable of section.variables) {
    const align = Math.min(4, alignOf(btf, variable.typeId));
    if (variable.offset < offset)
      throw errOverlap({ section: section.name, variable: variable.name, offset: variable.offset, end: offset });
    if (align <= 0) throw errAlignment(variable.name);
    if (Math.ceil(offset / align) * align !== variable.offset) {
      text += `\t\tchar __pad${padded++}[${variable.offset - offset}];\n`;
    }
    const style = { level: 2, withoutModifiers: section.name !== '.kconfig' };
    text += `\t\t${declarer.declaration(variable.typeId, memberName(variable.name), style)};\n`;
    offset = variable.offset + variable.size;
  }
  return text;
}

/** The structs of a subskeleton: each variable is a pointer into the memory of whoever opened the object. */
export function dataPointers(skeleton: Skeleton): string {
  const { btf } = skeleton.object;
  if (btf === undefined) return '';
  const declarer = new CDeclarer(btf);
  return mappedMaps(skeleton)
    .map((map) => {
      const section = sectionByIdent(skeleton, map);
      if (section === undefined) return '';
      const style = { level: 2, withoutModifiers: section.name !== '.kconfig' };
      const members = section.variables.map(({ typeId, name }) => {
        const type = declarer.declaration(typeId, '', style);
        return `\t\t${isDeclaredAround(btf, typeId) ? `__typeof__(${type})` : type} *${name};\n`;
      });
      const ident = dataIdentOf(map);
      return `\tstruct ${skeleton.name}__${ident} {\n${members.join('')}\t} ${ident};\n`;
    })
    .join('');
}

/** Arrays and pointers to functions stand around the name, so that a pointer to them cannot be had by adding a star. */
function isDeclaredAround(btf: Btf, typeId: number): boolean {
  const type = resolveType(btf, typeId);
  return type.kind === 'ARRAY' || (type.kind === 'PTR' && resolveType(btf, type.type).kind === 'FUNC_PROTO');
}
