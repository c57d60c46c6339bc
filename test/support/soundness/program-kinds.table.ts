/** Context fields: offset and bytes. */
type Field = readonly [number, number];

/** A program type as the generator uses it. */
export interface ProgramKind {
  readonly progType: number;
  readonly expectedAttachType: number;
  readonly flags: number;
  readonly loads: readonly Field[];
  readonly stores: readonly Field[];
  /** Where the context has the packet's beginning, end and metadata. */
  readonly packet?: { readonly data: number; readonly end: number; readonly meta?: number; readonly writable: boolean };
  /** Highest result; undefined where any will do. */
  readonly most?: number;
  readonly skb: boolean;
}

const SKB: readonly Field[] = [
  [0, 4],
  [4, 4],
  [8, 4],
  [8, 2],
  [16, 4],
  [32, 4],
  [36, 4],
  [40, 4],
  [48, 4],
  [52, 4],
  [56, 4],
  [56, 8],
  [68, 4],
  [24, 1],
];
const CB: readonly Field[] = [
  [48, 4],
  [52, 4],
  [56, 8],
  [64, 4],
];
const ARGUMENTS: readonly Field[] = [0, 8, 16, 24, 32].map((at): Field => [at, 8]);
const ANY: readonly Field[] = [
  [0, 8],
  [8, 4],
  [12, 2],
  [14, 1],
  [16, 8],
  [63, 1],
];

export const PROGRAM_KINDS: readonly ProgramKind[] = [
  { progType: 1, expectedAttachType: 0, flags: 0, loads: SKB, stores: CB, skb: true },
  {
    progType: 3,
    expectedAttachType: 0,
    flags: 0,
    loads: [...SKB, [44, 4], [72, 4], [152, 8]],
    stores: [...CB, [8, 4], [32, 4], [44, 4], [72, 4]],
    packet: { data: 76, end: 80, meta: 140, writable: true },
    skb: true,
  },
  {
    progType: 6,
    expectedAttachType: 0,
    flags: 0,
    loads: [
      [12, 4],
      [16, 4],
    ],
    stores: [],
    packet: { data: 0, end: 4, meta: 8, writable: true },
    skb: false,
  },
  {
    progType: 8,
    expectedAttachType: 0,
    flags: 0,
    loads: SKB,
    stores: CB,
    packet: { data: 76, end: 80, writable: false },
    most: 1,
    skb: true,
  },
  { progType: 17, expectedAttachType: 0, flags: 0, loads: ARGUMENTS, stores: [], skb: false },
  { progType: 31, expectedAttachType: 0, flags: 1 << 4, loads: ANY, stores: ANY, skb: false },
];
