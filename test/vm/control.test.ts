import { describe, expect, test } from 'vitest';
import { assemble, Insns } from '../../src/isa/index.ts';
import type { HelperFunction } from '../../src/vm/index.ts';
import { createTestMachine, ENGINES, programOf, r0 } from '../support/vm-machine.ts';

const CHAIN = (frames: number): string => {
  let text = 'r0 = 0\n';
  for (let i = 1; i < frames; i++) text += `call f${i}\nr0 += 1\nexit\nf${i}:\n`;
  return `${text}r0 = 0\nexit`;
};

/** bpf_loop, as far as these tests go. */
const loop: HelperFunction = (exec, count, callback, context) => {
  for (let i = 0n; i < count; i++) if (exec.call(callback, i, context) !== 0n) return i + 1n;
  return count;
};
const LOOP = 'r1 = 5\nr2 = subprog[cb]\nr3 = r10\nr3 += -8\nr4 = 0\n*(u64 *)(r10 -8) = 0\ncall 181\n';

describe.each(ENGINES)('%s', (engine) => {
  const machine = (table?: Parameters<typeof createTestMachine>[0]) => createTestMachine(table, engine);

  describe('calls', () => {
    const { run } = machine();

    test('may be eight frames deep', () => {
      expect(r0(run(CHAIN(8)))).toBe(7n);
    });

    test('a callee gets R1 to R5 and leaves R6 to R10 as they were', () => {
      const text =
        'r6 = 6\nr7 = 7\nr8 = 8\nr9 = 9\nr1 = 1\nr2 = 2\nr3 = 3\nr4 = 4\nr5 = 5\ncall f\nr0 += r6\nr0 += r7\nr0 += r8\nr0 += r9\nexit\n' +
        'f: r6 = 100\nr7 = 100\nr8 = 100\nr9 = 100\nr0 = r1\nr0 += r2\nr0 += r3\nr0 += r4\nr0 += r5\nexit';
      expect(r0(run(text))).toBe(45n);
    });

    test('far jumps go further than near ones', () => {
      const filler = 'r0 += 1\n'.repeat(40_000);
      expect(r0(run(`r0 = 0\ngotol end\n${filler}end: r0 += 5\nexit`))).toBe(5n);
    });

    test('a helper gets its arguments and gives R0', () => {
      const seen: bigint[][] = [];
      const helper: HelperFunction = (_exec, r1, r2, r3, r4, r5) => {
        seen.push([r1, r2, r3, r4, r5]);
        return -2n;
      };
      const made = machine({ helpers: { 1: helper } });
      expect(r0(made.run('r1 = 1\nr2 = 2\nr3 = 3\nr4 = 4\nr5 = -5\ncall 1\nexit'))).toBe(0xffff_ffff_ffff_fffen);
      expect(seen).toEqual([[1n, 2n, 3n, 4n, 0xffff_ffff_ffff_fffbn]]);
    });

    test('a kfunc is found by BTF id and offset', () => {
      const made = machine({ kfunc: (_program, id, off) => () => BigInt(id * 10 + off) });
      const insns = assemble('call kfunc#77\nexit');
      insns.setOff(0, 3);
      expect(r0(made.run({ ...programOf('exit'), insns }))).toBe(773n);
    });

    test('the execution names CPU, context, program and scope', () => {
      const scope = {};
      let seen: unknown;
      const made = machine({
        helpers: {
          1: ({ cpu, context, program, scope: s }) => {
            seen = { cpu, context, name: program.name, s };
            return 0n;
          },
        },
      });
      made.run(programOf('call 1\nexit', { name: 'p' }), { cpu: 3, context: 77n, scope });
      expect(seen).toEqual({ cpu: 3, context: 77n, name: 'p', s: scope });
    });
  });

  describe('control flow', () => {
    const { run } = machine();
    const rows: [name: string, text: string, r0: bigint][] = [
      [
        'a loop in a loop',
        'r0 = 0\nr1 = 10\no: r2 = 10\ni: r0 += 1\nr2 -= 1\nif r2 != 0 goto i\nr1 -= 1\nif r1 != 0 goto o\nexit',
        100n,
      ],
      ['a loop that is left in the middle', 'r0 = 0\nl: r0 += 3\nif r0 > 20 goto out\nr0 += 1\ngoto l\nout: exit', 23n],
      [
        'two jumps to one place',
        'r1 = 2\nif r1 == 1 goto a\nif r1 == 2 goto a\nr0 = 1\ngoto b\na: r0 = 7\nb: r0 += 1\nexit',
        8n,
      ],
      [
        'a jump into a loop',
        'r0 = 0\nr1 = 5\nif r0 == 0 goto in\nl: r0 += 100\nin: r0 += 1\nr1 -= 1\nif r1 != 0 goto l\nexit',
        405n,
      ],
      [
        'two loops that share their end',
        'r0 = 0\nl: r0 += 1\nif r0 s< 5 goto l\nr0 += 10\nif r0 s< 50 goto l\nexit',
        59n,
      ],
      ['code behind the exit', 'goto e\nb: r0 += 1\nexit\ne: r0 = 1\ngoto b', 2n],
    ];
    for (const [name, text, wanted] of rows) test(name, () => expect(r0(run(text))).toBe(wanted));
  });

  describe('callbacks', () => {
    test('run in frames of their own and reach the caller’s through a pointer', () => {
      const { run } = machine({ helpers: { 181: loop } });
      const text = `r6 = 1000\n${LOOP}r1 = *(u64 *)(r10 -8)\nr0 *= 100\nr0 += r1\nr0 += r6\nexit\ncb: r6 = r2\nr3 = *(u64 *)(r6 +0)\nr3 += r1\n*(u64 *)(r6 +0) = r3\n*(u64 *)(r10 -8) = 77\nr0 = 0\nexit`;
      expect(r0(run(text))).toBe(1510n);
    });

    test('may loop themselves, as deep as frames go', () => {
      const { run } = machine({ helpers: { 181: loop } });
      const nested = `${LOOP}exit\ncb: r1 = 2\nr2 = subprog[cb2]\nr3 = 0\nr4 = 0\ncall 181\nr0 = 0\nexit\ncb2: r0 = 0\nexit`;
      expect(r0(run(nested))).toBe(5n);
    });

    test('may belong to another program, whose address the kernel knows', () => {
      const other = programOf('r0 = r1\nr0 += 1\nexit');
      const { run } = machine({
        helpers: { 1: (exec) => exec.call(other.textBase, 41n) },
        programAt: (address) => (address === other.textBase ? other : undefined),
      });
      expect(r0(run('call 1\nexit'))).toBe(42n);
    });

    test('can be entered by themselves with arguments', () => {
      const { run } = machine();
      const program = programOf('r0 = 0\nexit\nr0 = r1\nr0 += r2\nr0 += r3\nexit', { subprograms: [0, 2] });
      expect(r0(run(program, { entry: 2, args: [1n, 20n, 300n] }))).toBe(321n);
    });
  });

  describe('bpf_throw', () => {
    const throwing: HelperFunction = (exec, cookie) => {
      exec.throw(cookie);
      return 0n;
    };
    const loop: HelperFunction = (exec, _count, callback) => exec.call(callback);

    test('leaves all frames with the cookie', () => {
      const { run } = machine({ helpers: { 1: throwing } });
      expect(r0(run('call f\nr0 = 1\nexit\nf: r1 = 33\ncall 1\nr0 = 2\nexit'))).toBe(33n);
    });

    test('leaves callbacks too, and ends in the program’s own exception callback', () => {
      const { run } = machine({ helpers: { 1: throwing, 181: loop } });
      const program = programOf(
        'r2 = subprog[cb]\ncall 181\nr0 = 1\nexit\ncb: r1 = 33\ncall 1\nr0 = 2\nexit\nr0 = r1\nr0 += 9\nexit',
        {
          subprograms: [0, 5, 9],
          exceptionCallback: 9,
        },
      );
      expect(r0(run(program))).toBe(42n);
    });
  });

  test('bpf_throw in a program that was tail-called returns to the caller of the subprogram that did', () => {
    const target = programOf('call f\nexit\nf: r1 = 16\ncall kfunc#1\nexit');
    const { run } = machine({
      kfunc: () => (exec, cookie) => {
        exec.throw(cookie);
        return 0n;
      },
      tailCallTarget: () => target,
    });
    expect(r0(run('r6 = 8\ncall f\nr0 += r6\nexit\nf: r6 = 1\nr2 = 0\nr3 = 0\ncall 12\nr0 = 10\nexit'))).toBe(24n);
  });

  describe('tail calls', () => {
    test('go on in the target with its context, and come back where there is none', () => {
      const target = programOf('r0 = *(u64 *)(r10 -8)\nr0 += r1\nexit');
      const asked: unknown[] = [];
      const { run } = machine({
        tailCallTarget: (_exec, map, index) => {
          asked.push([map, index]);
          return index === 3 ? target : undefined;
        },
      });
      const call = (index: number): string =>
        `*(u64 *)(r10 -8) = 5\nr1 = 40\nr2 = 7\nr3 = ${index} ll\ncall 12\nr0 = 2\nexit`;
      expect(r0(run(call(3)))).toBe(40n);
      expect(r0(run(call(4)))).toBe(2n);
      expect(asked).toEqual([
        [7n, 3],
        [7n, 4],
      ]);
    });

    test('are at most 33 in a chain', () => {
      let runs = 0;
      const { run } = machine({
        helpers: { 1: () => BigInt(++runs) },
        tailCallTarget: () => program,
      });
      const program = programOf('call 1\nr6 = r0\nr2 = 0\nr3 = 0\ncall 12\nr0 = r6\nexit');
      expect(r0(run(program))).toBe(34n);
    });

    test('of a subprogram return to its caller', () => {
      const target = programOf('r0 = 10\nexit');
      const { run } = machine({ tailCallTarget: () => target });
      expect(r0(run('r6 = 5\ncall f\nr0 += r6\nexit\nf: r2 = 0\nr3 = 0\ncall 12\nr0 = 1\nexit'))).toBe(15n);
    });
  });

  describe('packet loads', () => {
    const packet = [0x11, 0x22, 0x33, 0x44, 0x55];
    const { run } = machine({
      packetLoad: (_exec, offset, size) => {
        if (offset < 0 || offset + size > packet.length) return undefined;
        return packet.slice(offset, offset + size).reduce((value, byte) => value * 256 + byte, 0);
      },
    });
    const cases: [string, bigint][] = [
      ['r0 = *(u8 *)skb[1]', 0x22n],
      ['r0 = *(u16 *)skb[1]', 0x2233n],
      ['r0 = *(u32 *)skb[1]', 0x2233_4455n],
      ['r7 = 2\nr0 = *(u16 *)skb[r7 + 1]', 0x4455n],
      ['r0 = *(u32 *)skb[2]', 0n],
    ];
    for (const [text, wanted] of cases)
      test(text.replace('\n', '; '), () => expect(r0(run(`${text}\nexit`))).toBe(wanted));

    test('past the end leave the function with 0', () => {
      expect(r0(run('r0 = 7\nr0 = *(u8 *)skb[9]\nr0 = 5\nexit'))).toBe(0n);
      expect(r0(run('call f\nr0 += 1\nexit\nf: r0 = *(u8 *)skb[9]\nr0 = 5\nexit'))).toBe(1n);
    });
  });

  describe('bounded running', () => {
    test('may_goto ends a loop when its time is over', () => {
      let now = 0n;
      const { run } = machine({ now: () => (now += 100_000_000n) });
      const result = r0(run('r0 = 0\nagain: may_goto out\nr0 += 1\ngoto again\nout: exit'));
      expect(result).toBeGreaterThan(0xffffn);
      expect(result).toBeLessThan(0x5_0000n);
    });

    test('each frame has a may_goto allowance of its own', () => {
      let now = 0n;
      const { run } = machine({ now: () => (now += 200_000_000n) });
      const loop = 'r0 = 0\nmay_goto +2\nr0 += 1\ngoto -3\n';
      const one = r0(run(`${loop}exit`));
      expect(r0(run(`call f\nr6 = r0\ncall f\nr0 += r6\nexit\nf: ${loop}exit`))).toBe(2n * one);
    });
  });

  test('a helper may run another program while its caller waits', () => {
    const inner = programOf('*(u64 *)(r10 -8) = 5\nr0 = *(u64 *)(r10 -8)\nr6 = 99\nexit');
    const made = machine({ helpers: { 1: () => r0(made.run(inner)) } });
    expect(r0(made.run('*(u64 *)(r10 -8) = 1\nr6 = 10\ncall 1\nr0 += r6\nr1 = *(u64 *)(r10 -8)\nr0 += r1\nexit'))).toBe(
      16n,
    );
  });

  test('a fault that a helper throws as an error leaves the interpreter usable', () => {
    const made = machine({
      helpers: {
        1: () => {
          throw new RangeError('mistake of a helper');
        },
      },
    });
    expect(() => made.run('call f\nexit\nf: call 1\nexit')).toThrow(RangeError);
    expect(r0(made.run('r0 = r10\nr0 -= r10\nexit'))).toBe(0n);
  });
});

