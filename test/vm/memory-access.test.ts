import { describe, expect, test } from 'vitest';
import { assemble } from '../../src/isa/index.ts';
import { kernelAddress, USER_BASE } from '../../src/vm/index.ts';
import { createTestMachine, ENGINES, programOf, r0 } from '../support/vm-machine.ts';

const FILL = 'r1 = 0x8182838485868788 ll\n*(u64 *)(r10 -8) = r1\n';

const loads: [string, bigint][] = [
  ['r0 = *(u8 *)(r10 -8)', 0x88n],
  ['r0 = *(u16 *)(r10 -8)', 0x8788n],
  ['r0 = *(u32 *)(r10 -8)', 0x8586_8788n],
  ['r0 = *(u64 *)(r10 -8)', 0x8182_8384_8586_8788n],
  ['r0 = *(u32 *)(r10 -7)', 0x8485_8687n],
  ['r0 = *(s8 *)(r10 -8)', 0xffff_ffff_ffff_ff88n],
  ['r0 = *(s16 *)(r10 -8)', 0xffff_ffff_ffff_8788n],
  ['r0 = *(s32 *)(r10 -8)', 0xffff_ffff_8586_8788n],
];

describe.each(ENGINES)('loads and stores on the stack: %s', (engine) => {
  const { run } = createTestMachine({}, engine);
  for (const [insn, wanted] of loads) test(insn, () => expect(r0(run(`${FILL}${insn}\nexit`))).toBe(wanted));

  for (const [width, wanted] of [
    ['u8', 0x8182_8384_8586_87ffn],
    ['u16', 0x8182_8384_8586_ffffn],
    ['u32', 0x8182_8384_ffff_ffffn],
    ['u64', 0xffff_ffff_ffff_ffffn],
  ] as const) {
    test(`*(${width} *) = -1 by immediate and by register`, () => {
      const end = 'r0 = *(u64 *)(r10 -8)\nexit';
      expect(r0(run(`${FILL}*(${width} *)(r10 -8) = -1\n${end}`))).toBe(wanted);
      expect(r0(run(`${FILL}r2 = -1\n*(${width} *)(r10 -8) = r2\n${end}`))).toBe(wanted);
    });
  }
});

test('a big-endian program keeps its numbers in that order', () => {
  const { run } = createTestMachine();
  const program = programOf('r1 = 0x1122334455667788 ll\n*(u64 *)(r10 -8) = r1\nr0 = *(u16 *)(r10 -8)\nexit', {
    endian: 'big',
  });
  expect(r0(run(program))).toBe(0x1122n);
  expect(r0(run(programOf('r0 = 0x1122334455667788 ll\nr0 = le32 r0\nexit', { endian: 'big' })))).toBe(0x8877_6655n);
  expect(r0(run(programOf('r0 = 0x1122334455667788 ll\nr0 = be32 r0\nexit', { endian: 'big' })))).toBe(0x5566_7788n);
});

/** Memory before, R0 before, R2 before; then memory, R0, R2 after. */
const atomics: [string, [bigint, bigint, bigint], [bigint, bigint, bigint]][] = [
  ['lock *(u64 *)(r10 -8) += r2', [5n, 0n, 7n], [12n, 0n, 7n]],
  ['lock *(u32 *)(r10 -8) += r2', [0x1_ffff_ffffn, 0n, 1n], [0x1_0000_0000n, 0n, 1n]],
  ['lock *(u64 *)(r10 -8) |= r2', [5n, 0n, 10n], [15n, 0n, 10n]],
  ['lock *(u64 *)(r10 -8) &= r2', [5n, 0n, 4n], [4n, 0n, 4n]],
  ['lock *(u64 *)(r10 -8) ^= r2', [5n, 0n, 4n], [1n, 0n, 4n]],
  ['r2 = atomic64_fetch_add((u64 *)(r10 -8), r2)', [5n, 0n, 7n], [12n, 0n, 5n]],
  [
    'r2 = atomic_fetch_add((u32 *)(r10 -8), r2)',
    [0x1_ffff_ffffn, 0n, 0xff_0000_0001n],
    [0x1_0000_0000n, 0n, 0xffff_ffffn],
  ],
  ['r2 = atomic64_fetch_or((u64 *)(r10 -8), r2)', [5n, 0n, 10n], [15n, 0n, 5n]],
  ['r2 = atomic64_fetch_and((u64 *)(r10 -8), r2)', [5n, 0n, 4n], [4n, 0n, 5n]],
  ['r2 = atomic64_fetch_xor((u64 *)(r10 -8), r2)', [5n, 0n, 4n], [1n, 0n, 5n]],
  ['r2 = atomic64_xchg((u64 *)(r10 -8), r2)', [5n, 0n, 7n], [7n, 0n, 5n]],
  ['r2 = atomic_xchg((u32 *)(r10 -8), r2)', [0x9_0000_0005n, 0n, 0xff_0000_0007n], [0x9_0000_0007n, 0n, 5n]],
  ['r0 = atomic64_cmpxchg((u64 *)(r10 -8), r0, r2)', [5n, 5n, 7n], [7n, 5n, 7n]],
  ['r0 = atomic64_cmpxchg((u64 *)(r10 -8), r0, r2)', [5n, 6n, 7n], [5n, 5n, 7n]],
  ['r0 = atomic_cmpxchg((u32 *)(r10 -8), r0, r2)', [0x9_0000_0005n, 0xff_0000_0005n, 7n], [0x9_0000_0007n, 5n, 7n]],
  ['r0 = atomic_cmpxchg((u32 *)(r10 -8), r0, r2)', [0x9_0000_0005n, 6n, 7n], [0x9_0000_0005n, 5n, 7n]],
  ['r2 = load_acquire((u16 *)(r10 -8))', [0x1_8765n, 0n, 7n], [0x1_8765n, 0n, 0x8765n]],
  ['store_release((u8 *)(r10 -8), r2)', [0x1_8765n, 0n, 0x199n], [0x1_8799n, 0n, 0x199n]],
];

