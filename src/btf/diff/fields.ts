import type { Btf } from '../btf.ts';
import { errTooDeep } from '../errors.ts';
import { BTF_KIND } from '../kinds.ts';
import type { BtfId } from '../model.ts';
import { sizeOf } from '../resolve.ts';

/** Deepest nesting of structs and unions without a name. */
const DEPTH_MAX = 64;

/** A field as a C programmer reaches it: through structs and unions without a name as if it stood outside them. */
export interface Field {
  /** `a`, or `a.b` where `a` is of a struct or union without a name. */
  readonly path: string;
  readonly type: BtfId;
  /** Bits from the start of the outermost struct. */
  readonly bitOffset: number;
  /** Bits of a bitfield, else 0. */
  readonly bitfieldSize: number;
  /** The struct or union that has it as a member, and at which position. */
  readonly owner: BtfId;
  readonly position: number;
  /** Whether its fields follow it in the list. */
  readonly isOpen: boolean;
}

/** Lists the fields of one BTF's structs and unions. */
export class FieldLister {
  readonly btf: Btf;
  #left: number;

  constructor(btf: Btf) {
    this.btf = btf;
    this.#left = 100_000 + 32 * btf.words.length;
  }

  /**
   * All fields of a struct or union, in order; those of structs and unions without a name included.
   * @throws {BtfError} `BTF_TOO_DEEP`, also where nameless types hold each other so often that fields multiply
   */
  fields(composite: BtfId): Field[] {
    const fields: Field[] = [];
    this.#add(fields, { composite, prefix: '', bitOffset: 0, depth: 0 });
    return fields;
  }

  #add(fields: Field[], place: Place): void {
    const { btf } = this;
    const { composite, prefix, depth } = place;
    const at = btf.index[composite];
    const hasBitfields = btf.flagOf(composite);
    for (let position = 0; position < btf.vlenOf(composite); position++) {
      if (--this.#left < 0 || depth > DEPTH_MAX) throw errTooDeep({ id: composite, depth: DEPTH_MAX });
      const word = at + 3 + 3 * position;
      const name = btf.strings.at(btf.words[word]);
      const type = btf.words[word + 1];
      const offset = btf.words[word + 2];
      const bitOffset = place.bitOffset + (hasBitfields ? offset & 0xff_ffff : offset);
      const bitfieldSize = hasBitfields ? offset >>> 24 : 0;
      const isOpen = isNamelessComposite(btf, type);
      const path = prefix + name;
      if (name !== '') fields.push({ path, type, bitOffset, bitfieldSize, owner: composite, position, isOpen });
      if (!isOpen) continue;
      this.#add(fields, { composite: type, prefix: name === '' ? prefix : `${path}.`, bitOffset, depth: depth + 1 });
    }
  }
}

interface Place {
  readonly composite: BtfId;
  readonly prefix: string;
  readonly bitOffset: number;
  readonly depth: number;
}

/** A struct or union that can only be told by what is in it. */
export function isNamelessComposite(btf: Btf, id: BtfId): boolean {
  const kind = btf.kindOf(id);
  return (kind === BTF_KIND.STRUCT || kind === BTF_KIND.UNION) && btf.words[btf.index[id]] === 0;
}

/** Bits that a field takes; undefined where its type has no size. */
export function bitsOf(btf: Btf, { type, bitfieldSize }: Field): number | undefined {
  if (bitfieldSize > 0) return bitfieldSize;
  const size = sizeOf(btf, type);
  return size === undefined ? undefined : size * 8;
}
