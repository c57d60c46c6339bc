import { unreachable } from '../base/index.ts';
import { BTF_KIND, infoWord, LINKAGES } from './kinds.ts';
import type { BtfLinkage, BtfMember, BtfType, BtfVoid } from './model.ts';
import type { WordBuffer } from './word-buffer.ts';

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;

/** A type to be written: what `BtfType` has, without an id. */
export type NewBtfType = WithoutId<Exclude<BtfType, BtfVoid>>;

/** The offset of a string, wherever it comes to stand. */
export type StringPlacer = (text: string) => number;

function linkageNumber(linkage: BtfLinkage | number): number {
  return typeof linkage === 'number' ? linkage : LINKAGES.indexOf(linkage);
}

function memberOffset({ bitOffset, bitfieldSize }: BtfMember, bitfields: boolean): number {
  return bitfields ? ((bitfieldSize << 24) | bitOffset) >>> 0 : bitOffset;
}

/** Appends the words of a type; the opposite of `decodeType`. */
export function encodeType(out: WordBuffer, type: NewBtfType, string: StringPlacer): void {
  if (type.kind === 'UNKN') {
    // Its first word names it, by an offset that only its own BTF knows.
    out.push(string(type.name));
    for (const word of type.words.slice(1)) out.push(word);
    return;
  }
  const name = string(type.name);
  const head = (third: number, parts: { vlen?: number; flag?: boolean } = {}) =>
    out
      .push(name)
      .push(infoWord({ kind: BTF_KIND[type.kind], ...parts }))
      .push(third);
  switch (type.kind) {
    case 'INT': {
      const encoding = (type.signed ? 1 : 0) | (type.char ? 2 : 0) | (type.bool ? 4 : 0);
      head(type.size).push((encoding << 24) | (type.bitsOffset << 16) | type.bits);
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
      head(0).push(type.type).push(type.indexType).push(type.count);
      return;
    case 'STRUCT':
    case 'UNION':
      head(type.size, { vlen: type.members.length, flag: type.bitfields });
      for (const member of type.members) {
        out.push(string(member.name)).push(member.type).push(memberOffset(member, type.bitfields));
      }
      return;
    case 'ENUM':
      head(type.size, { vlen: type.values.length, flag: type.signed });
      for (const { name: label, value } of type.values) out.push(string(label)).push(value);
      return;
    case 'ENUM64':
      head(type.size, { vlen: type.values.length, flag: type.signed });
      for (const { name: label, value } of type.values) {
        const word = (shift: bigint) => Number(BigInt.asUintN(32, value >> shift));
        out.push(string(label)).push(word(0n)).push(word(32n));
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
      for (const param of type.params) out.push(string(param.name)).push(param.type);
      return;
    case 'VAR':
      head(type.type).push(linkageNumber(type.linkage));
      return;
    case 'DATASEC':
      head(type.size, { vlen: type.vars.length });
      for (const { type: variable, offset, size } of type.vars) out.push(variable).push(offset).push(size);
      return;
    case 'FLOAT':
      head(type.size);
      return;
    case 'DECL_TAG':
      head(type.type, { flag: type.attribute }).push(type.componentIndex);
      return;
    default:
      unreachable(type);
  }
}
