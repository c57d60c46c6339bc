import { alignUp } from '../../base/index.ts';
import { type Btf, type BtfId, isComposite, resolveType, skipModifiers } from '../../btf/index.ts';
import { kernelSwitches, lackOf } from '../../catalog/index.ts';
import { bpf_flags, errno } from '../../uapi/index.ts';
import { declTagOf } from './decl-tags.ts';

/** What the kernel makes of a field. */
export type FieldKind =
  | 'spin_lock'
  | 'res_spin_lock'
  | 'timer'
  | 'workqueue'
  | 'task_work'
  | 'kptr'
  | 'list_head'
  | 'rb_root'
  | 'list_node'
  | 'rb_node'
  | 'refcount';

/** How the pointer in a field may be used: the tag on it. */
export type KptrTag = 'kptr' | 'kptr_untrusted' | 'percpu_kptr' | 'uptr';

/** A field of a map's value or of an object that the kernel gives a meaning. */
export interface TypedField {
  readonly kind: FieldKind;
  /** Bytes. */
  readonly offset: number;
  readonly size: number;
  /** Pointers: the type that they lead to, as the program's BTF has it. */
  readonly kptr?: { readonly tag: KptrTag; readonly typeId: BtfId };
  /** Lists and trees: the tag that says what is in them, `struct:node`; undefined where there is none. */
  readonly contains?: string;
}

interface Known {
  readonly kind: FieldKind;
  readonly size: number;
  readonly align: number;
  /** A value may have only one of it. */
  readonly single: boolean;
}

/** Structs that the kernel gives a meaning inside values. @see include/uapi/linux/bpf.h (v6.12) for their sizes */
const STRUCTS: Readonly<Record<string, Known>> = {
  bpf_spin_lock: { kind: 'spin_lock', size: 4, align: 4, single: true },
  bpf_res_spin_lock: { kind: 'res_spin_lock', size: 4, align: 4, single: true },
  bpf_timer: { kind: 'timer', size: 16, align: 8, single: true },
  bpf_wq: { kind: 'workqueue', size: 16, align: 8, single: true },
  bpf_task_work: { kind: 'task_work', size: 8, align: 8, single: true },
  bpf_list_head: { kind: 'list_head', size: 16, align: 8, single: false },
  bpf_rb_root: { kind: 'rb_root', size: 16, align: 8, single: false },
  bpf_list_node: { kind: 'list_node', size: 24, align: 8, single: false },
  bpf_rb_node: { kind: 'rb_node', size: 32, align: 8, single: false },
  bpf_refcount: { kind: 'refcount', size: 4, align: 4, single: true },
};

/** The kinds of fields that values of maps may have. */
export const MAP_FIELDS: readonly FieldKind[] = [
  'spin_lock',
  'res_spin_lock',
  'timer',
  'workqueue',
  'task_work',
  'kptr',
  'list_head',
  'rb_root',
  'refcount',
];
/** The kinds that objects of a program's own types may have. */
export const OBJECT_FIELDS: readonly FieldKind[] = [
  'spin_lock',
  'res_spin_lock',
  'kptr',
  'list_head',
  'rb_root',
  'list_node',
  'rb_node',
  'refcount',
];

const KPTR: Known = { kind: 'kptr', size: 8, align: 8, single: false };
const KPTR_TAGS: readonly string[] = ['kptr', 'kptr_untrusted', 'percpu_kptr', 'uptr'];
/** Deepest nesting of structs that is looked into. */
const MAX_DEPTH = 32;

/**
 * The fields of a type that the kernel gives a meaning, in order of offset.
 * @returns -E2BIG for too many or one too often, -EINVAL where one is misplaced, -EEXIST where two overlap
 */
export function findFields(btf: Btf, typeId: BtfId, wanted: WantedFields): TypedField[] | number {
  const finder = new FieldFinder(btf, wanted);
  const failed = finder.visit(typeId, 0, 0);
  if (failed < 0) return failed;
  const fields = finder.fields.sort((a, b) => a.offset - b.offset);
  for (let i = 1; i < fields.length; i++) {
    if (fields[i].offset < fields[i - 1].offset + fields[i - 1].size) return -errno.EEXIST;
  }
  const has = (kind: FieldKind) => fields.some((field) => field.kind === kind);
  if (has('spin_lock') && has('res_spin_lock')) return -errno.EINVAL;
  if ((has('list_head') || has('rb_root')) && !has('spin_lock') && !has('res_spin_lock')) return -errno.EINVAL;
  return fields;
}

/** Which fields are looked for. */
export interface WantedFields {
  readonly kinds: readonly FieldKind[];
  /** Of the kernel: what came later has no meaning to it. Left out: all have. */
  readonly version?: string;
}

/** What tags meant before Linux 6.4. */
const FORMER_KPTR_TAGS: Readonly<Record<string, KptrTag>> = { kptr: 'kptr_untrusted', kptr_ref: 'kptr' };

