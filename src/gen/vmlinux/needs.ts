import { BTF_KIND, type Btf, type BtfId } from '../../btf/index.ts';
import type { BpfObject } from '../../object/index.ts';
import { markObject, UsedTypes } from '../../relo/index.ts';
import { LIBBPF_NAMES, RETURNED_STRUCTS } from './libbpf-names.table.ts';
import type { CNames } from './scan-c.ts';

/** Names that a header has to define; a name that the kernel's BTF does not have is no business of the header. */
export interface Needs {
  /** Of structs, unions and enums. */
  readonly tags: Set<string>;
  /** Of typedefs, enumerators and kfuncs. */
  readonly identifiers: Set<string>;
  /** Of members: what they point to is looked into too. */
  readonly members: Set<string>;
}

export function emptyNeeds(): Needs {
  return { tags: new Set(), identifiers: new Set(), members: new Set() };
}

/** Adds what C sources need, and what macros of libbpf's headers need for them. */
export function addSourceNeeds(needs: Needs, names: CNames): void {
  const { identifiers, tags, members } = needs;
  for (const name of names.identifiers) {
    identifiers.add(name);
    members.add(name);
    if (names.tagsByMacro) tags.add(name);
    const returned = RETURNED_STRUCTS.get(name);
    if (returned !== undefined) tags.add(returned);
  }
  for (const tag of names.tags) if (!names.defined.has(tag)) tags.add(tag);
  for (const iterator of names.iterators) {
    tags.add(`bpf_iter_${iterator}`);
    for (const step of ['new', 'next', 'destroy']) identifiers.add(`bpf_iter_${iterator}_${step}`);
  }
  const headers = new Set([...names.includes, ...names.quotedIncludes].map((path) => path.replace(/^.*\//, '')));
  for (const { header, uses, names: wanted } of LIBBPF_NAMES) {
    if (header !== undefined && !headers.has(header)) continue;
    if (uses !== undefined && ![...names.identifiers].some((name) => uses.test(name))) continue;
    for (const name of wanted) {
      tags.add(name);
      identifiers.add(name);
    }
  }
}

/**
 * Adds what a compiled object uses: what its CO-RE records ask about, its kfuncs, kernel variables and attach targets,
 * and types of its own BTF that the kernel has just the same. Constants leave no trace in an object.
 */
export function addObjectNeeds(needs: Needs, object: BpfObject, kernel: Btf): void {
  const used = new UsedTypes(kernel);
  markObject(used, object);
  for (const id of used.ids()) addName(needs, kernel, id);
  const local = object.btf;
  if (local === undefined) return;
  for (let id = local.firstId; id < local.typeCount; id++) {
    const name = local.nameOf(id);
    if (name === '') continue;
    const kind = local.kindOf(id);
    if (kind === BTF_KIND.TYPEDEF) needs.identifiers.add(name);
    else if (isTagKind(kind) && isKernels({ local, id, kernel }, name)) needs.tags.add(name);
  }
}

function addName(needs: Needs, btf: Btf, id: BtfId): void {
  const name = btf.nameOf(id);
  if (name === '') return;
  if (isTagKind(btf.kindOf(id))) needs.tags.add(name);
  else needs.identifiers.add(name);
}

/** Whether a type of an object looks like the kernel's of the same name: as large, with as many members. */
function isKernels({ local, id, kernel }: { local: Btf; id: BtfId; kernel: Btf }, name: string): boolean {
  const kind = local.kindOf(id);
  return kernel
    .idsByName(name)
    .some(
      (other) =>
        kernel.kindOf(other) === kind &&
        kernel.third(other) === local.third(id) &&
        kernel.vlenOf(other) === local.vlenOf(id),
    );
}

function isTagKind(kind: number): boolean {
  return kind === BTF_KIND.STRUCT || kind === BTF_KIND.UNION || kind === BTF_KIND.ENUM || kind === BTF_KIND.ENUM64;
}
