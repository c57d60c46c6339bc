import type { Btf, BtfId, NewBtfType } from '../../src/btf/index.ts';
import { BtfBuilder } from '../../src/btf/index.ts';

const NAMES = ['', 'a', 'b', 'c'];

/**
 * A BTF of `count` types that refer to each other at random, alike enough that many are equal or nearly so: few names,
 * few sizes, declarations beside what they declare. References that lead back to themselves without a struct between are
 * left out, as compilers do.
 */
export function randomBtf(random: () => number, options: { count: number; base?: Btf }): BtfBuilder {
  const { count, base } = options;
  const builder = new BtfBuilder({ base });
  const first = builder.nextId;
  const kinds = Array.from({ length: count }, () => KINDS[Math.floor(random() * KINDS.length)]);
  const below = (limit: number) => Math.floor(random() * limit);
  const name = () => NAMES[below(NAMES.length)];
  const named = () => NAMES[1 + below(NAMES.length - 1)];
  /** A type that may be referred to: structs from anywhere, others only backwards. */
  const refer = (at: number, from = 0): BtfId => {
    for (let attempts = 0; attempts < 8; attempts++) {
      const to = from + below(count - from);
      const isStruct = kinds[to] === 'STRUCT' || kinds[to] === 'UNION';
      if (kinds[to] !== 'FUNC' && kinds[to] !== 'DECL_TAG' && (to < at || isStruct)) return first + to;
    }
    return base !== undefined && random() < 0.5 && below(2) === 0 ? baseType(base, below) : 0;
  };
  kinds.forEach((kind, at) => {
    builder.add(
      makeType({ kind, at, refer: () => refer(at), name, named, below, protos: protosBefore(kinds, at, first) }),
    );
  });
  return builder;
}

const KINDS = [
  'INT',
  'STRUCT',
  'STRUCT',
  'STRUCT',
  'UNION',
  'ENUM',
  'ENUM64',
  'FWD',
  'FWD',
  'PTR',
  'PTR',
  'PTR',
  'TYPEDEF',
  'CONST',
  'ARRAY',
  'FLOAT',
  'FUNC_PROTO',
  'FUNC',
  'TYPE_TAG',
  'DECL_TAG',
] as const;

function protosBefore(kinds: readonly string[], at: number, first: BtfId): BtfId[] {
  return kinds.flatMap((kind, i) => (kind === 'FUNC_PROTO' && i < at ? [first + i] : []));
}

function baseType(base: Btf, below: (limit: number) => number): BtfId {
  for (let attempts = 0; attempts < 8; attempts++) {
    const id = below(base.typeCount);
    const { kind } = base.typeById(id);
    if (kind !== 'FUNC' && kind !== 'DECL_TAG') return id;
  }
  return 0;
}

interface Making {
  readonly kind: (typeof KINDS)[number];
  readonly at: number;
  readonly refer: () => BtfId;
  readonly name: () => string;
  readonly named: () => string;
  readonly below: (limit: number) => number;
  readonly protos: readonly BtfId[];
}

function makeType({ kind, refer, name, named, below, protos }: Making): NewBtfType {
  const bools = { char: false, bool: false, bitsOffset: 0 };
  switch (kind) {
    case 'INT':
      return { kind, name: named(), size: 4, bits: 32, signed: below(2) === 0, ...bools };
    case 'FLOAT':
      return { kind, name: named(), size: 4 << below(2) };
    case 'STRUCT':
    case 'UNION': {
      const members = Array.from({ length: below(3) }, (_, i) => ({
        name: i === 0 ? 'x' : 'y',
        type: refer(),
        bitOffset: kind === 'UNION' ? 0 : 64 * i,
        bitfieldSize: 0,
      }));
      return { kind, name: name(), size: 16, bitfields: false, members };
    }
    case 'ENUM':
      return { kind, name: name(), size: 4, signed: false, values: below(2) ? [{ name: 'E', value: below(2) }] : [] };
    case 'ENUM64':
      return {
        kind,
        name: name(),
        size: 8,
        signed: false,
        values: below(2) ? [{ name: 'E', value: BigInt(below(2)) }] : [],
      };
    case 'FWD':
      return { kind, name: named(), fwdKind: below(3) === 0 ? 'union' : 'struct' };
    case 'PTR':
    case 'CONST':
      return { kind, name: '', type: refer() };
    case 'TYPEDEF':
      return { kind, name: named(), type: refer() };
    case 'TYPE_TAG':
      return { kind, name: named(), type: refer(), attribute: false };
    case 'DECL_TAG':
      return { kind, name: named(), type: refer(), componentIndex: -1, attribute: false };
    case 'ARRAY':
      return { kind, name: '', type: refer(), indexType: refer(), count: 1 + below(2) };
    case 'FUNC_PROTO': {
      const params = Array.from({ length: below(3) }, () => ({ name: name(), type: refer() }));
      return { kind, name: '', returnType: refer(), params };
    }
    case 'FUNC': {
      if (protos.length === 0) return { kind: 'PTR', name: '', type: 0 };
      return { kind, name: named(), type: protos[below(protos.length)], linkage: 'static' };
    }
  }
}