describe.each(ENGINES)('atomic operations: %s', (engine) => {
  const { run } = createTestMachine({}, engine);
  for (const [insn, [memory, before0, before2], after] of atomics) {
    test(`${insn} with ${memory}, ${before0}, ${before2}`, () => {
      const text = `r3 = ${memory} ll\n*(u64 *)(r10 -8) = r3\nr0 = ${before0} ll\nr2 = ${before2} ll\n${insn}\n`;
      const get = (end: string): bigint => r0(run(`${text}${end}\nexit`));
      expect([get('r0 = *(u64 *)(r10 -8)'), get('r0 = r0'), get('r0 = r2')]).toEqual(after);
    });
  }
});

describe('regions', () => {
  test('elements of a map are the program’s, what lies between them is not', () => {
    const { memory, run } = createTestMachine();
    const region = memory.allocPages(64, {
      kind: 'map',
      name: 'map m',
      elements: { offset: 16, stride: 16, size: 12 },
    })!;
    const at = (offset: number): string =>
      `r1 = ${kernelAddress(region.offset)} ll\nr0 = *(u32 *)(r1 +${offset})\nexit`;
    for (const [offset, ok] of [
      [15, false],
      [16, true],
      [24, true],
      [25, false],
      [28, false],
      [32, true],
      [56, true],
      [60, false],
    ] as const) {
      expect([offset, run(at(offset)).ok]).toEqual([offset, ok]);
    }
  });

  test('a read-only region can be read and not written', () => {
    const { memory, run } = createTestMachine();
    const region = memory.alloc(8, { kind: 'map', name: 'map .rodata', writable: false });
    const address = kernelAddress(region.offset);
    expect(run(`r1 = ${address} ll\nr0 = *(u64 *)(r1 +0)\nexit`).ok).toBe(true);
    const result = run(`r1 = ${address} ll\n*(u64 *)(r1 +0) = 1\nexit`);
    expect(result).toMatchObject({
      ok: false,
      fault: { kind: 'not-writable', insn: 2, access: { region, outside: 0 } },
    });
  });

  const refused: [string, string, object][] = [
    ['null', 'r1 = 0\nr0 = *(u64 *)(r1 +8)\nexit', { kind: 'null-pointer', access: { address: 8n, use: 'read' } }],
    ['a number', 'r1 = 0x123456789 ll\nr0 = *(u64 *)(r1 +0)\nexit', { kind: 'bad-address' }],
    ['user memory', `r1 = ${USER_BASE + 0x10000n} ll\nr0 = *(u8 *)(r1 +0)\nexit`, { kind: 'bad-address' }],
    ['above the stack', 'r0 = *(u64 *)(r10 +0)\nexit', { kind: 'out-of-bounds', access: { outside: 8, size: 8 } }],
    [
      'below the stack',
      '*(u32 *)(r10 -516) = 1\nexit',
      { kind: 'out-of-bounds', access: { outside: -4, use: 'write' } },
    ],
    [
      'an atomic out of bounds',
      'r1 = 1\nlock *(u64 *)(r10 -4) += r1\nexit',
      { kind: 'out-of-bounds', access: { use: 'read and write', outside: 4 } },
    ],
    [
      'a frame that has ended',
      'call f\nr0 = *(u64 *)(r0 -8)\nexit\nf: r0 = r10\nexit',
      { kind: 'not-readable', access: { region: { name: 'stack frame 1' } } },
    ],
  ];
  for (const [name, text, wanted] of refused) {
    test(`an access to ${name} is a fault`, () => {
      expect(createTestMachine().run(text)).toMatchObject({ ok: false, fault: wanted });
    });
  }

  test.each(ENGINES)('a frame begins zeroed, and a callee reaches its caller’s by a pointer: %s', (engine) => {
    const { run } = createTestMachine({}, engine);
    const text =
      'r1 = r10\n*(u64 *)(r10 -8) = 1\ncall f\nr0 = *(u64 *)(r10 -8)\nexit\nf: *(u64 *)(r1 -8) = 9\nr0 = 0\nexit';
    expect(r0(run(text))).toBe(9n);
    expect(r0(run('r0 = *(u64 *)(r10 -8)\nexit'))).toBe(0n);
  });
});

