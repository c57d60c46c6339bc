import { BTF_KIND, type Btf, type BtfId } from '../../btf/index.ts';

export interface TaggedPlace {
  /** The type that is tagged. */
  readonly type: BtfId;
  /** Its member or parameter; -1: the type itself. */
  readonly component: number;
  /** What the tag begins with. */
  readonly prefix: string;
}

const tagsByBtf = new WeakMap<Btf, Map<string, string[]>>();

/** What comes after the prefix in the first such tag; undefined where there is none. */
export function declTagOf(btf: Btf, { type, component, prefix }: TaggedPlace): string | undefined {
  const tags = tagsOf(btf).get(`${type} ${component}`);
  return tags?.find((tag) => tag.startsWith(prefix))?.slice(prefix.length);
}

/** All tags of a place, in the order of the BTF. */
export function declTagsOf(btf: Btf, type: BtfId, component: number): readonly string[] {
  return tagsOf(btf).get(`${type} ${component}`) ?? [];
}

function tagsOf(btf: Btf): Map<string, string[]> {
  let tags = tagsByBtf.get(btf);
  if (tags) return tags;
  tags = new Map();
  for (let id = btf.firstId; id < btf.typeCount; id++) {
    if (btf.kindOf(id) !== BTF_KIND.DECL_TAG) continue;
    const tag = btf.typeById(id);
    if (tag.kind !== 'DECL_TAG') continue;
    const place = `${tag.type} ${tag.componentIndex}`;
    const there = tags.get(place);
    if (there) there.push(tag.name);
    else tags.set(place, [tag.name]);
  }
  tagsByBtf.set(btf, tags);
  return tags;
}
