import type { Endian } from '../base/index.ts';
import { ByteWriter, decodeUtf8, encodeUtf8, unreachable } from '../base/index.ts';
import type { Btf } from './btf.ts';
import { BTF_MAGIC, BTF_VERSION, HEADER_SIZE } from './header.ts';
import { BTF_KIND, infoWord, LINKAGES } from './kinds.ts';
import type { BtfId, BtfLinkage, BtfType, BtfVoid } from './model.ts';

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;

/** A type to be written: what `BtfType` has, without an id. */
export type NewBtfType = WithoutId<Exclude<BtfType, BtfVoid>>;

/** What a new BTF goes on from. */
export interface BtfBuilderOptions {
  /** Default: `little`. */
  readonly endian?: Endian;
  /** The new BTF is split: its ids and strings go on where these end. */
  readonly base?: Btf;
}

/**
 * Puts a BTF together, from nothing or from another one, whose ids and string offsets stay what they are (`.BTF.ext` and
 * instructions refer to both).
 *
 * @example
 * import { BtfBuilder } from 'ebpfts/btf';
 *
 * const builder = new BtfBuilder();
 * const int = builder.add({ kind: 'INT', name: 'int', size: 4, bits: 32, bitsOffset: 0, signed: true, char: false, bool: false });
 * const bytes = builder.encode();
 */
export class BtfBuilder {
  readonly #endian: Endian;
  readonly #base: Btf | undefined;
  readonly #types: NewBtfType[] = [];
  readonly #strings: BuilderStrings;

  constructor({ endian = 'little', base }: BtfBuilderOptions = {}) {
    this.#endian = endian;
    this.#base = base;
    this.#strings = new BuilderStrings(base?.strings.bytes ?? new Uint8Array(1), base !== undefined);
  }

  /** A builder that holds what `btf` holds; encoded in its byte order unless another is asked for. */
  static from(btf: Btf, options: { endian?: Endian } = {}): BtfBuilder {
    const builder = new BtfBuilder({ endian: options.endian ?? btf.endian, base: btf.base });
    builder.#strings.append(btf.strings.bytes.subarray(btf.base?.strings.size ?? 1));
    for (const type of btf.types()) if (type.kind !== 'VOID') builder.#types.push(type);
    return builder;
  }

  /** Appends a type. @returns its id */
  add(type: NewBtfType): BtfId {
    this.#types.push(type);
    return this.#firstId + this.#types.length - 1;
  }

  /** Puts another type in the place of one that the builder holds. */
  replace(id: BtfId, type: NewBtfType): void {
    this.#types[id - this.#firstId] = type;
  }

  /** Offset of a string, added where it is not there yet. */
  string(text: string): number {
    return this.#strings.add(text);
  }