describe.each(ENGINES)('loads that Linux lets fault: %s', (engine) => {
  const probe = (text: string): ReturnType<typeof assemble> => {
    const insns = assemble(text);
    for (let i = 0; i < insns.length; i++) {
      if ((insns.code(i) & 7) === 1)
        insns.setCode(i, insns.code(i) & 0x80 ? (insns.code(i) & 0x1f) | 0x40 : (insns.code(i) & 0x1f) | 0x20);
    }
    return insns;
  };
  const { memory, run } = createTestMachine({ probeReadable: (address) => address >= kernelAddress(0x1_0000) }, engine);
  const region = memory.alloc(16, { kind: 'object', name: 'task_struct' });
  memory.view().setBigUint64(region.offset, 0xfedc_ba98_7654_3210n, true);
  const cases: [string, bigint, bigint][] = [
    ['r0 = *(u64 *)(r1 +0)', kernelAddress(region.offset), 0xfedc_ba98_7654_3210n],
    ['r0 = *(u16 *)(r1 +6)', kernelAddress(region.offset), 0xfedcn],
    ['r0 = *(s16 *)(r1 +6)', kernelAddress(region.offset), 0xffff_ffff_ffff_fedcn],
    ['r0 = *(u64 *)(r1 +0)', 0n, 0n],
    ['r0 = *(s32 *)(r1 +8)', 0xdead_beefn, 0n],
    ['r0 = *(u64 *)(r1 +0)', USER_BASE + 0x2_0000n, 0n],
  ];
  for (const [insn, address, wanted] of cases) {
    test(`${insn} at 0x${address.toString(16)}`, () => {
      const program = { ...programOf('exit'), insns: probe(`r1 = ${address} ll\nr0 = 5\n${insn}\nexit`) };
      expect(r0(run(program))).toBe(wanted);
    });
  }
});

describe.each(ENGINES)('arenas: %s', (engine) => {
  const { memory, run } = createTestMachine({}, engine);
  const region = memory.allocPages(0x1_0000, { kind: 'arena', name: 'arena' })!;
  const arena = { userStart: 0x7f12_4000_0000n, kernelStart: kernelAddress(region.offset), size: 0x1_0000 };
  const arenaProgram = (text: string) => {
    const insns = assemble(text);
    for (let i = 0; i < insns.length; i++) {
      const code = insns.code(i);
      const cls = code & 7;
      if (cls > 0 && cls < 4 && insns.dst(i) !== 10)
        insns.setCode(i, (code & 0x1f) | ((code & 0xe0) === 0xc0 ? 0xe0 : 0xa0));
    }
    return { ...programOf('exit'), insns, arena };
  };

  test('an access takes the low half of the pointer', () => {
    const text =
      'r1 = 0x7f1240000010 ll\n*(u32 *)(r1 +4) = 7\nr2 = 0x40000010 ll\nr3 = 5\nlock *(u32 *)(r2 +4) += r3\nr0 = *(u32 *)(r1 +4)\nexit';
    expect(r0(run(arenaProgram(text)))).toBe(12n);
    expect(memory.view().getUint32(region.offset + 0x14, true)).toBe(12);
  });

  test('where no page is, loads give 0 and stores are dropped', () => {
    expect(
      r0(run(arenaProgram('r1 = 0x7f1250000000 ll\n*(u32 *)(r1 +0) = 7\nr0 = 5\nr0 = *(u32 *)(r1 +0)\nexit'))),
    ).toBe(0n);
  });

  test('casts go between the two sides', () => {
    const cast = (value: string, how: string): bigint =>
      r0(run(arenaProgram(`r1 = ${value} ll\nr0 = addr_space_cast(r1, ${how})\nexit`)));
    expect(cast('0x7f1240000010', '0, 1')).toBe(0x4000_0010n);
    expect(cast('0x40000010', '1, 0')).toBe(0x7f12_4000_0010n);
    expect(cast('0', '1, 0')).toBe(0n);
  });
});
