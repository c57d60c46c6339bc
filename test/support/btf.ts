import type { Endian } from '../../src/base/index.ts';
import { ByteWriter, encodeUtf8 } from '../../src/base/index.ts';

/** Kind numbers, for tests that build BTF by hand. */
const KIND = { INT: 1, PTR: 2, ARRAY: 3, STRUCT: 4, ENUM: 6, FUNC: 12, FUNC_PROTO: 13, VAR: 14, DATASEC: 15 } as const;

/** Builds a small BTF blob type by type; each method gives the new type's id. */
export class BtfAssembler {
  #words: number[] = [];
  #strings = '\0';
  #count = 0;

  name(text: string): number {
    if (text === '') return 0;
    const at = this.#strings.length;
    this.#strings += `${text}\0`;
    return at;
  }

  #add(name: string, kind: number, rest: { vlen?: number; third: number; tail?: number[] }): number {
    const { vlen = 0, third, tail = [] } = rest;
    this.#words.push(this.name(name), ((kind << 24) | vlen) >>> 0, third, ...tail);
    this.#count++;
    return this.#count;
  }

  int(name: string, size: number, signed = false): number {
    return this.#add(name, KIND.INT, { third: size, tail: [((signed ? 1 : 0) << 24) | (size * 8)] });
  }

  ptr(type: number): number {
    return this.#add('', KIND.PTR, { third: type });
  }

  array(type: number, index: number, count: number): number {
    return this.#add('', KIND.ARRAY, { third: 0, tail: [type, index, count] });
  }

  /** Members follow each other 8 bytes apart. */
  struct(name: string, members: readonly (readonly [name: string, type: number])[], size = members.length * 8): number {
    const tail = members.flatMap(([member, type], i) => [this.name(member), type, i * 64]);
    return this.#add(name, KIND.STRUCT, { vlen: members.length, third: size, tail });
  }

  enumeration(name: string, values: readonly (readonly [name: string, value: number])[]): number {
    const tail = values.flatMap(([value, number]) => [this.name(value), number]);
    return this.#add(name, KIND.ENUM, { vlen: values.length, third: 4, tail });
  }

  funcProto(returns = 0): number {
    return this.#add('', KIND.FUNC_PROTO, { third: returns });
  }

  func(name: string, proto: number, linkage: number): number {
    return this.#add(name, KIND.FUNC, { vlen: linkage, third: proto });
  }

  variable(name: string, type: number, linkage: number): number {
    return this.#add(name, KIND.VAR, { third: type, tail: [linkage] });
  }

  datasec(name: string, vars: readonly (readonly [type: number, offset: number, size: number])[], size = 0): number {
    return this.#add(name, KIND.DATASEC, { vlen: vars.length, third: size, tail: vars.flat() });
  }

  toBytes(endian: Endian = 'little'): Uint8Array {
    const strings = encodeUtf8(this.#strings);
    const typeBytes = this.#words.length * 4;
    const writer = new ByteWriter(endian).u16(0xeb9f).u8(1).u8(0).u32(24);
    writer.u32(0).u32(typeBytes).u32(typeBytes).u32(strings.length);
    for (const word of this.#words) writer.u32(word);
    return writer.raw(strings).toBytes();
  }
}

/** Raw BTF in the other byte order: its header and types are words of 32 bits but for the first. */
export function bigEndianBtf(little: Uint8Array): Uint8Array {
  const bytes = Uint8Array.from(little);
  const from = new DataView(little.buffer, little.byteOffset);
  const to = new DataView(bytes.buffer);
  const swap = (start: number, end: number) => {
    for (let at = start; at < end; at += 4) to.setUint32(at, from.getUint32(at, true));
  };
  to.setUint16(0, from.getUint16(0, true));
  const headerSize = from.getUint32(4, true);
  const types = headerSize + from.getUint32(8, true);
  swap(4, headerSize);
  swap(types, types + from.getUint32(12, true));
  return bytes;
}
