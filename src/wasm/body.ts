import { Encoder } from './encoding.ts';
import { OPCODES, type OpName, type OpsWith } from './opcodes.table.ts';
import { VALUE_TYPES, type ValueType } from './value-types.ts';

const EMPTY_BLOCK = 0x40;

/** The instructions of one function, in the order in which they are added. */
export class FunctionBody {
  readonly #code = new Encoder();
  readonly #locals: ValueType[] = [];
  readonly #params: number;
  #depth = 0;

  /** @param params how many the function has: they are its first locals */
  constructor(params: number) {
    this.#params = params;
  }

  /** Blocks that are open. */
  get depth(): number {
    return this.#depth;
  }

  /** A new local, zero on entry. @returns its index */
  local(type: ValueType): number {
    return this.#params + this.#locals.push(type) - 1;
  }

  /** An instruction that has no immediate. `end` closes a block. */
  op(name: OpsWith<'none'>): this {
    if (name === 'end') this.#depth--;
    return this.#opcode(name);
  }

  /** Opens a block. @returns its depth, for `branch` */
  open(name: OpsWith<'block'>, result?: ValueType): number {
    this.#opcode(name).#code.byte(result === undefined ? EMPTY_BLOCK : VALUE_TYPES[result]);
    return this.#depth++;
  }

  end(): this {
    return this.op('end');
  }

  /** Goes to the end of the block that `open` gave this number for, or to the beginning of the loop. */
  branch(name: OpsWith<'label'>, block: number): this {
    this.#opcode(name).#code.unsigned(this.#depth - 1 - block);
    return this;
  }

  /** `br_table`: blocks by the number on the stack, the last for every other number. */
  branchTable(blocks: readonly number[]): this {
    this.#opcode('br_table').#code.unsigned(blocks.length - 1);
    for (const block of blocks) this.#code.unsigned(this.#depth - 1 - block);
    return this;
  }

  call(name: OpsWith<'function'>, index: number): this {
    this.#opcode(name).#code.unsigned(index);
    return this;
  }

  /** Calls through the table by the number on the stack. */
  callIndirect(name: OpsWith<'indirect'>, type: number, table = 0): this {
    this.#opcode(name).#code.unsigned(type).unsigned(table);
    return this;
  }

  get(local: number): this {
    return this.#indexed('local.get', local);
  }

  set(local: number): this {
    return this.#indexed('local.set', local);
  }

  tee(local: number): this {
    return this.#indexed('local.tee', local);
  }

  global(name: OpsWith<'global'>, index: number): this {
    return this.#indexed(name, index);
  }

  i32(value: number): this {
    this.#opcode('i32.const').#code.signed(value);
    return this;
  }

  i64(value: bigint): this {
    this.#opcode('i64.const').#code.signed64(value);
    return this;
  }

  /** A load or store. @param offset bytes, added to the address without wrapping @param align as a power of two */
  memory(name: OpsWith<'memory'>, offset = 0, align = 0): this {
    this.#opcode(name).#code.unsigned(align).unsigned(offset);
    return this;
  }

  copyMemory(): this {
    this.#opcode('memory.copy').#code.byte(0).byte(0);
    return this;
  }

  fillMemory(): this {
    this.#opcode('memory.fill').#code.byte(0);
    return this;
  }

  /** The function's entry in the code section, its size not before it. */
  encode(): Uint8Array {
    const runs: { type: ValueType; count: number }[] = [];
    for (const type of this.#locals) {
      const last = runs.at(-1);
      if (last?.type === type) last.count++;
      else runs.push({ type, count: 1 });
    }
    const out = new Encoder().unsigned(runs.length);
    for (const { type, count } of runs) out.unsigned(count).byte(VALUE_TYPES[type]);
    return out.raw(this.#code.bytes()).byte(OPCODES.end).bytes();
  }

  #indexed(name: OpName, index: number): this {
    this.#opcode(name).#code.unsigned(index);
    return this;
  }

  #opcode(name: OpName): this {
    const code = OPCODES[name];
    if (code > 0xff) this.#code.byte(code >> 8).unsigned(code & 0xff);
    else this.#code.byte(code);
    return this;
  }
}
