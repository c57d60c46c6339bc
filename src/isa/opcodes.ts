// The parts of an operation byte, and the fields that refine it: RFC 9669, include/uapi/linux/bpf.h and bpf_common.h.

/** Instruction classes: the low three bits. */
export const BPF_LD = 0x00;
export const BPF_LDX = 0x01;
export const BPF_ST = 0x02;
export const BPF_STX = 0x03;
export const BPF_ALU = 0x04;
export const BPF_JMP = 0x05;
export const BPF_JMP32 = 0x06;
export const BPF_ALU64 = 0x07;

/** Widths of loads and stores: bits 3 and 4. */
export const BPF_W = 0x00;
export const BPF_H = 0x08;
export const BPF_B = 0x10;
export const BPF_DW = 0x18;

/** Modes of loads and stores: the high three bits. */
export const BPF_IMM = 0x00;
export const BPF_ABS = 0x20;
export const BPF_IND = 0x40;
export const BPF_MEM = 0x60;
export const BPF_MEMSX = 0x80;
export const BPF_ATOMIC = 0xc0;

/**
 * Modes that only a translated program has. A load of the first two yields 0 where the address cannot be read; the
 * next are an arena's, whose address is the low half of the register.
 * @see include/linux/filter.h (v6.12)
 */
export const BPF_PROBE_MEM = 0x20;
export const BPF_PROBE_MEMSX = 0x40;
export const BPF_PROBE_MEM32 = 0xa0;
export const BPF_PROBE_MEM32SX = 0xc0;
export const BPF_PROBE_ATOMIC = 0xe0;
/** With BPF_ST: a barrier against speculation, nothing else. */
export const BPF_NOSPEC = 0xc0;

/** Where the second operand comes from: bit 3 of arithmetic and jumps. */
export const BPF_K = 0x00;
export const BPF_X = 0x08;

/** Arithmetic: the high four bits. */
export const BPF_ADD = 0x00;
export const BPF_SUB = 0x10;
export const BPF_MUL = 0x20;
export const BPF_DIV = 0x30;
export const BPF_OR = 0x40;
export const BPF_AND = 0x50;
export const BPF_LSH = 0x60;
export const BPF_RSH = 0x70;
export const BPF_NEG = 0x80;
export const BPF_MOD = 0x90;
export const BPF_XOR = 0xa0;
export const BPF_MOV = 0xb0;
export const BPF_ARSH = 0xc0;
export const BPF_END = 0xd0;

/** Direction of `BPF_ALU | BPF_END`: the bit that is otherwise the operand's. */
export const BPF_TO_LE = 0x00;
export const BPF_TO_BE = 0x08;

/** Offsets of `BPF_MOV | BPF_X` that make it something else: a cast between address spaces, a per-CPU address. */
export const BPF_ADDR_SPACE_CAST = 1;
export const BPF_ADDR_PERCPU = -1;

/** Jumps: the high four bits. */
export const BPF_JA = 0x00;
export const BPF_JEQ = 0x10;
export const BPF_JGT = 0x20;
export const BPF_JGE = 0x30;
export const BPF_JSET = 0x40;
export const BPF_JNE = 0x50;
export const BPF_JSGT = 0x60;
export const BPF_JSGE = 0x70;
export const BPF_CALL = 0x80;
export const BPF_EXIT = 0x90;
export const BPF_JLT = 0xa0;
export const BPF_JLE = 0xb0;
export const BPF_JSLT = 0xc0;
export const BPF_JSLE = 0xd0;
export const BPF_JCOND = 0xe0;
/** Only in translated programs: a tail call. */
export const BPF_TAIL_CALL = 0xf0;

/** `imm` of an atomic: an arithmetic operation, or one of these; BPF_FETCH is a flag of both. */
export const BPF_FETCH = 0x01;
export const BPF_XCHG = 0xe0 | BPF_FETCH;
export const BPF_CMPXCHG = 0xf0 | BPF_FETCH;
export const BPF_LOAD_ACQ = 0x100;
export const BPF_STORE_REL = 0x110;

/** `src` of BPF_JCOND. */
export const BPF_MAY_GOTO = 0;

/** Registers: R0 to R9, and R10, the frame pointer; R11 only in translated programs. */
export const BPF_REG_FP = 10;
export const BPF_REG_AX = 11;
/** Registers that a program may name. */
export const MAX_BPF_REG = 11;
/** `code` of the instruction that takes two slots. */
export const BPF_LD_IMM64 = BPF_LD | BPF_IMM | BPF_DW;