class FieldFinder {
  readonly fields: TypedField[] = [];
  readonly #btf: Btf;
  readonly #wanted: WantedFields;
  /** Structs that are known to have none, so that a deep graph is walked once. */
  readonly #without = new Set<BtfId>();

  constructor(btf: Btf, wanted: WantedFields) {
    this.#btf = btf;
    this.#wanted = wanted;
  }

  #isLater(name: string): boolean {
    const { version } = this.#wanted;
    return version !== undefined && lackOf(version, 'field', name) !== undefined;
  }

  /** Looks for fields in a type that stands at `offset` of the value. */
  visit(id: BtfId, offset: number, depth: number, contains?: string): number {
    const btf = this.#btf;
    const type = resolveType(btf, id);
    switch (type.kind) {
      case 'STRUCT':
      case 'UNION': {
        const known = type.kind === 'STRUCT' && depth > 0 ? STRUCTS[type.name] : undefined;
        if (known && !this.#isLater(type.name))
          return type.size === known.size ? this.#add(known, offset, { contains }) : 0;
        if (depth >= MAX_DEPTH) return -errno.E2BIG;
        if (type.kind === 'UNION' || this.#without.has(type.id)) return 0;
        const before = this.fields.length;
        for (const [index, member] of type.members.entries()) {
          const tag = declTagOf(btf, { type: type.id, component: index, prefix: 'contains:' });
          const failed = this.visit(member.type, offset + Math.floor(member.bitOffset / 8), depth + 1, tag);
          if (failed < 0) return failed;
        }
        if (this.fields.length === before) this.#without.add(type.id);
        return 0;
      }
      case 'ARRAY':
        return this.#visitArray(type, offset, { depth, contains });
      case 'PTR': {
        const kptr = this.#kptrOf(type.type);
        return kptr ? this.#add(KPTR, offset, { kptr }) : 0;
      }
      case 'DATASEC': {
        for (const info of type.vars) {
          const variable = btf.typeById(info.type);
          if (variable.kind !== 'VAR') continue;
          const tag = declTagOf(btf, { type: variable.id, component: -1, prefix: 'contains:' });
          const failed = this.visit(variable.type, offset + info.offset, depth + 1, tag);
          if (failed < 0) return failed;
        }
        return 0;
      }
      default:
        return 0;
    }
  }

  #visitArray(
    array: { readonly type: BtfId; readonly count: number },
    offset: number,
    { depth, contains }: { readonly depth: number; readonly contains?: string },
  ): number {
    const before = this.fields.length;
    if (array.count === 0 || depth >= MAX_DEPTH) return 0;
    const failed = this.visit(array.type, offset, depth + 1, contains);
    if (failed < 0) return failed;
    const inFirst = this.fields.slice(before);
    if (inFirst.length === 0) return 0;
    if (inFirst.length * array.count + before > bpf_flags.BTF_FIELDS_MAX) return -errno.E2BIG;
    const stride = this.#sizeOf(array.type);
    for (let i = 1; i < array.count; i++) {
      for (const field of inFirst) this.fields.push({ ...field, offset: field.offset + i * stride });
    }
    return 0;
  }

  /** Bytes of an array's element: a special struct, a struct with such fields in it, or a pointer. */
  #sizeOf(id: BtfId): number {
    const type = resolveType(this.#btf, id);
    if (type.kind === 'STRUCT') return type.size;
    if (type.kind === 'ARRAY') return type.count * this.#sizeOf(type.type);
    return alignUp(this.#btf.pointerSize, 8);
  }

  #kptrOf(id: BtfId): TypedField['kptr'] {
    const tag = this.#btf.typeById(id);
    const meant = tag.kind === 'TYPE_TAG' ? this.#tagOf(tag.name) : undefined;
    if (meant === undefined || tag.kind !== 'TYPE_TAG') return undefined;
    const typeId = skipModifiers(this.#btf, tag.type);
    return { tag: meant, typeId: isComposite(this.#btf.typeById(typeId)) ? typeId : tag.type };
  }

  #tagOf(name: string): KptrTag | undefined {
    const { version } = this.#wanted;
    if (this.#isLater('kptr') || this.#isLater(name)) return undefined;
    if (version !== undefined && !kernelSwitches(version).kptr_tags) return FORMER_KPTR_TAGS[name];
    return KPTR_TAGS.includes(name) ? (name as KptrTag) : undefined;
  }

  #add(known: Known, offset: number, more: Pick<TypedField, 'kptr' | 'contains'>): number {
    const { kind, size, align, single } = known;
    if (!this.#wanted.kinds.includes(kind)) return 0;
    if (offset % align !== 0) return -errno.EINVAL;
    if (single && this.fields.some((field) => field.kind === kind)) return -errno.E2BIG;
    if (this.fields.length >= bpf_flags.BTF_FIELDS_MAX) return -errno.E2BIG;
    this.fields.push({ kind, offset, size, ...more });
    return 0;
  }
}
