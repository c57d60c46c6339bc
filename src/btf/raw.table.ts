import { BTF_KIND } from './kinds.ts';

/** What is printed of a type, an element or the like, and where it comes from. */
export const RAW = {
  /** Nothing: the piece before it is the end. */
  END: 0,
  /** A string offset, as the name. */
  NAME: 1,
  /** A word as a number. */
  UINT: 2,
  /** A linkage by its number; FUNC has it where others have `vlen`. */
  FUNC_LINKAGE: 3,
  ID: 4,
  VLEN: 5,
  /** The lower 24 bits and the upper 8: offset and width of a bitfield. */
  LOW_24: 6,
  HIGH_8: 7,
  INT: 8,
  LINKAGE: 9,
  /** Whether the flag says signed, or a forward declaration's union. */
  SIGNEDNESS: 10,
  FWD: 11,
  /** A 32-bit number with its sign drawn out to 64, as an unsigned one. */
  WIDENED: 12,
  /** Two words, low and high, as a number. */
  UINT_64: 13,
  INT_64: 14,
  INT_OFFSET: 15,
  INT_BITS: 16,
  INT_ENCODING: 17,
  /** Kind and name of the type that a word refers to. */
  TARGET_KIND: 18,
  TARGET_NAME: 19,
  /** A name in which something has to be escaped. */
  ESCAPED: 20,
} as const;

export type RawValue = (typeof RAW)[keyof typeof RAW];

/** A value and the word (of the type or of the element) that says it. */
export interface RawSource {
  readonly value: RawValue;
  readonly word: number;
}

/** One fact. */
export interface RawField extends RawSource {
  readonly key: string;
  /** What only the text form has after it. */
  readonly textAfter: readonly (string | RawSource)[];
}

/** Fields of a kind's types. */
export interface RawKind {
  readonly fields: readonly RawField[];
  /** What the elements are called, for forms that name them. */
  readonly list?: string;
  /** Words of one. */
  readonly step?: number;
  /** Fields of an element, in the variants that the flag and the element's value choose from. */
  readonly elements?: readonly (readonly RawField[])[];
}

const field = (key: string, value: RawValue, word = 0, ...textAfter: (string | RawSource)[]): RawField => ({
  key,
  value,
  word,
  textAfter,
});
const name = field('name', RAW.NAME);
const size = field('size', RAW.UINT, 2);
const vlen = field('vlen', RAW.VLEN, 1);
const refers: RawKind = { fields: [field('type_id', RAW.UINT, 2)] };

const member = (...offset: RawField[]): RawField[] => [name, field('type_id', RAW.UINT, 1), ...offset];
const bitOffset = field('bits_offset', RAW.LOW_24, 2);
const composite: RawKind = {
  fields: [size, vlen],
  list: 'members',
  step: 3,
  elements: [
    member(field('bits_offset', RAW.UINT, 2)),
    member(bitOffset),
    member(bitOffset, field('bitfield_size', RAW.HIGH_8, 2)),
  ],
};

/** The variable that a word of a section refers to. */
const target = [' (', { value: RAW.TARGET_KIND, word: 0 }, " '", { value: RAW.TARGET_NAME, word: 0 }, "')"];

const enumeration = { fields: [field('encoding', RAW.SIGNEDNESS, 1), size, vlen], list: 'values' };

/** The fields of the kinds, in bpftool's words and order; a kind that is not here has none. */
export const RAW_KINDS: Readonly<Record<number, RawKind>> = {
  [BTF_KIND.INT]: {
    fields: [
      size,
      field('bits_offset', RAW.INT_OFFSET, 3),
      field('nr_bits', RAW.INT_BITS, 3),
      field('encoding', RAW.INT_ENCODING, 3),
    ],
  },
  [BTF_KIND.PTR]: refers,
  [BTF_KIND.ARRAY]: {
    fields: [field('type_id', RAW.UINT, 3), field('index_type_id', RAW.UINT, 4), field('nr_elems', RAW.UINT, 5)],
  },
  [BTF_KIND.STRUCT]: composite,
  [BTF_KIND.UNION]: composite,
  [BTF_KIND.ENUM]: {
    ...enumeration,
    step: 2,
    elements: [
      [name, field('val', RAW.UINT, 1)],
      [name, field('val', RAW.INT, 1)],
    ],
  },
  [BTF_KIND.FWD]: { fields: [field('fwd_kind', RAW.FWD, 1)] },
  [BTF_KIND.TYPEDEF]: refers,
  [BTF_KIND.VOLATILE]: refers,
  [BTF_KIND.CONST]: refers,
  [BTF_KIND.RESTRICT]: refers,
  [BTF_KIND.FUNC]: { fields: [field('type_id', RAW.UINT, 2), field('linkage', RAW.FUNC_LINKAGE, 1)] },
  [BTF_KIND.FUNC_PROTO]: {
    fields: [field('ret_type_id', RAW.UINT, 2), vlen],
    list: 'params',
    step: 2,
    elements: [[name, field('type_id', RAW.UINT, 1)]],
  },
  [BTF_KIND.VAR]: { fields: [field('type_id', RAW.UINT, 2, ','), field('linkage', RAW.LINKAGE, 3)] },
  [BTF_KIND.DATASEC]: {
    fields: [size, vlen],
    list: 'vars',
    step: 3,
    elements: [[field('type_id', RAW.UINT), field('offset', RAW.UINT, 1), field('size', RAW.UINT, 2, ...target)]],
  },
  [BTF_KIND.FLOAT]: { fields: [size] },
  [BTF_KIND.DECL_TAG]: { fields: [field('type_id', RAW.UINT, 2), field('component_idx', RAW.INT, 3)] },
  [BTF_KIND.TYPE_TAG]: refers,
  [BTF_KIND.ENUM64]: {
    ...enumeration,
    step: 3,
    elements: [
      [name, field('val', RAW.UINT_64, 1, 'ULL')],
      [name, field('val', RAW.INT_64, 1, 'LL')],
    ],
  },
};
