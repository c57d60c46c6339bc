import { invariant } from '../../base/index.ts';
import type { Btf, BtfComposite } from '../../btf/index.ts';
import { isComposite, resolveType, sizeOf } from '../../btf/index.ts';

/** Where a member of a struct lies. */
export interface FieldPlace {
  /** Bytes from the start of the struct that a path begins with. */
  readonly offset: number;
  /** Bytes; of a bitfield 1, the byte that its first bit lies in. */
  readonly size: number;
  /** Of a bitfield: its lowest bit in that byte (as a number), and how many bits it has. */
  readonly bits?: { readonly shift: number; readonly count: number };
}

/** Composites inside composites without a name that are looked into. */
const MAX_ANONYMOUS_DEPTH = 16;

/**
 * Where the members of the kernel's structs lie on the profile at hand, from its BTF. A path is `struct.member`, deeper
 * `struct.member.member`; `a.b+c.d` is member d of a struct c that lies at a.b; a step without a member is offset 0.
 */
export class KernelLayout {
  readonly btf: Btf;
  readonly #places = new Map<string, FieldPlace | undefined>();
  readonly #structs = new Map<string, BtfComposite | undefined>();

  constructor(btf: Btf) {
    this.btf = btf;
  }

  /** Bytes of a struct, undefined where this kernel has none of that name. */
  sizeOf(struct: string): number | undefined {
    return this.#struct(struct)?.size;
  }

  /** The place of a path, undefined where this kernel does not have it. */
  find(path: string): FieldPlace | undefined {
    if (this.#places.has(path)) return this.#places.get(path);
    const place = this.#findPath(path);
    this.#places.set(path, place);
    return place;
  }

  /** The place of a path that every kernel has. */
  place(path: string): FieldPlace {
    const place = this.find(path);
    invariant(place, `the kernel's BTF has ${path}`);
    return place;
  }

  /** Bytes from the start of the struct to a path that every kernel has. */
  offset(path: string): number {
    return this.place(path).offset;
  }

  #struct(name: string): BtfComposite | undefined {
    if (!this.#structs.has(name)) {
      const found = this.btf.findByName(name, 'STRUCT') ?? this.btf.findByName(name, 'UNION');
      this.#structs.set(name, found as BtfComposite | undefined);
    }
    return this.#structs.get(name);
  }

  #findPath(path: string): FieldPlace | undefined {
    let offset = 0;
    let last: FieldPlace | undefined;
    for (const step of path.split('+')) {
      last = this.#findStep(step);
      if (!last) return undefined;
      offset += last.offset;
    }
    return last && { ...last, offset };
  }

  #findStep(step: string): FieldPlace | undefined {
    const [name, ...members] = step.split('.');
    if (members.length === 0) return { offset: 0, size: this.#struct(name)?.size ?? 0 };
    let struct = this.#struct(name);
    let offset = 0;
    let place: FieldPlace | undefined;
    for (const member of members) {
      const found = struct && this.#member(struct, member, 0);
      if (!found) return undefined;
      offset += found.place.offset;
      place = found.place;
      const type = resolveType(this.btf, found.type);
      const element = type.kind === 'ARRAY' ? resolveType(this.btf, type.type) : type;
      struct = isComposite(element) ? element : undefined;
    }
    return place && { ...place, offset };
  }

  #member(struct: BtfComposite, name: string, depth: number): { place: FieldPlace; type: number } | undefined {
    for (const member of struct.members) {
      if (member.name === name) {
        return { place: this.#placeOf(member), type: member.type };
      }
      if (member.name !== '' || depth >= MAX_ANONYMOUS_DEPTH) continue;
      const inner = resolveType(this.btf, member.type);
      const found = isComposite(inner) && this.#member(inner, name, depth + 1);
      if (found) {
        return { ...found, place: { ...found.place, offset: found.place.offset + member.bitOffset / 8 } };
      }
    }
    return undefined;
  }

  #placeOf(member: BtfComposite['members'][number]): FieldPlace {
    const offset = Math.floor(member.bitOffset / 8);
    if (member.bitfieldSize === 0) return { offset, size: sizeOf(this.btf, member.type) ?? 0 };
    const within = member.bitOffset % 8;
    const shift = this.btf.endian === 'little' ? within : 8 - within - member.bitfieldSize;
    return { offset, size: 1, bits: { shift: Math.max(shift, 0), count: member.bitfieldSize } };
  }
}
