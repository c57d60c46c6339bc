// How compilers write the arguments of static probes, by architecture.
import { describe, expect, test } from 'vitest';
import { parseUsdtArguments } from '../../src/loader/usdt/arguments.ts';

const rows: readonly (readonly [machine: string, text: string, found: string])[] = [
  ['x86_64', '8@%rdi -4@%esi 8@%rax', 'reg 0 112 u0, reg 0 104 s32, reg 0 80 u0'],
  [
    'x86_64',
    '1@%al 2@%r9w 4@%r15d -1@%spl 8@%rip',
    'reg 0 80 u56, reg 0 64 u48, reg 0 0 u32, reg 0 152 s56, reg 0 128 u0',
  ],
  ['x86_64', '-4@$-9 8@$10', 'const -9 0 s32, const 10 0 u0'],
  ['x86_64', '-4@-1204(%rbp) 8@(%rsp)', 'deref -1204 32 s32, deref 0 152 u0'],
  [
    'x86_64',
    '1@-96(%rbp,%rax,8) 2@(%rdi,%rsi,2) 8@(%rax) 4@8(%rbx,%rcx)',
    'sib -96 32+80*8 u56, sib 0 112+104*2 u48, deref 0 80 u0, sib 8 40+88*1 u32',
  ],
  ['x86_64', ' -4 @ %eax  4 @ -20 ( %rbp ) ', 'reg 0 80 s32, deref -20 32 u32'],
  ['x86_64', '', ''],
  ['x86_64', '8@%xmm0', "arg #0 (spec '8@%xmm0'): unrecognized register 'xmm0'"],
  ['x86_64', '8@%rax 3@%rbx', "arg #1 (spec '3@%rbx'): unsupported size: 3"],
  ['x86_64', '8@(%rax,%rbx,3)', "arg #0 (spec '8@(%rax,%rbx,3)'): invalid SIB scale 3, expected 1, 2, 4, 8"],
  ['x86_64', '8@name(%rip)', "unrecognized arg #0 spec '8@name(%rip)'"],
  [
    'x86_64',
    Array(13).fill('8@%rax').join(' '),
    `too many USDT arguments (> 12) in '${Array(13).fill('8@%rax').join(' ')}'`,
  ],
  [
    'aarch64',
    '8@x0 -4@[sp, 96] -4@[sp] 4@5 8@[x29, -8] 8@sp',
    'reg 0 0 u0, deref 96 248 s32, deref 0 248 s32, const 5 0 u32, deref -8 232 u0, reg 0 248 u0',
  ],
  ['aarch64', '4@w1', "arg #0 (spec '4@w1'): unrecognized register 'w1'"],
  ['aarch64', '4@x31', "arg #0 (spec '4@x31'): unrecognized register 'x31'"],
  ['s390x', '-8@%r0 -2@-28(%r15) 4@71 8@%r15', 'reg 0 24 s0, deref -28 144 s48, const 71 0 u32, reg 0 144 u0'],
  ['s390x', '8@%r16', "arg #0 (spec '8@%r16'): unrecognized register 'r16'"],
  ['riscv64', '-8@a1 -8@-88(s0) 4@5 8@t6', 'reg 0 88 s0, deref -88 64 s0, const 5 0 u32, reg 0 248 u0'],
  ['riscv64', '8@pc', "arg #0 (spec '8@pc'): unrecognized register 'pc'"],
  ['mips64', '8@$1', 'static probes of mips64 are not known'],
];

describe('arguments of static probes', () => {
  test.for(rows)('%s: %s', ([machine, text, found]) => {
    const parsed = parseUsdtArguments(text, machine);
    const shown =
      typeof parsed === 'string'
        ? parsed
        : parsed
            .map(({ kind, value, register, index, scaleShift, signed, bitshift }) => {
              const place = kind === 'sib' ? `${register}+${index}*${1 << scaleShift}` : register;
              return `${kind} ${value} ${place} ${signed ? 's' : 'u'}${bitshift}`;
            })
            .join(', ');
    expect(shown).toBe(found);
  });
});