describe('what ends a run in the interpreter', () => {
  test('a ninth frame', () => {
    expect(createTestMachine().run(CHAIN(9))).toMatchObject({ ok: false, fault: { kind: 'call-depth', frame: 7 } });
  });

  test('callbacks without end', () => {
    const { run } = createTestMachine({ helpers: { 181: loop } });
    const endless = `${LOOP}exit\ncb: r1 = 2\nr2 = subprog[cb]\nr3 = 0\nr4 = 0\ncall 181\nr0 = 0\nexit`;
    expect(run(endless)).toMatchObject({ ok: false, fault: { kind: 'call-depth' } });
  });

  test('a fault in a callback, at its instruction', () => {
    const { run } = createTestMachine({ helpers: { 181: loop } });
    const result = run(`${LOOP}exit\ncb: r2 = 0\nr0 = *(u64 *)(r2 +0)\nexit`);
    expect(result).toMatchObject({
      ok: false,
      fault: { kind: 'null-pointer', insn: 10, frame: 1, text: '(79) r0 = *(u64 *)(r2 +0)' },
    });
  });

  test('a callback at no address of a function', () => {
    const { run } = createTestMachine({ helpers: { 1: (exec) => exec.call(0x1234n) } });
    expect(run('call 1\nexit')).toMatchObject({ ok: false, fault: { kind: 'bad-call', insn: 0 } });
  });

  test('a budget ends a program that does not', () => {
    const result = createTestMachine().run('r0 = 0\nr0 += 1\ngoto -2', { budget: 1000 });
    expect(result).toMatchObject({ ok: false, steps: 1000, fault: { kind: 'budget' } });
  });
});

