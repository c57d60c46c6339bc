/** What follows an opcode. */
export type Immediate =
  | 'none'
  /** The type of a block: empty, a value type. */
  | 'block'
  /** A label by its depth. */
  | 'label'
  /** A list of labels and the default. */
  | 'labels'
  | 'function'
  /** A type, then a table. */
  | 'indirect'
  | 'local'
  | 'global'
  /** Alignment as a power of two, then the offset. */
  | 'memory'
  | 'i32'
  | 'i64'
  /** The memory (always 0). */
  | 'one memory'
  /** Two memories (always 0). */
  | 'two memories';

/**
 * Instructions: opcode, name in the text format, immediate (none where it is left out). Opcodes over 0xff have a prefix
 * byte and then a number.
 * @see https://webassembly.github.io/spec/core/appendix/index-instructions.html
 * @see https://github.com/WebAssembly/threads for the atomic ones
 */
const ROWS = [
  [0x00, 'unreachable'],
  [0x01, 'nop'],
  [0x02, 'block', 'block'],
  [0x03, 'loop', 'block'],
  [0x04, 'if', 'block'],
  [0x05, 'else'],
  [0x0b, 'end'],
  [0x0c, 'br', 'label'],
  [0x0d, 'br_if', 'label'],
  [0x0e, 'br_table', 'labels'],
  [0x0f, 'return'],
  [0x10, 'call', 'function'],
  [0x11, 'call_indirect', 'indirect'],
  [0x12, 'return_call', 'function'],
  [0x13, 'return_call_indirect', 'indirect'],
  [0x1a, 'drop'],
  [0x1b, 'select'],
  [0x20, 'local.get', 'local'],
  [0x21, 'local.set', 'local'],
  [0x22, 'local.tee', 'local'],
  [0x23, 'global.get', 'global'],
  [0x24, 'global.set', 'global'],
  [0x28, 'i32.load', 'memory'],
  [0x29, 'i64.load', 'memory'],
  [0x2c, 'i32.load8_s', 'memory'],
  [0x2d, 'i32.load8_u', 'memory'],
  [0x2e, 'i32.load16_s', 'memory'],
  [0x2f, 'i32.load16_u', 'memory'],
  [0x30, 'i64.load8_s', 'memory'],
  [0x31, 'i64.load8_u', 'memory'],
  [0x32, 'i64.load16_s', 'memory'],
  [0x33, 'i64.load16_u', 'memory'],
  [0x34, 'i64.load32_s', 'memory'],
  [0x35, 'i64.load32_u', 'memory'],
  [0x36, 'i32.store', 'memory'],
  [0x37, 'i64.store', 'memory'],
  [0x3a, 'i32.store8', 'memory'],
  [0x3b, 'i32.store16', 'memory'],
  [0x3c, 'i64.store8', 'memory'],
  [0x3d, 'i64.store16', 'memory'],
  [0x3e, 'i64.store32', 'memory'],
  [0x41, 'i32.const', 'i32'],
  [0x42, 'i64.const', 'i64'],
  [0x45, 'i32.eqz'],
  [0x46, 'i32.eq'],
  [0x47, 'i32.ne'],
  [0x48, 'i32.lt_s'],
  [0x49, 'i32.lt_u'],
  [0x4a, 'i32.gt_s'],
  [0x4b, 'i32.gt_u'],
  [0x4c, 'i32.le_s'],
  [0x4d, 'i32.le_u'],
  [0x4e, 'i32.ge_s'],
  [0x4f, 'i32.ge_u'],
  [0x50, 'i64.eqz'],
  [0x51, 'i64.eq'],
  [0x52, 'i64.ne'],
  [0x53, 'i64.lt_s'],
  [0x54, 'i64.lt_u'],
  [0x55, 'i64.gt_s'],
  [0x56, 'i64.gt_u'],
  [0x57, 'i64.le_s'],
  [0x58, 'i64.le_u'],
  [0x59, 'i64.ge_s'],
  [0x5a, 'i64.ge_u'],
  [0x67, 'i32.clz'],
  [0x68, 'i32.ctz'],
  [0x6a, 'i32.add'],
  [0x6b, 'i32.sub'],
  [0x6c, 'i32.mul'],
  [0x6d, 'i32.div_s'],
  [0x6e, 'i32.div_u'],
  [0x6f, 'i32.rem_s'],
  [0x70, 'i32.rem_u'],
  [0x71, 'i32.and'],
  [0x72, 'i32.or'],
  [0x73, 'i32.xor'],
  [0x74, 'i32.shl'],
  [0x75, 'i32.shr_s'],
  [0x76, 'i32.shr_u'],
  [0x77, 'i32.rotl'],
  [0x78, 'i32.rotr'],
  [0x7c, 'i64.add'],
  [0x7d, 'i64.sub'],
  [0x7e, 'i64.mul'],
  [0x7f, 'i64.div_s'],
  [0x80, 'i64.div_u'],
  [0x81, 'i64.rem_s'],
  [0x82, 'i64.rem_u'],
  [0x83, 'i64.and'],
  [0x84, 'i64.or'],
  [0x85, 'i64.xor'],
  [0x86, 'i64.shl'],
  [0x87, 'i64.shr_s'],
  [0x88, 'i64.shr_u'],
  [0x89, 'i64.rotl'],
  [0x8a, 'i64.rotr'],
  [0xa7, 'i32.wrap_i64'],
  [0xac, 'i64.extend_i32_s'],
  [0xad, 'i64.extend_i32_u'],
  [0xc0, 'i32.extend8_s'],
  [0xc1, 'i32.extend16_s'],
  [0xc2, 'i64.extend8_s'],
  [0xc3, 'i64.extend16_s'],
  [0xc4, 'i64.extend32_s'],
  [0xfc0a, 'memory.copy', 'two memories'],
  [0xfc0b, 'memory.fill', 'one memory'],
  [0xfe10, 'i32.atomic.load', 'memory'],
  [0xfe11, 'i64.atomic.load', 'memory'],
  [0xfe14, 'i64.atomic.load8_u', 'memory'],
  [0xfe15, 'i64.atomic.load16_u', 'memory'],
  [0xfe16, 'i64.atomic.load32_u', 'memory'],
  [0xfe17, 'i32.atomic.store', 'memory'],
  [0xfe18, 'i64.atomic.store', 'memory'],
  [0xfe1b, 'i64.atomic.store8', 'memory'],
  [0xfe1c, 'i64.atomic.store16', 'memory'],
  [0xfe1d, 'i64.atomic.store32', 'memory'],
  [0xfe1e, 'i32.atomic.rmw.add', 'memory'],
  [0xfe1f, 'i64.atomic.rmw.add', 'memory'],
  [0xfe24, 'i64.atomic.rmw32.add_u', 'memory'],
  [0xfe2d, 'i64.atomic.rmw.and', 'memory'],
  [0xfe32, 'i64.atomic.rmw32.and_u', 'memory'],
  [0xfe34, 'i64.atomic.rmw.or', 'memory'],
  [0xfe39, 'i64.atomic.rmw32.or_u', 'memory'],
  [0xfe3b, 'i64.atomic.rmw.xor', 'memory'],
  [0xfe40, 'i64.atomic.rmw32.xor_u', 'memory'],
  [0xfe41, 'i32.atomic.rmw.xchg', 'memory'],
  [0xfe42, 'i64.atomic.rmw.xchg', 'memory'],
  [0xfe47, 'i64.atomic.rmw32.xchg_u', 'memory'],
  [0xfe48, 'i32.atomic.rmw.cmpxchg', 'memory'],
  [0xfe49, 'i64.atomic.rmw.cmpxchg', 'memory'],
  [0xfe4e, 'i64.atomic.rmw32.cmpxchg_u', 'memory'],
] as const satisfies readonly (readonly [number, string, Immediate?])[];

type Row = (typeof ROWS)[number];

/** The name of an instruction in the text format. */
export type OpName = Row[1];

/** The names of instructions with that immediate. */
export type OpsWith<I extends Immediate> = I extends 'none'
  ? Extract<Row, readonly [number, string]>[1]
  : Extract<Row, readonly [number, string, I]>[1];

/** Opcodes by name. */
export const OPCODES = Object.fromEntries(ROWS.map(([code, name]) => [name, code])) as Readonly<Record<OpName, number>>;

/** What an opcode means. */
export interface Op {
  readonly name: OpName;
  readonly immediate: Immediate;
}

/** Names and immediates by opcode. */
export const OPS: ReadonlyMap<number, Op> = new Map(
  (ROWS as readonly (readonly [number, OpName, Immediate?])[]).map(([code, name, immediate = 'none']) => [
    code,
    { name, immediate },
  ]),
);