  get #firstId(): BtfId {
    return this.#base?.typeCount ?? 1;
  }

  /** The blob: header, types, strings. */
  encode(): Uint8Array {
    const types = new ByteWriter(this.#endian, 1024);
    for (const type of this.#types) writeType(types, type, this.#strings);
    const strings = this.#strings.own();
    const blob = new ByteWriter(this.#endian, HEADER_SIZE + types.length + strings.length);
    blob.u16(BTF_MAGIC).u8(BTF_VERSION).u8(0).u32(HEADER_SIZE);
    blob.u32(0).u32(types.length).u32(types.length).u32(strings.length);
    return blob.raw(types.toBytes()).raw(strings).toBytes();
  }
}

/** Strings by content, those of a base or of the original at the offsets that they have there. */
class BuilderStrings {
  readonly #writer = new ByteWriter('little', 1024);
  readonly #start: number;
  #offsets: Map<string, number> | undefined;

  /** @param first strings that come before: of a base, or the empty one */
  constructor(first: Uint8Array, isBase: boolean) {
    this.#start = isBase ? first.length : 0;
    this.#writer.raw(first);
  }

  append(bytes: Uint8Array): void {
    this.#writer.raw(bytes);
  }

  add(text: string): number {
    if (text === '') return 0;
    this.#offsets ??= this.#index();
    const known = this.#offsets.get(text);
    if (known !== undefined) return known;
    const offset = this.#writer.length;
    this.#writer.raw(encodeUtf8(text)).u8(0);
    this.#offsets.set(text, offset);
    return offset;
  }

  own(): Uint8Array {
    return this.#writer.toBytes().subarray(this.#start);
  }

  #index(): Map<string, number> {
    const bytes = this.#writer.toBytes();
    const offsets = new Map<string, number>();
    for (let at = 0; at < bytes.length; ) {
      const end = bytes.indexOf(0, at);
      const text = decodeUtf8(bytes.subarray(at, end < 0 ? bytes.length : end));
      if (!offsets.has(text)) offsets.set(text, at);
      at = end < 0 ? bytes.length : end + 1;
    }
    return offsets;
  }
}

function linkageNumber(linkage: BtfLinkage | number): number {
  return typeof linkage === 'number' ? linkage : LINKAGES.indexOf(linkage);
}

function writeType(out: ByteWriter, type: NewBtfType, strings: BuilderStrings): void {
  const name = strings.add(type.name);
  const head = (third: number, parts: { vlen?: number; flag?: boolean } = {}) => {
    const kind = type.kind === 'UNKN' ? type.kindNumber : BTF_KIND[type.kind];
    return out
      .u32(name)
      .u32(infoWord({ kind, ...parts }))
      .u32(third);
  };
  switch (type.kind) {
    case 'INT': {
      const encoding = (type.signed ? 1 : 0) | (type.char ? 2 : 0) | (type.bool ? 4 : 0);
      head(type.size).u32(((encoding << 24) | (type.bitsOffset << 16) | type.bits) >>> 0);
      return;
    }
    case 'PTR':
    case 'TYPEDEF':
    case 'VOLATILE':
    case 'CONST':
    case 'RESTRICT':
      head(type.type);
      return;
    case 'TYPE_TAG':
      head(type.type, { flag: type.attribute });
      return;
    case 'ARRAY':
      head(0).u32(type.type).u32(type.indexType).u32(type.count);
      return;
    case 'STRUCT':
    case 'UNION':
      head(type.size, { vlen: type.members.length, flag: type.bitfields });
      for (const member of type.members) {
        const bits = type.bitfields ? member.bitfieldSize << 24 : 0;
        out
          .u32(strings.add(member.name))
          .u32(member.type)
          .u32((bits | member.bitOffset) >>> 0);
      }
      return;
    case 'ENUM':
      head(type.size, { vlen: type.values.length, flag: type.signed });
      for (const { name: label, value } of type.values) out.u32(strings.add(label)).u32(value >>> 0);
      return;
    case 'ENUM64':
      head(type.size, { vlen: type.values.length, flag: type.signed });
      for (const { name: label, value } of type.values) {
        const word = (shift: bigint) => Number(BigInt.asUintN(32, value >> shift));
        out.u32(strings.add(label)).u32(word(0n)).u32(word(32n));
      }
      return;
    case 'FWD':
      head(0, { flag: type.fwdKind === 'union' });
      return;
    case 'FUNC':
      head(type.type, { vlen: linkageNumber(type.linkage) });
      return;
    case 'FUNC_PROTO':
      head(type.returnType, { vlen: type.params.length });
      for (const param of type.params) out.u32(strings.add(param.name)).u32(param.type);
      return;
    case 'VAR':
      head(type.type).u32(linkageNumber(type.linkage));
      return;
    case 'DATASEC':
      head(type.size, { vlen: type.vars.length });
      for (const { type: variable, offset, size } of type.vars) out.u32(variable).u32(offset).u32(size);
      return;
    case 'FLOAT':
      head(type.size);
      return;
    case 'DECL_TAG':
      head(type.type, { flag: type.attribute }).u32(type.componentIndex >>> 0);
      return;
    case 'UNKN':
      for (const word of type.words) out.u32(word);
      return;
    default:
      unreachable(type);
  }
}
