import { describe, expect, test } from 'vitest';
import { BtfBuilder, type NewBtfType, parseBtf } from '../../../src/btf/index.ts';
import { findSpecialFields } from '../../../src/kernel/commands/special-fields.ts';
import { errnoName } from '../../../src/syscall/index.ts';

type Member = readonly [name: string, type: number, offset: number];

/** A BTF with the structs that the kernel knows, and what `add` puts beside them; its result is the value type. */
function fieldsOf(add: (make: Maker) => number): unknown {
  const builder = new BtfBuilder();
  const make = new Maker(builder);
  const value = add(make);
  const fields = findSpecialFields(parseBtf(builder.encode()), value, '6.18.0');
  if (typeof fields === 'number') return errnoName(fields);
  return fields.map(({ kind, offset, size }) => `${kind} ${offset}+${size}`);
}

class Maker {
  readonly #builder: BtfBuilder;
  readonly u32: number;
  readonly u64: number;
  readonly spinLock: number;
  readonly timer: number;

  constructor(builder: BtfBuilder) {
    this.#builder = builder;
    const int = { kind: 'INT', bitsOffset: 0, signed: false, char: false, bool: false } as const;
    this.u32 = builder.add({ ...int, name: 'u32', size: 4, bits: 32 });
    this.u64 = builder.add({ ...int, name: 'u64', size: 8, bits: 64 });
    this.spinLock = this.struct('bpf_spin_lock', 4, [['val', this.u32, 0]]);
    this.timer = this.struct('bpf_timer', 16, [['__opaque', this.array(this.u64, 2), 0]]);
  }

  add(type: NewBtfType): number {
    return this.#builder.add(type);
  }

  struct(name: string, size: number, members: readonly Member[]): number {
    const list = members.map(([member, type, offset]) => ({
      name: member,
      type,
      bitOffset: offset * 8,
      bitfieldSize: 0,
    }));
    return this.add({ kind: 'STRUCT', name, size, bitfields: false, members: list });
  }

  array(type: number, count: number): number {
    return this.add({ kind: 'ARRAY', name: '', type, indexType: this.u32, count });
  }

  kptr(): number {
    const tag = this.add({ kind: 'TYPE_TAG', name: 'kptr', type: this.spinLock, attribute: false });
    return this.add({ kind: 'PTR', name: '', type: tag });
  }
}

describe('the special fields of a value', () => {
  test.each<[string, (make: Maker) => number, unknown]>([
    ['none', (m) => m.struct('v', 8, [['a', m.u64, 0]]), []],
    [
      'a lock and a timer, in order of offset',
      (m) =>
        m.struct('v', 24, [
          ['lock', m.spinLock, 16],
          ['timer', m.timer, 0],
        ]),
      ['timer 0+16', 'spin_lock 16+4'],
    ],
    [
      'in a struct inside',
      (m) =>
        m.struct('v', 32, [
          ['a', m.u64, 0],
          [
            'inner',
            m.struct('in', 24, [
              ['x', m.u64, 0],
              ['t', m.timer, 8],
            ]),
            8,
          ],
        ]),
      ['timer 16+16'],
    ],
    [
      'pointers in an array',
      (m) => m.struct('v', 24, [['p', m.array(m.kptr(), 3), 0]]),
      ['kptr 0+8', 'kptr 8+8', 'kptr 16+8'],
    ],
    [
      'two timers',
      (m) =>
        m.struct('v', 32, [
          ['a', m.timer, 0],
          ['b', m.timer, 16],
        ]),
      'E2BIG',
    ],
    ['more pointers than may be', (m) => m.struct('v', 96, [['p', m.array(m.kptr(), 12), 0]]), 'E2BIG'],
    [
      'a timer at an odd place',
      (m) =>
        m.struct('v', 24, [
          ['a', m.u32, 0],
          ['t', m.timer, 4],
        ]),
      'EINVAL',
    ],
    ['the struct itself is no field', (m) => m.spinLock, []],
  ])('%s', (_name, add, wanted) => {
    expect(fieldsOf(add)).toEqual(wanted);
  });

  test('a struct that contains itself ends the search', () => {
    // STRUCT id 6 is the value: ids 1 to 5 are the maker's.
    expect(fieldsOf((m) => m.struct('loop', 8, [['self', 6, 0]]))).toBe('E2BIG');
  });

  test('a deep graph without fields is walked once', () => {
    const value = (m: Maker) => {
      let type = m.u64;
      for (let depth = 0; depth < 30; depth++)
        type = m.struct(`s${depth}`, 8, [
          ['a', type, 0],
          ['b', type, 0],
        ]);
      return type;
    };
    const begin = performance.now();
    expect(fieldsOf(value)).toEqual([]);
    expect(performance.now() - begin).toBeLessThan(2000);
  });
});
