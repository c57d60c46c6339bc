import { dataIdentOf } from './c-data.ts';
import type { Skeleton, SkeletonMap } from './skeleton.ts';

/** `maps` of the struct. */
export function mapMembers({ maps }: Skeleton): string {
  return members(
    'maps',
    maps.map(({ ident }) => `struct bpf_map *${ident}`),
  );
}

/** `progs` of the struct. */
export function programMembers({ object }: Skeleton): string {
  return members(
    'progs',
    object.programs.map(({ name }) => `struct bpf_program *${name}`),
  );
}

/** `links` of the struct: of programs, then of struct_ops maps. */
export function linkMembers({ object, maps }: Skeleton): string {
  const attached = [...object.programs.map(({ name }) => name), ...attachedMaps(maps).map(({ ident }) => ident)];
  return members(
    'links',
    attached.map((name) => `struct bpf_link *${name}`),
  );
}

function members(name: string, rows: readonly string[]): string {
  return rows.length === 0 ? '' : `\tstruct {\n${rows.map((row) => `\t\t${row};\n`).join('')}\t} ${name};\n`;
}

function attachedMaps(maps: readonly SkeletonMap[]): SkeletonMap[] {
  return maps.filter(({ structOps }) => structOps !== undefined);
}

/** What of a skeleton a table of maps or programs tells libbpf. */
export interface TableOptions {
  /** Links, and memory of data sections. */
  readonly full: boolean;
}

/** `struct bpf_map_skeleton` without and with the member `link`. */
const MAP_SIZE = 24;
const MAP_SIZE_WITH_LINK = 32;

/** Statements that fill in the table of maps. */
export function mapTable({ maps }: Skeleton, { full }: TableOptions): string {
  if (maps.length === 0) return '';
  const size = full && attachedMaps(maps).length > 0 ? MAP_SIZE_WITH_LINK : MAP_SIZE;
  const rows = maps.map((map, i) => {
    const { ident, spec, mappable, structOps } = map;
    const memory = full && mappable ? `\tmap->mmaped = (void **)&obj->${dataIdentOf(map)};\n` : '';
    const link = full && structOps !== undefined ? `\tmap->link = &obj->links.${ident};\n` : '';
    return `
	map = (struct bpf_map_skeleton *)((char *)s->maps + ${i} * s->map_skel_sz);
	map->name = "${spec.name}";
	map->map = &obj->maps.${ident};
${memory}${link}`;
  });
  return `
	/* maps */
	s->map_cnt = ${maps.length};
	s->map_skel_sz = ${size};
	s->maps = (struct bpf_map_skeleton *)calloc(s->map_cnt,
			sizeof(*s->maps) > ${size} ? sizeof(*s->maps) : ${size});
	if (!s->maps) {
		err = -ENOMEM;
		goto err;
	}
${rows.join('')}`;
}

/** Statements that fill in the table of programs. */
export function programTable({ object: { programs } }: Skeleton, { full }: TableOptions): string {
  if (programs.length === 0) return '';
  const rows = programs.map(
    ({ name }, i) => `
	s->progs[${i}].name = "${name}";
	s->progs[${i}].prog = &obj->progs.${name};
${full ? `\ts->progs[${i}].link = &obj->links.${name};\n` : ''}`,
  );
  return `
	/* programs */
	s->prog_cnt = ${programs.length};
	s->prog_skel_sz = sizeof(*s->progs);
	s->progs = (struct bpf_prog_skeleton *)calloc(s->prog_cnt, s->prog_skel_sz);
	if (!s->progs) {
		err = -ENOMEM;
		goto err;
	}
${rows.join('')}`;
}
