/** Where the 64-bit registers of x86 stand in `struct pt_regs`, 8 bytes each, and what they are called by size. */
const X86_REGISTERS: readonly (readonly [offset: number, ...names: string[]])[] = [
  [128, 'rip', 'eip'],
  [80, 'rax', 'eax', 'ax', 'al'],
  [40, 'rbx', 'ebx', 'bx', 'bl'],
  [88, 'rcx', 'ecx', 'cx', 'cl'],
  [96, 'rdx', 'edx', 'dx', 'dl'],
  [104, 'rsi', 'esi', 'si', 'sil'],
  [112, 'rdi', 'edi', 'di', 'dil'],
  [32, 'rbp', 'ebp', 'bp', 'bpl'],
  [152, 'rsp', 'esp', 'sp', 'spl'],
  ...[72, 64, 56, 48, 24, 16, 8, 0].map((offset, i): [number, ...string[]] => {
    const name = `r${8 + i}`;
    return [offset, name, `${name}d`, `${name}w`, `${name}b`];
  }),
];

const X86_OFFSETS = new Map(X86_REGISTERS.flatMap(([offset, ...names]) => names.map((name) => [name, offset])));

/** `struct user_regs_struct` of RISC-V begins with the program counter, then these. */
const RISCV_REGISTERS =
  'pc ra sp gp tp t0 t1 t2 s0 s1 a0 a1 a2 a3 a4 a5 a6 a7 s2 s3 s4 s5 s6 s7 s8 s9 s10 s11 t3 t4 t5 t6'.split(' ');

/** `struct user_pt_regs` of s390x: one argument and the PSW come before the general registers. */
const S390_GPRS = 24;
const ARM64_SP = 31 * 8;

/**
 * Where a register stands in the `struct pt_regs` that a program on a user probe gets, in bytes.
 * @returns undefined for a name that the architecture does not have
 */
export function registerOffset(machine: string, name: string): number | undefined {
  switch (machine) {
    case 'x86_64':
      return X86_OFFSETS.get(name);
    case 'aarch64':
      return name === 'sp' ? ARM64_SP : numbered(name, 'x', 31);
    case 's390x': {
      const offset = numbered(name, 'r', 16);
      return offset === undefined ? undefined : S390_GPRS + offset;
    }
    case 'riscv64': {
      const index = RISCV_REGISTERS.indexOf(name);
      return index <= 0 ? undefined : 8 * index;
    }
    default:
      return undefined;
  }
}

function numbered(name: string, letter: string, count: number): number | undefined {
  const number = name.startsWith(letter) && /^\d+$/.test(name.slice(1)) ? Number(name.slice(1)) : count;
  return number < count ? 8 * number : undefined;
}
