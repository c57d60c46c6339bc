import { describe, expect, it } from 'vitest';
import type { BtfComposite } from '../../src/btf/index.ts';
import { parseBtf } from '../../src/btf/index.ts';
import { parseMapDef } from '../../src/object/map-def.ts';
import { internalMapName, objectName } from '../../src/object/map-names.ts';
import { roundRingSize } from '../../src/object/maps.ts';
import { BtfAssembler } from '../support/btf.ts';

type Members = (btf: BtfAssembler) => readonly (readonly [string, number])[];

/** `__uint(name, value)` as the compiler leaves it. */
const uint = (btf: BtfAssembler, value: number): number => btf.ptr(btf.array(1, 1, value));

function parse(members: Members, options: { strict?: boolean } = {}) {
  const assembler = new BtfAssembler();
  assembler.int('int', 4, true);
  const struct = assembler.struct('', members(assembler));
  const btf = parseBtf(assembler.toBytes());
  const context = { map: 'm', btf, strict: options.strict ?? true, isInner: false };
  return parseMapDef(context, btf.typeById(struct) as BtfComposite);
}

describe('parseMapDef', () => {
  it('reads every attribute', () => {
    const def = parse((b) => {
      const value = b.struct('value', [['a', 1]], 16);
      return [
        ['type', uint(b, 1)],
        ['max_entries', uint(b, 1024)],
        ['map_flags', uint(b, 0x401)],
        ['numa_node', uint(b, 3)],
        ['key', b.ptr(1)],
        ['key_size', uint(b, 4)],
        ['value', b.ptr(value)],
        ['map_extra', b.enumeration('', [['__extra', 7]])],
        ['pinning', uint(b, 1)],
      ];
    });
    expect(def).toMatchObject({
      type: 1,
      maxEntries: 1024,
      flags: 0x401,
      numaNode: 3,
      keySize: 4,
      keyTypeId: 1,
      valueSize: 16,
      mapExtra: 7n,
      pinning: 'by_name',
      inner: undefined,
    });
  });

  it('reads the definition of the maps inside a map of maps', () => {
    const def = parse((b) => {
      const inner = b.struct('inner', [
        ['type', uint(b, 2)],
        ['max_entries', uint(b, 1)],
        ['value', b.ptr(1)],
      ]);
      return [
        ['type', uint(b, 12)],
        ['values', b.array(b.ptr(inner), 1, 0)],
      ];
    });
    expect(def).toMatchObject({ type: 12, valueSize: 4, inner: { type: 2, maxEntries: 1, valueSize: 4 } });
  });

  it('takes prototypes as the values of a program array', () => {
    const def = parse((b) => [
      ['type', uint(b, 3)],
      ['values', b.array(b.ptr(b.funcProto(1)), 1, 0)],
    ]);
    expect(def).toMatchObject({ type: 3, valueSize: 4, inner: undefined });
  });

  it('ignores unknown attributes where that is asked for', () => {
    const members: Members = (b) => [
      ['type', uint(b, 1)],
      ['color', uint(b, 5)],
    ];
    expect(parse(members, { strict: false }).type).toBe(1);
    expect(() => parse(members)).toThrow("map 'm': unknown field 'color'");
  });

  const refused: [string, Members, string][] = [
    ['no type', (b) => [['max_entries', uint(b, 1)]], "map type isn't specified"],
    ['a number that is no pointer', () => [['type', 1]], "attr 'type': expected PTR, got INT"],
    ['a number that is no array', (b) => [['type', b.ptr(1)]], "attr 'type': expected ARRAY, got INT"],
    [
      'key sizes that differ',
      (b) => [
        ['key_size', uint(b, 8)],
        ['key', b.ptr(1)],
      ],
      'conflicting key size 8 != 4',
    ],
    [
      'value sizes that differ',
      (b) => [
        ['value', b.ptr(1)],
        ['value_size', uint(b, 2)],
      ],
      'conflicting value size 4 != 2',
    ],
    ['a key that is no pointer', () => [['key', 1]], 'key spec is not PTR: INT'],
    ['a key without a size', (b) => [['key', b.ptr(b.funcProto())]], "can't determine key size"],
    ['an unknown pinning', (b) => [['pinning', uint(b, 2)]], 'invalid pinning value 2'],
    [
      'a __ulong of two values',
      (b) => [
        [
          'map_extra',
          b.enumeration('', [
            ['a', 1],
            ['b', 2],
          ]),
        ],
      ],
      'invalid __ulong',
    ],
    [
      'values that are not last',
      (b) => [
        ['type', uint(b, 12)],
        ['values', b.array(b.ptr(1), 1, 0)],
        ['x', 1],
      ],
      'should be last',
    ],
    [
      'values of a hash',
      (b) => [
        ['type', uint(b, 1)],
        ['values', b.array(b.ptr(1), 1, 0)],
      ],
      'should be map-in-map or prog-array',
    ],
    [
      'values of a known length',
      (b) => [
        ['type', uint(b, 12)],
        ['values', b.array(b.ptr(1), 1, 2)],
      ],
      'is not a zero-sized array',
    ],
    [
      'ints as inner maps',
      (b) => [
        ['type', uint(b, 12)],
        ['values', b.array(b.ptr(1), 1, 0)],
      ],
      'def is of unexpected kind INT',
    ],
    [
      'pinned inner maps',
      (b) => {
        const inner = b.struct('inner', [
          ['type', uint(b, 2)],
          ['pinning', uint(b, 1)],
        ]);
        return [
          ['type', uint(b, 12)],
          ['values', b.array(b.ptr(inner), 1, 0)],
        ];
      },
      "map 'm.inner': inner def can't be pinned",
    ],
  ];
  for (const [what, members, message] of refused) {
    it(`refuses ${what}`, () => {
      expect(() => parse(members)).toThrow(message);
    });
  }
});

describe('names', () => {
  const objects: [string, string][] = [
    ['minimal.bpf.o', 'minimal'],
    ['/some/folder/minimal.bpf.o', 'minimal'],
    ['a_name_that_is_too_long.bpf.o', 'a_name_that_is_'],
    ['plain', 'plain'],
  ];
  for (const [file, name] of objects) {
    it(`calls the object of ${file} ${name}`, () => expect(objectName(file)).toBe(name));
  }

  const maps: [string, string, string][] = [
    ['minimal', '.bss', 'minimal.bss'],
    ['my_object_name', '.rodata', 'my_objec.rodata'],
    ['my_object_name', '.bss', 'my_objec.bss'],
    ['my_object_name', '.kconfig', 'my_obje.kconfig'],
    ['my_object_name', '.data.custom', '.data.custom'],
    ['my_object_name', '.rodata.abracadabra', '.rodata.abracad'],
    ['odd-name', '.data', 'odd_name.data'],
  ];
  for (const [object, section, name] of maps) {
    it(`calls the map of ${section} in ${object} ${name}`, () => expect(internalMapName(object, section)).toBe(name));
  }
});

describe('roundRingSize', () => {
  const sizes: [number, number][] = [
    [0, 0],
    [1, 4096],
    [4096, 4096],
    [4097, 8192],
    [12288, 16384],
    [1 << 20, 1 << 20],
    [0xffff_ffff, 0xffff_ffff],
  ];
  for (const [size, rounded] of sizes) {
    it(`makes ${rounded} of ${size}`, () => expect(roundRingSize(size, 4096)).toBe(rounded));
  }
});
