import { BTF_KIND, infoFlag, infoKind, infoVlen, kindName, LINKAGES } from './kinds.ts';
import type { BtfId, BtfMember, BtfType } from './model.ts';
import type { BtfStrings } from './strings.ts';

/** Where one type lies. */
export interface TypePlace {
  readonly words: Uint32Array;
  /** Word of its head, and of the head of the type after it. */
  readonly at: number;
  readonly end: number;
  readonly id: BtfId;
}

/** The type at a place as an object. */
export function decodeType(place: TypePlace, strings: BtfStrings): BtfType {
  const { words, at, id } = place;
  const info = words[at + 1];
  const third = words[at + 2];
  const flag = infoFlag(info);
  const name = strings.at(words[at]);
  const kindNumber = infoKind(info);
  const kind = kindName(kindNumber);
  switch (kind) {
    case 'VOID':
    case 'UNKN':
      return { kind: 'UNKN', id, name, kindNumber, words: [...words.subarray(at, place.end)] };
    case 'INT':
      return { kind, id, name, size: third, ...decodeIntInfo(words[at + 3]) };
    case 'PTR':
    case 'TYPEDEF':
    case 'VOLATILE':
    case 'CONST':
    case 'RESTRICT':
      return { kind, id, name, type: third };
    case 'TYPE_TAG':
      return { kind, id, name, type: third, attribute: flag };
    case 'ARRAY':
      return { kind, id, name, type: words[at + 3], indexType: words[at + 4], count: words[at + 5] };
    case 'STRUCT':
    case 'UNION':
      return { kind, id, name, size: third, bitfields: flag, members: decodeMembers(place, strings) };
    case 'ENUM':
    case 'ENUM64':
      return decodeEnum(place, strings);
    case 'FWD':
      return { kind, id, name, fwdKind: flag ? 'union' : 'struct' };
    case 'FUNC': {
      const linkage = infoVlen(info);
      return { kind, id, name, type: third, linkage: LINKAGES[linkage] ?? linkage };
    }
    case 'FUNC_PROTO': {
      const params = elements(place, 2, (m) => ({ name: strings.at(words[m]), type: words[m + 1] }));
      return { kind, id, name, returnType: third, params };
    }
    case 'VAR':
      return { kind, id, name, type: third, linkage: LINKAGES[words[at + 3]] ?? words[at + 3] };
    case 'DATASEC': {
      const vars = elements(place, 3, (m) => ({ type: words[m], offset: words[m + 1], size: words[m + 2] }));
      return { kind, id, name, size: third, vars };
    }
    case 'FLOAT':
      return { kind, id, name, size: third };
    case 'DECL_TAG':
      return { kind, id, name, type: third, componentIndex: words[at + 3] | 0, attribute: flag };
  }
}

function elements<T>({ words, at }: TypePlace, size: number, read: (word: number) => T): T[] {
  const list: T[] = [];
  for (let m = at + 3, end = m + size * infoVlen(words[at + 1]); m < end; m += size) list.push(read(m));
  return list;
}

function decodeMembers(place: TypePlace, strings: BtfStrings): BtfMember[] {
  const { words } = place;
  const flag = infoFlag(words[place.at + 1]);
  return elements(place, 3, (m) => {
    const offset = words[m + 2];
    return {
      name: strings.at(words[m]),
      type: words[m + 1],
      bitOffset: flag ? offset & 0xff_ffff : offset,
      bitfieldSize: flag ? offset >>> 24 : 0,
    };
  });
}

function decodeEnum(place: TypePlace, strings: BtfStrings): BtfType {
  const { words, at, id } = place;
  const name = strings.at(words[at]);
  const size = words[at + 2];
  const signed = infoFlag(words[at + 1]);
  if (infoKind(words[at + 1]) === BTF_KIND.ENUM) {
    const values = elements(place, 2, (m) => ({
      name: strings.at(words[m]),
      value: signed ? words[m + 1] | 0 : words[m + 1],
    }));
    return { kind: 'ENUM', id, name, size, signed, values };
  }
  const values = elements(place, 3, (m) => ({
    name: strings.at(words[m]),
    value: enum64Value(words[m + 1], words[m + 2], signed),
  }));
  return { kind: 'ENUM64', id, name, size, signed, values };
}

/** The value of an ENUM64's enumerator from its two halves. */
export function enum64Value(low: number, high: number, signed: boolean): bigint {
  const value = (BigInt(high) << 32n) | BigInt(low);
  return signed ? BigInt.asIntN(64, value) : value;
}

/** Bits of an INT's last word, `BTF_INT_ENCODING`, `BTF_INT_OFFSET` and `BTF_INT_BITS`. */
function decodeIntInfo(word: number) {
  const encoding = (word >>> 24) & 15;
  return {
    signed: (encoding & 1) !== 0,
    char: (encoding & 2) !== 0,
    bool: (encoding & 4) !== 0,
    bitsOffset: (word >>> 16) & 0xff,
    bits: word & 0xff,
  };
}
