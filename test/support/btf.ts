import { BtfBuilder, type BtfId, parseBtf } from '../../src/btf/index.ts';

/** Builds a small BTF in the few shapes that tests need; each method gives the new type's id. */
export class BtfAssembler {
  readonly #builder = new BtfBuilder();

  int(name: string, size: number, signed = false): BtfId {
    return this.#builder.add({
      kind: 'INT',
      name,
      size,
      bits: 8 * size,
      bitsOffset: 0,
      signed,
      char: false,
      bool: false,
    });
  }

  ptr(type: BtfId): BtfId {
    return this.#builder.add({ kind: 'PTR', name: '', type });
  }

  array(type: BtfId, indexType: BtfId, count: number): BtfId {
    return this.#builder.add({ kind: 'ARRAY', name: '', type, indexType, count });
  }

  /** Members follow each other 8 bytes apart. */
  struct(name: string, members: readonly (readonly [name: string, type: BtfId])[], size = members.length * 8): BtfId {
    const placed = members.map(([member, type], i) => ({ name: member, type, bitOffset: i * 64, bitfieldSize: 0 }));
    return this.#builder.add({ kind: 'STRUCT', name, size, bitfields: false, members: placed });
  }

  enumeration(name: string, values: readonly (readonly [name: string, value: number])[]): BtfId {
    const rows = values.map(([label, value]) => ({ name: label, value }));
    return this.#builder.add({ kind: 'ENUM', name, size: 4, signed: false, values: rows });
  }

  funcProto(returnType = 0): BtfId {
    return this.#builder.add({ kind: 'FUNC_PROTO', name: '', returnType, params: [] });
  }

  toBytes(): Uint8Array {
    return this.#builder.encode();
  }
}

/** A BTF in the other byte order. */
export function bigEndianBtf(little: Uint8Array): Uint8Array {
  return BtfBuilder.from(parseBtf(little), { endian: 'big' }).encode();
}