describe('what is no program', () => {
  const machine = createTestMachine();
  const bad: [string, Insns, string][] = [
    ['running off the end', assemble('r0 = 0'), 'bad-jump'],
    ['a jump out', assemble('goto +7'), 'bad-jump'],
    ['a jump back out', assemble('goto -7'), 'bad-jump'],
    ['a jump into a wide instruction', assemble('goto +1\nr0 = 1 ll\nexit'), 'bad-instruction'],
    ['an unknown helper', assemble('call 1\nexit'), 'unknown-helper'],
    ['an unknown kfunc', assemble('call kfunc#1\nexit'), 'unknown-kfunc'],
    [
      'an unknown atomic',
      Insns.from([{ code: 0xdb, dst: 10, src: 0, off: -8, imm: 0x33 }], 'little'),
      'bad-instruction',
    ],
  ];
  for (const [name, insns, kind] of bad) {
    test(`${name} is a fault`, () => {
      expect(machine.run({ ...programOf('exit'), insns })).toMatchObject({ ok: false, fault: { kind } });
    });
  }

  test('every operation byte runs or faults, with any registers that exist', () => {
    for (let code = 0; code < 256; code++) {
      const insns = Insns.from(
        [
          { code, dst: 1, src: 2, off: 0, imm: 1 },
          { code: 0x95, dst: 0, src: 0, off: 0, imm: 0 },
        ],
        'little',
      );
      expect(typeof machine.run({ ...programOf('exit'), insns }, { budget: 100 }).ok).toBe('boolean');
    }
  });
});
