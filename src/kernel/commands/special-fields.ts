import { alignUp } from '../../base/index.ts';
import { type Btf, type BtfId, resolveType } from '../../btf/index.ts';
import type { Errno } from '../../syscall/index.ts';
import { bpf_flags, errno } from '../../uapi/index.ts';
import type { SpecialField, SpecialFieldKind } from '../maps/map.ts';

interface Known {
  readonly kind: SpecialFieldKind;
  readonly size: number;
  readonly align: number;
  /** A value may have only one of it. */
  readonly single: boolean;
}

/** Structs that the kernel gives a meaning inside map values. @see include/uapi/linux/bpf.h (v6.12) for their sizes */
const STRUCTS: Readonly<Record<string, Known>> = {
  bpf_spin_lock: { kind: 'spin_lock', size: 4, align: 4, single: true },
  bpf_res_spin_lock: { kind: 'res_spin_lock', size: 8, align: 4, single: true },
  bpf_timer: { kind: 'timer', size: 16, align: 8, single: true },
  bpf_wq: { kind: 'workqueue', size: 16, align: 8, single: true },
  bpf_task_work: { kind: 'task_work', size: 8, align: 8, single: true },
  bpf_list_head: { kind: 'list_head', size: 16, align: 8, single: false },
  bpf_rb_root: { kind: 'rb_root', size: 16, align: 8, single: false },
  bpf_refcount: { kind: 'refcount', size: 4, align: 4, single: true },
};

const KPTR_TAGS = new Set(['kptr', 'kptr_untrusted', 'percpu_kptr', 'uptr']);
const KPTR: Known = { kind: 'kptr', size: 8, align: 8, single: false };
/** Deepest nesting of structs that is looked into. */
const MAX_DEPTH = 32;

/**
 * The fields of a value type that the kernel gives a meaning, in order of offset.
 * @returns -E2BIG for too many or one too often, -EINVAL where one is misplaced, -EEXIST where two overlap
 */
export function findSpecialFields(btf: Btf, valueType: BtfId): SpecialField[] | Errno {
  const finder = new FieldFinder(btf);
  const failed = finder.visit(valueType, 0, 0);
  if (failed < 0) return failed;
  const fields = finder.fields.sort((a, b) => a.offset - b.offset);
  for (let i = 1; i < fields.length; i++) {
    if (fields[i].offset < fields[i - 1].offset + fields[i - 1].size) return -errno.EEXIST;
  }
  const kinds = new Set(fields.map(({ kind }) => kind));
  if (kinds.has('spin_lock') && kinds.has('res_spin_lock')) return -errno.EINVAL;
  if ((kinds.has('list_head') || kinds.has('rb_root')) && !kinds.has('spin_lock') && !kinds.has('res_spin_lock')) {
    return -errno.EINVAL;
  }
  return fields;
}

class FieldFinder {
  readonly fields: SpecialField[] = [];
  readonly #btf: Btf;
  /** Structs that are known to have none, so that a deep graph is walked once. */
  readonly #without = new Set<BtfId>();

  constructor(btf: Btf) {
    this.#btf = btf;
  }

  /** Looks for fields in a type that stands at `offset` of the value. */
  visit(id: BtfId, offset: number, depth: number): Errno | 0 {
    const btf = this.#btf;
    const type = resolveType(btf, id);
    switch (type.kind) {
      case 'STRUCT':
      case 'UNION': {
        const known = type.kind === 'STRUCT' && depth > 0 ? STRUCTS[type.name] : undefined;
        if (known) return type.size === known.size ? this.#add(known, offset) : 0;
        if (depth >= MAX_DEPTH) return -errno.E2BIG;
        if (type.kind === 'UNION' || this.#without.has(type.id)) return 0;
        const before = this.fields.length;
        for (const member of type.members) {
          const failed = this.visit(member.type, offset + Math.floor(member.bitOffset / 8), depth + 1);
          if (failed < 0) return failed;
        }
        if (this.fields.length === before) this.#without.add(type.id);
        return 0;
      }
      case 'ARRAY':
        return this.#visitArray(type, offset, depth);
      case 'PTR':
        return this.#isKptr(type.type) ? this.#add(KPTR, offset) : 0;
      case 'DATASEC': {
        for (const info of type.vars) {
          const variable = btf.typeById(info.type);
          if (variable.kind !== 'VAR') continue;
          const failed = this.visit(variable.type, offset + info.offset, depth + 1);
          if (failed < 0) return failed;
        }
        return 0;
      }
      default:
        return 0;
    }
  }

  #visitArray(array: { type: BtfId; count: number }, offset: number, depth: number): Errno | 0 {
    const before = this.fields.length;
    if (array.count === 0 || depth >= MAX_DEPTH) return 0;
    const failed = this.visit(array.type, offset, depth + 1);
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

  #isKptr(id: BtfId): boolean {
    const tag = this.#btf.typeById(id);
    return tag.kind === 'TYPE_TAG' && KPTR_TAGS.has(tag.name);
  }

  #add({ kind, size, align, single }: Known, offset: number): Errno | 0 {
    if (offset % align !== 0) return -errno.EINVAL;
    if (single && this.fields.some((field) => field.kind === kind)) return -errno.E2BIG;
    if (this.fields.length >= bpf_flags.BTF_FIELDS_MAX) return -errno.E2BIG;
    this.fields.push({ kind, offset, size });
    return 0;
  }
}
