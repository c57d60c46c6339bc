import { BPF_REG_FP } from '../../isa/index.ts';
import type { FunctionBody } from '../../wasm/index.ts';
import { KERNEL_BASE } from '../memory.ts';

/** Parameters of every compiled function: the end of its frame as an offset of the memory, then R1 to R5. */
export const PARAMS = ['i32', 'i64', 'i64', 'i64', 'i64', 'i64'] as const;
/** The local with the end of the frame. */
export const FRAME = 0;
const ARGUMENTS = 5;
const REGISTERS = 12;

/** The locals that hold BPF's registers. */
export class JitRegisters {
  readonly #body: FunctionBody;
  readonly #locals: number[] = [];

  constructor(body: FunctionBody) {
    this.#body = body;
    for (let register = 0; register < REGISTERS; register++) {
      const isParam = register >= 1 && register <= ARGUMENTS;
      this.#locals.push(isParam ? register : body.local('i64'));
    }
  }

  /** R10 from the frame. */
  enter(): void {
    this.#body.get(FRAME).op('i64.extend_i32_u').i64(KERNEL_BASE).op('i64.or').set(this.#locals[BPF_REG_FP]);
  }

  get(register: number): FunctionBody {
    return this.#body.get(this.#locals[register]);
  }

  /** The low half, as an i32. */
  low(register: number): FunctionBody {
    return this.get(register).op('i32.wrap_i64');
  }

  set(register: number): FunctionBody {
    return this.#body.set(this.#locals[register]);
  }

  /** From an i32, with zeros above it. */
  setLow(register: number): FunctionBody {
    this.#body.op('i64.extend_i32_u');
    return this.set(register);
  }
}
